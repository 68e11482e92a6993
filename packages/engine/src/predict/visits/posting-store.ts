// Per item the slots of the visits that hold it, in the order of the visit keys; the last few wait until somebody reads them in order.
// Invariant: a visit stands once in the posting of each item it holds, however often it holds it. Nothing is ever cut off here: whoever
// reads may stop after the newest few, but what a cap has destroyed could not be forgotten exactly.
import { assert } from '../../base/assert.js';
import { grownCapacity, widened16, widened32 } from './capacity.js';
import type { VisitTable } from './visit-table.js';
import type { WordArena } from './word-arena.js';

/** Looks at a key before a search for a place gives up guessing and halves. */
const GUESSES = 8;
/**
 * Visits that a posting takes at its end before it puts them in order: a long posting moves once for all of them. Whoever reads it waits
 * for that, so they are few.
 */
const WAITING = 16;

export class PostingStore {
  /** Visits of each posting, those that wait included. */
  length = new Uint32Array(0);
  /** Where the block of each posting begins. */
  #block = new Uint32Array(0);
  /** How many words of the block lie empty in front, a quarter of the posting at most: the oldest leave one by one. */
  #gone = new Uint32Array(0);
  /** How many at the end of each posting are not in order yet. */
  #waiting = new Uint16Array(0);
  readonly #arena: WordArena;
  readonly #visits: VisitTable;
  /** Those that wait, while they are put in order, each with its key: looking a key up is a line of memory. */
  readonly #slots = new Uint32Array(WAITING);
  readonly #keys = new Float64Array(WAITING);

  constructor(arena: WordArena, visits: VisitTable) {
    this.#arena = arena;
    this.#visits = visits;
  }

  add(item: number, slot: number): void {
    if (item >= this.length.length) {
      const capacity = grownCapacity(this.length.length, item + 1);
      this.length = widened32(this.length, capacity);
      this.#block = widened32(this.#block, capacity);
      this.#gone = widened32(this.#gone, capacity);
      this.#waiting = widened16(this.#waiting, capacity);
    }
    const length = this.length[item] ?? 0;
    const waiting = this.#waiting[item] ?? 0;
    const gone = this.#gone[item] ?? 0;
    const block = this.#arena.resized(this.#block[item] ?? 0, gone + length, gone + length + 1);
    const start = block + gone;
    const words = this.#arena.words;
    words[start + length] = slot;
    this.#block[item] = block;
    this.length[item] = length + 1;
    if (waiting === 0 && (length === 0 || this.#visits.keyOf(words[start + length - 1] ?? 0) < this.#visits.keyOf(slot))) return;
    this.#waiting[item] = waiting + 1;
    if (waiting + 1 === WAITING) this.sorted(item);
  }

  /** Where the posting begins in the arena, with all its visits in order. */
  sorted(item: number): number {
    const start = (this.#block[item] ?? 0) + (this.#gone[item] ?? 0);
    const waiting = this.#waiting[item] ?? 0;
    if (waiting === 0) return start;
    const words = this.#arena.words;
    const end = start + (this.length[item] ?? 0);
    let unmoved = end - waiting;
    for (let taken = 0; taken < waiting; taken++) this.#take(words[unmoved + taken] ?? 0, taken);
    // From the newest down, so that each word of the posting moves once.
    for (let left = waiting; left > 0; left--) {
      const at = start + this.#rankOf(start, unmoved - start, this.#keys[left - 1] ?? 0);
      words.copyWithin(at + left, at, unmoved);
      words[at + left - 1] = this.#slots[left - 1] ?? 0;
      unmoved = at;
    }
    this.#waiting[item] = 0;
    return start;
  }

  /** Puts one that waits among those that were taken already. */
  #take(slot: number, taken: number): void {
    const slots = this.#slots;
    const keys = this.#keys;
    const key = this.#visits.keyOf(slot);
    let at = taken;
    for (; at > 0 && (keys[at - 1] ?? 0) > key; at--) {
      slots[at] = slots[at - 1] ?? 0;
      keys[at] = keys[at - 1] ?? 0;
    }
    slots[at] = slot;
    keys[at] = key;
  }

  /** Removes the visit and answers how many still hold the item. */
  remove(item: number, slot: number): number {
    const length = this.length[item] ?? 0;
    const start = this.sorted(item);
    const rank = this.#rankOf(start, length, this.#visits.keyOf(slot));
    const words = this.#arena.words;
    assert(rank < length && words[start + rank] === slot, 'the posting holds the visit');
    if (rank === 0) words[start] = 0;
    else {
      words.copyWithin(start + rank, start + rank + 1, start + length);
      words[start + length - 1] = 0;
    }
    this.#shrink(item, length - 1, rank === 0);
    return length - 1;
  }

  /** One visit has left the posting, of which `length` are left: in front, or at the end. */
  #shrink(item: number, length: number, inFront: boolean): void {
    const arena = this.#arena;
    const before = this.#gone[item] ?? 0;
    const used = before + length + 1;
    let block = this.#block[item] ?? 0;
    let gone = inFront ? before + 1 : before;
    if (length === 0) {
      arena.release(block, used);
      block = 0;
      gone = 0;
    } else if (gone * 4 > length) {
      arena.words.copyWithin(block, block + gone, block + gone + length).fill(0, block + length, block + used);
      block = arena.resized(block, used, length);
      gone = 0;
    } else if (!inFront) block = arena.resized(block, used, used - 1);
    this.#block[item] = block;
    this.#gone[item] = gone;
    this.length[item] = length;
  }

  bytes(): number {
    const held = [this.length, this.#block, this.#gone, this.#waiting, this.#slots, this.#keys];
    return held.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /**
   * How many of `length` visits in order have a key below this one. The newest is asked first: that is where live traffic goes. Then it is
   * guessed from the keys at both ends, which lie about evenly, where the key would stand: each look at a key is a line of memory, and this
   * needs half of those that halving needs (Perl, Itai, Avni, Interpolation search, 1978). When that leads nowhere, halving ends it.
   */
  #rankOf(start: number, length: number, key: number): number {
    const words = this.#arena.words;
    let high = length - 1;
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
