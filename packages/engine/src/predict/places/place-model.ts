// Which places stand between a first and a last one? Counts of trips (exact) under published weights, and an explanation by feature.
// Erasure class of the counts `exact`; the weights are a publication (place-weights.ts). Score: log odds up to a constant of the query.
import type { Explanation, Learner } from '../learner.js';
import { PlaceFeatures, placeFeatures, type CourseQuery } from './place-features.js';
import type { Place } from './place.js';
import type { PlaceWeights } from './place-weights.js';
import { TripCounts, type Trip } from './trip-counts.js';

export interface StopQuery extends CourseQuery {
  /** Number of the place that is asked about. */
  readonly stop: number;
}

export class PlaceModel implements Learner<Trip, StopQuery> {
  readonly erasure = 'exact';
  readonly counts: TripCounts;
  readonly features: PlaceFeatures;
  #weights: PlaceWeights;

  constructor(places: readonly Place[], weights: PlaceWeights) {
    this.counts = new TripCounts(places.length);
    this.features = new PlaceFeatures(places, this.counts);
    this.#weights = weights;
  }

  /** Takes a new publication of the weights. */
  adopt(weights: PlaceWeights): void {
    this.#weights = weights;
  }

  learn(trip: Trip): void {
    this.counts.learn(trip);
  }

  forget(trip: Trip): void {
    this.counts.forget(trip);
  }

  score(query: StopQuery): number {
    return this.ranked(query).find(({ place }) => place === query.stop)?.score ?? 0;
  }

  /** Every place but the first and the last, best first, ties by number. */
  ranked(query: CourseQuery): { readonly place: number; readonly score: number }[] {
    const { weights, centres } = this.#weights;
    const scored = this.features.rows(query).map(({ place, values }) => {
      let score = 0;
      for (let at = 0; at < values.length; at++) score += (weights[at] ?? 0) * ((values[at] ?? 0) - (centres[at] ?? 0));
      return { place, score };
    });
    return scored.sort((a, b) => b.score - a.score || a.place - b.place);
  }

  explain(query: StopQuery): Explanation {
    const { weights, centres } = this.#weights;
    const row = this.features.rows(query).find(({ place }) => place === query.stop);
    const parts = placeFeatures.map((name, at) => ({
      name,
      amount: row === undefined ? 0 : (weights[at] ?? 0) * ((row.values[at] ?? 0) - (centres[at] ?? 0)),
    }));
    return { score: this.score(query), parts };
  }

  *dump(): Iterable<string> {
    yield* this.counts.dump();
    yield `weights\t${[...this.#weights.weights].join(' ')}`;
    yield `centres\t${[...this.#weights.centres].join(' ')}`;
  }

  bytes(): number {
    return this.counts.bytes() + 8 * this.counts.places * this.counts.places + 16 * placeFeatures.length + 256;
  }
}
