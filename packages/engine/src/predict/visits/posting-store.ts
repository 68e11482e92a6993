// Per item the slots of the visits that hold it, in the order of the visit keys.
// Invariant: a visit stands once in the posting of each item it holds, however often it holds it. Nothing is ever cut off here: whoever
// reads may stop after the newest few, but what a cap has destroyed could not be forgotten exactly.
import { assert } from '../../base/assert.js';
import { grownCapacity, widened32 } from './capacity.js';
import type { VisitTable } from './visit-table.js';
import type { WordArena } from './word-arena.js';

const GUESSES = 8;

export class PostingStore {
  start = new Uint32Array(0);
  length = new Uint32Array(0);
  readonly #arena: WordArena;
  readonly #visits: VisitTable;

  constructor(arena: WordArena, visits: VisitTable) {
    this.#arena = arena;
    this.#visits = visits;
  }

  add(item: number, slot: number): void {
    if (item >= this.start.length) {
      const capacity = grownCapacity(this.start.length, item + 1);
      this.start = widened32(this.start, capacity);
      this.length = widened32(this.length, capacity);
    }
    const length = this.length[item] ?? 0;
    const rank = this.#rankOf(item, this.#visits.keyOf(slot));
    const start = this.#arena.resized(this.start[item] ?? 0, length, length + 1);
    const words = this.#arena.words;
    words.copyWithin(start + rank + 1, start + rank, start + length);
    words[start + rank] = slot;
    this.start[item] = start;
    this.length[item] = length + 1;
  }

  /** Removes the visit and answers how many still hold the item. */
  remove(item: number, slot: number): number {
    const length = this.length[item] ?? 0;
    const start = this.start[item] ?? 0;
    const rank = this.#rankOf(item, this.#visits.keyOf(slot));
    const words = this.#arena.words;
    assert(rank < length && words[start + rank] === slot, 'the posting holds the visit');
    words.copyWithin(start + rank, start + rank + 1, start + length);
    words[start + length - 1] = 0;
    if (length === 1) this.#arena.release(start, length);
    this.start[item] = length === 1 ? 0 : this.#arena.resized(start, length, length - 1);
    this.length[item] = length - 1;
    return length - 1;
  }

  bytes(): number {
    return this.start.byteLength + this.length.byteLength;
  }

  /**
   * How many visits of the posting have a key below this one. The newest is asked first: that is where live traffic goes. Then it is guessed
   * from the keys at both ends, which lie about evenly, where the key would stand: each look at a key is a line of memory, and this needs
   * half of those that halving needs (Perl, Itai, Avni, Interpolation search, 1978). When that leads nowhere, halving ends it.
   */
  #rankOf(item: number, key: number): number {
    const words = this.#arena.words;
    const start = this.start[item] ?? 0;
    let high = (this.length[item] ?? 0) - 1;
    if (high < 0) return 0;
    let highKey = this.#visits.keyOf(words[start + high] ?? 0);
    if (highKey < key) return high + 1;
    let low = 0;
    let lowKey = this.#visits.keyOf(words[start] ?? 0);
    if (lowKey >= key) return 0;
    for (let guesses = GUESSES; high - low > 1; guesses--) {
      const share = guesses > 0 ? (key - lowKey) / (highKey - lowKey) : 0.5;
      const middle = Math.min(high - 1, Math.max(low + 1, low + Math.floor(share * (high - low))));
      const middleKey = this.#visits.keyOf(words[start + middle] ?? 0);
      if (middleKey < key) {
        low = middle;
        lowKey = middleKey;
      } else {
        high = middle;
        highKey = middleKey;
      }
    }
    return high;
  }
}
