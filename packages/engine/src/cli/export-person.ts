// The copy that a person may have of what is kept about them (GDPR art. 15 and 20): what they chose, their events, the decisions about
// them, and what was folded from it. It rests on the person's own right and not on a purpose, so it goes to that person and nobody else.
import { CodedError } from '../base/errors.js';
import { decodeEvent } from '../model/event-codec.js';
import { systemTypes } from '../model/system-event.js';
import type { Engine } from '../runtime/engine.js';
import { entriesOf } from './export-events.js';

/** Lines of JSON, in the order of the log. The command logs, in the person's own stream, that they were written. Throws subject_unknown. */
export function* personLines(engine: Engine, subject: string): Iterable<string> {
  const profile = engine.profile(subject);
  if (!profile.ok) throw new CodedError(profile.code);
  const { consent, traits } = profile.value;
  yield JSON.stringify({ kind: 'profile', subject, consent, traits });
  for (const { bytes, mask } of entriesOf(engine, subject)) {
    if (bytes === null) continue;
    const { id, type, occurredAt, receivedAt, source, properties } = decodeEvent(bytes, mask);
    const kind = type === systemTypes.consentChanged ? 'consent' : type === systemTypes.decisionMade ? 'decision' : 'event';
    yield JSON.stringify({ kind, id, type, occurredAt: timeText(occurredAt), receivedAt: timeText(receivedAt), source, properties });
  }
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
