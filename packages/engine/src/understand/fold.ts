// The fold: the only way in which state changes. It reads no clock, draws no chance and decides nothing; it takes entries in log order and
// hands each to its parts in a fixed order. Replaying the log as it stands gives the same state, byte for byte.
import { assert } from '../base/assert.js';
import type { BehaviourEvent, Entry } from '../model/event.js';
import type { PurposeMask } from '../model/purpose.js';

export interface FoldPart {
  readonly name: string;
  /** Takes one event at its position. Gaps are not shown: they change nothing but the position. */
  apply(event: BehaviourEvent, position: number): void;
  /** The log has reached a multiple of `advancePositions`, by an event or a gap: windows by position move on. */
  advance?(position: number): void;
  /** The subject withdrew these purposes: everything that rests on them goes. Called when the consent event itself is folded. */
  withdraw(subject: string, purposes: PurposeMask): void;
  /** Redaction: state becomes what it were if these events of the subject had never been. `events` are all of the subject's events. */
  forget(subject: string, events: readonly { readonly position: number; readonly event: BehaviourEvent }[]): void;
  /** Canonical lines of everything the part holds; equal states give equal lines. */
  dump(): Iterable<string>;
}

/** How often windows by position move on. */
export const advancePositions = 4096;

export class Fold {
  readonly #parts: readonly FoldPart[];
  #position: number;

  constructor(parts: readonly FoldPart[], position: number) {
    this.#parts = parts;
    this.#position = position;
  }

  /** Every position below this one has been folded. */
  get position(): number {
    return this.#position;
  }

  apply(entry: Entry): void {
    assert(entry.position === this.#position, 'entries are folded in log order, each once');
    this.#position += 1;
    if (this.#position % advancePositions === 0) for (const part of this.#parts) part.advance?.(this.#position);
    if (entry.event === null) return;
    for (const part of this.#parts) part.apply(entry.event, entry.position);
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    for (const part of this.#parts) part.withdraw(subject, purposes);
  }

  forget(subject: string, events: readonly { readonly position: number; readonly event: BehaviourEvent }[]): void {
    for (const part of this.#parts) part.forget(subject, events);
  }

  *dump(): Iterable<string> {
    yield `position\t${this.#position}`;
    for (const part of this.#parts) for (const line of part.dump()) yield `${part.name}\t${line}`;
  }
}
