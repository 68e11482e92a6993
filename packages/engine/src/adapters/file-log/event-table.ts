// Where the events lie that are being sealed anew, by their place in the segment that is made: whose they are, and which bytes of which
// opened record or block. Flat, because an object for each event would outlive several collections of garbage, which cost more than all
// that is looked up here. Invariant: a place that was not set has nobody, and no bytes are asked for there.
import type { Buffer } from 'node:buffer';

export class EventTable {
  /** Number of the person, by their first event; -1: nothing is kept here. */
  readonly personOf: Int32Array;
  readonly #originOf: Uint32Array;
  readonly #batchOf: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #batches: Buffer[] = [];
  people = 0;

  constructor(places: number) {
    this.personOf = new Int32Array(places).fill(-1);
    this.#originOf = new Uint32Array(places);
    this.#batchOf = new Uint32Array(places);
    this.#starts = new Uint32Array(places);
    this.#ends = new Uint32Array(places);
  }

  /** What is set from now on lies in these bytes. */
  beginBatch(bytes: Buffer): void {
    this.#batches.push(bytes);
  }

  set(place: number, person: number, origin: number, start: number, end: number): void {
    this.personOf[place] = person;
    this.#originOf[place] = origin;
    this.#batchOf[place] = this.#batches.length - 1;
    this.#starts[place] = start;
    this.#ends[place] = end;
    if (person >= this.people) this.people = person + 1;
  }

  originAt(place: number): number {
    return this.#originOf[place] ?? 0;
  }

  /** A view. */
  bytesAt(place: number): Buffer | undefined {
    return this.#batches[this.#batchOf[place] ?? 0]?.subarray(this.#starts[place], this.#ends[place]);
  }

  /** Person after person, in the order of their first events: the places of each in order. */
  *byPerson(): Iterable<Uint32Array> {
    const froms = new Uint32Array(this.people + 1);
    for (const person of this.personOf) if (person >= 0) froms[person + 1] = (froms[person + 1] ?? 0) + 1;
    for (let person = 0; person < this.people; person += 1) froms[person + 1] = (froms[person + 1] ?? 0) + (froms[person] ?? 0);
    const places = new Uint32Array(froms[this.people] ?? 0);
    const next = froms.slice();
    for (const [place, person] of this.personOf.entries()) {
      if (person < 0) continue;
      const at = next[person] ?? 0;
      places[at] = place;
      next[person] = at + 1;
    }
    for (let person = 0; person < this.people; person += 1) yield places.subarray(froms[person], froms[person + 1]);
  }
}
