// What trips say about places, in integers: how often each place, each pair in one trip, each step from one to the next.
// Erasure class `exact`: a trip that is forgotten leaves nothing. Memory: three tables of places^2 counts of 32 bits, and four lists.
import { assert } from '../../base/assert.js';

/** Numbers of places in the order in which they were visited, each at most once. */
export type Trip = readonly number[];

/** A trip with a beginning, a middle and an end: only these say which places stand between two others. */
export const courseLengthMin = 3;

export class TripCounts {
  readonly places: number;
  /** Trips of any length that hold the place; its courses; courses that hold it between their ends. */
  readonly visits: Int32Array;
  readonly courses: Int32Array;
  readonly middles: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Row a, column b: trips with both; trips with a before b; trips with b right after a. */
  readonly together: Int32Array;
  readonly before: Int32Array;
  readonly steps: Int32Array;
  trips = 0;
  courseTrips = 0;
  middleTotal = 0;

  constructor(places: number) {
    this.places = places;
    const list = (): Int32Array => new Int32Array(places);
    const table = (): Int32Array => new Int32Array(places * places);
    [this.visits, this.courses, this.middles, this.starts, this.ends] = [list(), list(), list(), list(), list()];
    [this.together, this.before, this.steps] = [table(), table(), table()];
  }

  learn(trip: Trip): void {
    this.#count(trip, 1);
  }

  forget(trip: Trip): void {
    this.#count(trip, -1);
    assert(this.trips >= 0, 'a trip that is forgotten was learned');
  }

  *dump(): Iterable<string> {
    for (let place = 0; place < this.places; place++) {
      const lists = [this.visits, this.courses, this.middles, this.starts, this.ends];
      yield `${place}\t${lists.map((counts) => counts[place]).join(' ')}`;
      for (let other = 0; other < this.places; other++) {
        const at = place * this.places + other;
        const pair = [this.together[at], this.before[at], this.steps[at]];
        if (pair.some((count) => count !== 0)) yield `${place} ${other}\t${pair.join(' ')}`;
      }
    }
  }

  bytes(): number {
    return 4 * (5 * this.places + 3 * this.places * this.places) + 256;
  }

  #count(trip: Trip, by: 1 | -1): void {
    const bump = (counts: Int32Array, at: number): void => {
      counts[at] = (counts[at] ?? 0) + by;
    };
    const isCourse = trip.length >= courseLengthMin;
    this.trips += by;
    if (isCourse) this.courseTrips += by;
    trip.forEach((place, at) => {
      bump(this.visits, place);
      if (isCourse) bump(this.courses, place);
      if (isCourse && at > 0 && at < trip.length - 1) {
        bump(this.middles, place);
        this.middleTotal += by;
      }
      if (at > 0) bump(this.steps, (trip[at - 1] ?? 0) * this.places + place);
      for (const earlier of trip.slice(0, at)) {
        bump(this.before, earlier * this.places + place);
        bump(this.together, earlier * this.places + place);
        bump(this.together, place * this.places + earlier);
      }
    });
    if (!isCourse) return;
    bump(this.starts, trip[0] ?? 0);
    bump(this.ends, trip.at(-1) ?? 0);
  }
}
