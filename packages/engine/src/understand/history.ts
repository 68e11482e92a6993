// The history of one person as it holds now: their events at their positions, corrected ones in the place of what they correct, gaps left
// out. Read from the log, which the trace points into.
import { must } from '../base/assert.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes, type Correction } from '../model/system-event.js';
import type { Log } from '../ports/log.js';
import type { Trace } from './trace.js';

export interface Placed {
  readonly position: number;
  readonly event: BehaviourEvent;
}

/** In order of positions; those that a correction names count as the correction says. */
export function historyOf(subject: string, trace: Trace, log: Pick<Log, 'readOne'>): Placed[] {
  const placed = new Map<number, BehaviourEvent>();
  for (const position of trace.positions(subject)) {
    const entry = must(log.readOne(position), 'a traced position lies below the head');
    if (entry.bytes === null) continue;
    const event = decodeEvent(entry.bytes, entry.mask);
    placed.set(position, event);
    const correction = correctionIn(event);
    // [C38]
    if (correction !== undefined) placed.set(correction.at, correction.event);
  }
  return [...placed].sort(([a], [b]) => a - b).map(([position, event]) => ({ position, event }));
}

export function correctionIn(event: BehaviourEvent): Correction | undefined {
  return event.type === systemTypes.eventCorrected ? (event.properties['correction'] as Correction) : undefined; // written by the engine
}
