// What is known of a place as a stop between two others: counts as log ratios that back off to how often it is a stop at all, distances,
// categories. Every feature says something for places that were never seen together, so no candidate falls out.
// Sources: rank features of Chen, Ong, Xie, CIKM 2016 (popularity, distance, category, with first and last place); the back-off is
// Dirichlet smoothing (MacKay and Peto, 1995) with a strength of `backOff` trips.
import { log } from '../../base/exact-math.js';
import { distanceTable, type Place } from './place.js';
import type { TripCounts } from './trip-counts.js';

/** First and last place by number, and how many places in all, both of them included. */
export interface CourseQuery {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

export const placeFeatures = [
  'stop share',
  'trip share',
  'course share',
  'after the first',
  'with the first',
  'before the last',
  'with the last',
  'step from the first',
  'step to the last',
  'far from the first',
  'far from the last',
  'detour',
  'category of the first',
  'category of the last',
  'far from the first, short course',
  'stop share, short course',
  'starts courses',
  'ends courses',
] as const;

const backOff = 5;
const nearKm = 0.1;

export class PlaceFeatures {
  readonly #places: readonly Place[];
  readonly #counts: TripCounts;
  readonly #km: Float64Array;

  constructor(places: readonly Place[], counts: TripCounts) {
    this.#places = places;
    this.#counts = counts;
    this.#km = distanceTable(places);
  }

  km(from: number, to: number): number {
    return this.#km[from * this.#places.length + to] ?? 0;
  }

  /** One row for each place of the city but the first and the last, in the order of their numbers. */
  rows(query: CourseQuery): { readonly place: number; readonly values: Float64Array }[] {
    const { from, to, length } = query;
    const { before, courses, courseTrips, ends, middleTotal, middles, starts, steps, together, trips, visits } = this.#counts;
    const count = this.#places.length;
    let [pairsFrom, pairsTo, stepsFrom, stepsTo] = [0, 0, 0, 0];
    for (let place = 0; place < count; place++) {
      pairsFrom += together[from * count + place] ?? 0;
      pairsTo += together[to * count + place] ?? 0;
      stepsFrom += steps[from * count + place] ?? 0;
      stepsTo += steps[place * count + to] ?? 0;
    }
    const rows: { place: number; values: Float64Array }[] = [];
    for (let place = 0; place < count; place++) {
      if (place === from || place === to) continue;
      const share = ((middles[place] ?? 0) + 0.5) / (middleTotal + 0.5 * count);
      const stop = log(share);
      const lift = (pairs: number, total: number): number => log((pairs + backOff * share) / (total + backOff)) - stop;
      const kmFrom = this.km(from, place);
      const kmTo = this.km(place, to);
      const category = this.#places[place]?.category;
      const farFirst = log(nearKm + kmFrom);
      rows.push({
        place,
        values: Float64Array.of(
          stop,
          log(((visits[place] ?? 0) + 0.5) / (trips + 1)),
          log(((courses[place] ?? 0) + 0.5) / (courseTrips + 1)),
          lift(before[from * count + place] ?? 0, pairsFrom),
          lift(together[from * count + place] ?? 0, pairsFrom),
          lift(before[place * count + to] ?? 0, pairsTo),
          lift(together[place * count + to] ?? 0, pairsTo),
          lift(steps[from * count + place] ?? 0, stepsFrom),
          lift(steps[place * count + to] ?? 0, stepsTo),
          farFirst,
          log(nearKm + kmTo),
          log(nearKm + Math.max(0, kmFrom + kmTo - this.km(from, to))),
          category === this.#places[from]?.category ? 1 : 0,
          category === this.#places[to]?.category ? 1 : 0,
          farFirst / length,
          stop / length,
          (starts[place] ?? 0) / ((courses[place] ?? 0) + 2),
          (ends[place] ?? 0) / ((courses[place] ?? 0) + 2),
        ),
      });
    }
    return rows;
  }
}
