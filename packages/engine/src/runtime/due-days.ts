// From which day on something in a stretch of the log is past its retention. Noted while the log is folded, so that what this process has
// folded need not be read again to learn that nothing of it is due; of what came before, whoever reads it tells. About nobody, and not
// part of the state: after a start it is learned anew.
// Invariant: a day that is told is never later than that of the first event in the stretch that is no gap.
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { EventType } from '../model/event-type.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes } from '../model/system-event.js';
import type { FoldPart } from '../understand/fold.js';
import { correctionIn } from '../understand/history.js';
import { retentionDaysOf } from './retention-days.js';

const stretch = limits.retentionChunkEvents;

export class DueDays implements FoldPart {
  readonly name = 'due';
  readonly #types: () => readonly EventType[];
  #periods: ReadonlyMap<string, number>;
  /** First position of a stretch -> day. Of those from `#seenFrom` on nothing stands here as long as nothing in them is ever due. */
  readonly #days = new Map<number, number>();
  /** Every event of the stretches from here on has been folded under the periods in force. */
  #seenFrom: number;

  /** `position`: everything from there on will be folded. */
  constructor(types: () => readonly EventType[], position: number) {
    this.#types = types;
    this.#periods = retentionDaysOf(types());
    this.#seenFrom = nextStretch(position);
  }

  /** The first day on which something in the stretch is to go; undefined: somebody has to read it. */
  of(from: number): number | undefined {
    return this.#days.get(from) ?? (from >= this.#seenFrom ? Infinity : undefined);
  }

  /** What somebody has found who read all of the stretch. */
  note(from: number, day: number): void {
    this.#days.set(from, day);
  }

  /** The first day on which the event is to go; undefined: it has no period. */
  dayOf(event: BehaviourEvent): number | undefined {
    const { subject, type, occurredAt } = correctionIn(event)?.event ?? event;
    const kept = subject === null ? undefined : this.#periods.get(type);
    return kept === undefined ? undefined : dayOf(occurredAt) + kept + 1;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.typeRegistered) this.#readPeriods(position);
    const from = position - (position % stretch);
    const before = this.of(from);
    const day = before === undefined ? undefined : this.dayOf(event);
    if (before !== undefined && day !== undefined && day < before) this.#days.set(from, day);
  }

  withdraw(): void {
    // what goes earlier is no longer there when its day comes
  }

  forget(): void {
    // as above
  }

  *dump(): Iterable<string> {
    // learned anew at each start
  }

  #readPeriods(position: number): void {
    const periods = retentionDaysOf(this.#types());
    if (periods.size === this.#periods.size && [...periods].every(([type, days]) => this.#periods.get(type) === days)) return;
    this.#periods = periods;
    this.#days.clear();
    this.#seenFrom = nextStretch(position + 1);
  }
}

/** Where the first stretch begins of which everything lies at or behind a position. */
function nextStretch(position: number): number {
  return Math.ceil(position / stretch) * stretch;
}
