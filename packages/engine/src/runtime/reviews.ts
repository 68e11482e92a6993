// What people have asked humans to look at, read from the log for those who answer. A list, not a desk: it knows no deadlines and no
// answers.
import { limits } from '../base/limits.js';
import { decodeEvent } from '../model/event-codec.js';
import { systemTypes, type ReviewRequest } from '../model/system-event.js';
import type { Log } from '../ports/log.js';

export interface AskedReview extends ReviewRequest {
  readonly id: string;
  readonly subject: string;
  /** ms since 1970 UTC */
  readonly at: number;
}

export function newestReviews(log: Pick<Log, 'head' | 'read'>): AskedReview[] {
  const found: AskedReview[] = [];
  for (const { bytes, mask } of log.read(Math.max(0, log.head - limits.reviewLookBack))) {
    if (bytes === null) continue;
    const { id, subject, type, occurredAt, properties } = decodeEvent(bytes, mask);
    if (type !== systemTypes.reviewRequested || subject === null) continue;
    found.push({ id, subject, at: occurredAt, ...(properties['request'] as ReviewRequest) }); // written by the engine
  }
  return found.reverse().slice(0, limits.reviewsListed);
}
