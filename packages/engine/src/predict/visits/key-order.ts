// The visit slots in the order of their keys: a sorted array with a gap in front, so that both ends are cheap.
// Live visits arrive at the back and old ones leave from the front; a visit that a late event inserts or removes in the middle moves the
// words behind it.
// Invariant: keys are strictly increasing along the array.
import { grownCapacity } from './capacity.js';
import type { VisitTable } from './visit-table.js';

export class KeyOrder {
  #slots = new Uint32Array(0);
  #from = 0;
  #to = 0;
  readonly #visits: VisitTable;

  constructor(visits: VisitTable) {
    this.#visits = visits;
  }

  get count(): number {
    return this.#to - this.#from;
  }

  /** Slot at a rank (0 = lowest key), or -1. */
  at(rank: number): number {
    return rank < this.count ? (this.#slots[this.#from + rank] ?? -1) : -1;
  }

  /** How many visits have a key below this one. Gallops from the newest, because that is where the traffic is. */
  rankOf(key: number): number {
    let high = this.count;
    let low = high;
    for (let stride = 1; low > 0 && this.#visits.keyOf(this.at(low - 1)) >= key; stride *= 2) {
      high = low - 1;
      low = Math.max(0, low - 1 - stride);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#visits.keyOf(this.at(middle)) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The slot with this key, or -1. */
  find(key: number): number {
    const slot = this.at(this.rankOf(key));
    return slot >= 0 && this.#visits.keyOf(slot) === key ? slot : -1;
  }

  insert(slot: number, key: number): void {
    if (this.#to === this.#slots.length) this.#makeRoom();
    const at = this.#from + this.rankOf(key);
    this.#slots.copyWithin(at + 1, at, this.#to);
    this.#slots[at] = slot;
    this.#to++;
  }

  remove(key: number): void {
    const at = this.#from + this.rankOf(key);
    if (at === this.#from) this.#from++;
    else {
      this.#slots.copyWithin(at, at + 1, this.#to);
      this.#to--;
    }
  }

  bytes(): number {
    return this.#slots.byteLength;
  }

  #makeRoom(): void {
    const live = this.#slots.subarray(this.#from, this.#to);
    // With a gap of a ninth in front, moving to the front is paid for by the removals that made the gap.
    const wider = this.#from * 9 > this.#slots.length ? this.#slots : new Uint32Array(grownCapacity(live.length, live.length + 1));
    wider.set(live);
    this.#to = live.length;
    this.#from = 0;
    this.#slots = wider;
  }
}
