// The state of the race suite: the one in memory, each commit waiting for its turn.
import { MemoryState } from '../../adapters/memory-state.js';
import type { StateBatch } from '../../ports/state.js';
import type { Turns } from './turns.js';

export class GatedState extends MemoryState {
  readonly #turns: Turns;

  constructor(turns: Turns) {
    super();
    this.#turns = turns;
  }

  override batch(): StateBatch {
    const inner = super.batch();
    return {
      add: (table, key, value) => inner.add(table, key, value),
      commit: async (head) => {
        await this.#turns.turn('commit');
        await inner.commit(head);
      },
    };
  }
}
