// A hash table that stores entry numbers only: open addressing with linear probing, at most three quarters full, growing by an eighth.
// Hashes and keys stay with the owner of the entries, who compares while walking: `for (c = home(h); (e = entryAt(c)) >= 0; c = after(c))`.
// Invariant: every entry stands in the unbroken run that starts at its home cell (removal shifts the run back, no tombstones).
import { assert } from '../../base/assert.js';
import { grownCapacity } from './capacity.js';

export class ProbeTable {
  #cells = new Uint32Array(64); // entry + 1, 0 for an empty cell
  #count = 0;
  readonly #hashOf: (entry: number) => number;

  /** `hashOf` gives the unsigned 32-bit hash of an entry that is in the table. */
  constructor(hashOf: (entry: number) => number) {
    this.#hashOf = hashOf;
  }

  get count(): number {
    return this.#count;
  }

  /** Where the search for a hash starts. The product is below 2^53 in every use, so the division is exact. */
  home(hash: number): number {
    return Math.floor((hash * this.#cells.length) / 4294967296);
  }

  /** Entry number in a cell, or -1 for an empty cell. */
  entryAt(cell: number): number {
    return (this.#cells[cell] ?? 0) - 1;
  }

  after(cell: number): number {
    return cell + 1 === this.#cells.length ? 0 : cell + 1;
  }

  insert(entry: number, hash: number): void {
    if ((this.#count + 1) * 4 > this.#cells.length * 3) this.#grow();
    this.#place(entry, hash);
    this.#count++;
  }

  /** Puts another entry of the same hash in the place of this one. */
  swap(entry: number, other: number, hash: number): void {
    this.#cells[this.#cellOf(entry, hash)] = other + 1;
  }

  remove(entry: number, hash: number): void {
    let hole = this.#cellOf(entry, hash);
    const size = this.#cells.length;
    this.#cells[hole] = 0;
    for (let cell = this.after(hole); ; cell = this.after(cell)) {
      const next = this.entryAt(cell);
      if (next < 0) break;
      const distance = (cell - this.home(this.#hashOf(next)) + size) % size;
      if (distance < (cell - hole + size) % size) continue; // it may not stand before its home
      this.#cells[hole] = next + 1;
      this.#cells[cell] = 0;
      hole = cell;
    }
    this.#count--;
  }

  /** All entries, in no order that may reach a result. */
  *entries(): Iterable<number> {
    for (const cell of this.#cells) if (cell !== 0) yield cell - 1;
  }

  bytes(): number {
    return this.#cells.byteLength;
  }

  #cellOf(entry: number, hash: number): number {
    for (let cell = this.home(hash); ; cell = this.after(cell)) {
      const found = this.entryAt(cell);
      assert(found >= 0, 'the entry is in the table');
      if (found === entry) return cell;
    }
  }

  #place(entry: number, hash: number): void {
    let cell = this.home(hash);
    while (this.#cells[cell] !== 0) cell = this.after(cell);
    this.#cells[cell] = entry + 1;
  }

  #grow(): void {
    const old = this.#cells;
    this.#cells = new Uint32Array(grownCapacity(old.length, 0));
    for (const cell of old) if (cell !== 0) this.#place(cell - 1, this.#hashOf(cell - 1));
  }
}
