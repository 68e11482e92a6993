// Counts distinct people by part, with no set per part: the people met get numbers 0, 1, 2, ..., and each part has a bit a person. A person
// is the two words of their keyed hash, as the visits hold it; they are looked up once a visit, however many parts it gives.
// Invariant: never more people than `peopleMax`, and the table is at least twice as long, so a search ends.
import { assert } from '../../base/assert.js';

export class PeopleByPart {
  readonly #peopleMax: number;
  readonly #words: number;
  /** Number of the person + 1, 0 for empty. */
  readonly #cells: Uint16Array;
  readonly #lows: Uint32Array;
  readonly #highs: Uint32Array;
  #people = 0;
  #bits: Uint32Array;
  #counts: Uint32Array;

  /** `peopleMax`: how many people may be met between two calls of `clear`; below 65,536. `parts`: room for so many from the start. */
  constructor(peopleMax: number, parts: number) {
    assert(peopleMax > 0 && peopleMax < 0x1_0000, 'a number of people that fits 16 bits');
    this.#peopleMax = peopleMax;
    this.#words = Math.ceil(peopleMax / 32);
    // A power of two, from twice to four times as many as people.
    this.#cells = new Uint16Array(1 << (33 - Math.clz32(peopleMax)));
    this.#lows = new Uint32Array(peopleMax);
    this.#highs = new Uint32Array(peopleMax);
    this.#counts = new Uint32Array(parts);
    this.#bits = new Uint32Array(parts * this.#words);
  }

  /** Forgets everybody; parts are then numbers below `parts`. */
  clear(parts: number): void {
    if (this.#counts.length < parts) {
      this.#counts = new Uint32Array(parts * 2);
      this.#bits = new Uint32Array(parts * 2 * this.#words);
    }
    this.#counts.fill(0, 0, parts);
    this.#bits.fill(0, 0, parts * this.#words);
    this.#cells.fill(0);
    this.#people = 0;
  }

  /** The number of a person, given now if they are new. */
  numberOf(low: number, high: number): number {
    const [cells, lows, highs] = [this.#cells, this.#lows, this.#highs];
    const mask = cells.length - 1;
    let cell = low & mask; // the hash of a person is even already
    for (let known = cells[cell] ?? 0; known !== 0; known = cells[cell] ?? 0) {
      if (lows[known - 1] === low && highs[known - 1] === high) return known - 1;
      cell = (cell + 1) & mask;
    }
    const person = this.#people++;
    assert(person < this.#peopleMax, 'no more people than were foreseen');
    lows[person] = low;
    highs[person] = high;
    cells[cell] = person + 1;
    return person;
  }

  add(part: number, person: number): void {
    const at = part * this.#words + (person >>> 5);
    const word = this.#bits[at] ?? 0;
    const bit = 1 << (person & 31);
    if ((word & bit) !== 0) return;
    this.#bits[at] = word | bit;
    this.#counts[part] = (this.#counts[part] ?? 0) + 1;
  }

  /** Distinct people added for the part. */
  countOf(part: number): number {
    return this.#counts[part] ?? 0;
  }

  bytes(): number {
    const columns = [this.#cells, this.#lows, this.#highs, this.#bits, this.#counts];
    return columns.reduce((sum, column) => sum + column.byteLength, 0);
  }
}
