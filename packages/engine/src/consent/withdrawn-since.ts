// Which purposes a person has withdrawn since an event of theirs, from the changes of their consent in log order: so that what waits for
// its destruction is known without its whole history in memory.
import type { PurposeMask } from '../model/purpose.js';

export class WithdrawnSince {
  readonly #positions: number[] = [];
  readonly #narrowed: PurposeMask[] = [];

  /** A change of consent at that position withdrew these purposes. In log order. */
  note(position: number, narrowed: PurposeMask): void {
    if (narrowed === 0) return;
    for (let at = 0; at < this.#narrowed.length; at += 1) this.#narrowed[at] = (this.#narrowed[at] ?? 0) | narrowed;
    this.#positions.push(position);
    this.#narrowed.push(narrowed);
  }

  /** What was withdrawn after the event at that position. */
  of(position: number): PurposeMask {
    const at = this.#positions.findIndex((each) => each > position);
    return this.#narrowed[at] ?? 0;
  }
}
