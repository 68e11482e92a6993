// The state store of the simulator: a commit takes time and is atomic; a crash meanwhile leaves it whole or not at all; now and then the
// whole store is lost, because state must always be rebuildable.
import { MemoryState } from '../adapters/memory-state.js';
import type { Clock } from '../ports/clock.js';
import { commitRows, listBatch, type RowChange, type State, type StateBatch, type StateHead } from '../ports/state.js';
import type { SeededRandom } from './seeded-random.js';

export class CrashingState implements State {
  #rows = new MemoryState();
  readonly #random: SeededRandom;
  #clock: Clock;
  #pending: { readonly changes: readonly RowChange[]; readonly head: StateHead } | null = null;

  constructor(random: SeededRandom, clock: Clock) {
    this.#random = random;
    this.#clock = clock;
  }

  /** What the next life finds. */
  crash(clock: Clock, lossChance: number): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#clock = clock;
    if (pending !== null && this.#random.chance(0.5)) void commitRows(this.#rows, pending.changes, pending.head);
    if (this.#random.chance(lossChance)) this.#rows = new MemoryState();
  }

  head(): StateHead | null {
    return this.#rows.head();
  }

  get(table: string, key: string): string | undefined {
    return this.#rows.get(table, key);
  }

  range(table: string, from?: string, below?: string): Iterable<readonly [key: string, value: string]> {
    return this.#rows.range(table, from, below);
  }

  batch(): StateBatch {
    return listBatch((changes, head) => this.#commit(changes, head));
  }

  wipe(): Promise<void> {
    return this.#rows.wipe();
  }

  scrub(): Promise<void> {
    return this.#rows.scrub();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #commit(changes: readonly RowChange[], head: StateHead): Promise<void> {
    const pending = { changes, head };
    this.#pending = pending;
    return new Promise((resolve) => {
      this.#clock.after(1 + this.#random.int(20), () => {
        this.#pending = null;
        void commitRows(this.#rows, changes, head).then(resolve);
      });
    });
  }
}
