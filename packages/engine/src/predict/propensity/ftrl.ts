// Logistic regression over bins, fitted by follow-the-regularised-leader: one pass per epoch in the order of the rows given.
// Erasure class `rederived`. Score: log odds. Memory: one weight a bin.
// Source: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, algorithm 1.
import { exp } from '../../base/exact-math.js';
import type { Explanation, Scorer } from '../learner.js';
import type { FeatureBins } from './feature-bins.js';
import type { FeatureRow, LabelledRow } from './feature-row.js';

export interface FtrlSettings {
  /** Learning rate and its slowing; strengths of the pulls towards 0. */
  readonly alpha: number;
  readonly beta: number;
  readonly l1: number;
  readonly l2: number;
  readonly epochs: number;
}

export const ftrlSettings: FtrlSettings = { alpha: 0.05, beta: 1, l1: 0.5, l2: 2, epochs: 4 };

export class Ftrl implements Scorer<FeatureRow> {
  readonly #bins: FeatureBins;
  readonly #offsets: readonly number[];
  readonly #weights: Float64Array;

  private constructor(bins: FeatureBins, offsets: readonly number[], weights: Float64Array) {
    this.#bins = bins;
    this.#offsets = offsets;
    this.#weights = weights;
  }

  /** `rows` in the order of `sampleByHash`. */
  static fit(bins: FeatureBins, rows: readonly LabelledRow[], settings: FtrlSettings = ftrlSettings): Ftrl {
    const { alpha, beta, l1, l2, epochs } = settings;
    const offsets: number[] = [];
    let size = 1; // weight 0 is the base rate
    for (const feature of bins.specs.keys()) {
      offsets.push(size);
      size += bins.count(feature);
    }
    const [z, n, weights] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
    const coded = rows.map(({ values, label }) => ({ label, at: placesOf(bins, offsets, values) }));
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const { label, at } of coded) {
        let score = 0;
        for (const place of at) {
          const pull = z[place] ?? 0;
          const slack = place === 0 ? 0 : l1; // the base rate is not pulled towards 0
          const weight =
            Math.abs(pull) <= slack
              ? 0
              : (Math.sign(pull) * slack - pull) / ((beta + Math.sqrt(n[place] ?? 0)) / alpha + (place === 0 ? 0 : l2));
          weights[place] = weight;
          score += weight;
        }
        const slope = 1 / (1 + exp(-score)) - label;
        for (const place of at) {
          const seen = n[place] ?? 0;
          const sigma = (Math.sqrt(seen + slope * slope) - Math.sqrt(seen)) / alpha;
          z[place] = (z[place] ?? 0) + slope - sigma * (weights[place] ?? 0);
          n[place] = seen + slope * slope;
        }
      }
    }
    return new Ftrl(bins, offsets, weights);
  }

  score(row: FeatureRow): number {
    let score = 0;
    for (const place of placesOf(this.#bins, this.#offsets, row)) score += this.#weights[place] ?? 0;
    return score;
  }

  explain(row: FeatureRow): Explanation {
    const places = placesOf(this.#bins, this.#offsets, row);
    const parts = [...places].map((place, at) => ({
      name: at === 0 ? 'base rate' : (this.#bins.specs[at - 1]?.name ?? ''),
      amount: this.#weights[place] ?? 0,
    }));
    return { score: this.score(row), parts };
  }

  *dump(): Iterable<string> {
    yield* this.#bins.dump();
    yield `weights\t${this.#weights.join(' ')}`;
  }

  bytes(): number {
    return this.#weights.byteLength + this.#bins.bytes() + 8 * this.#offsets.length + 256;
  }
}

function placesOf(bins: FeatureBins, offsets: readonly number[], row: FeatureRow): Int32Array {
  const places = new Int32Array(offsets.length + 1);
  for (const [feature, offset] of offsets.entries()) places[feature + 1] = offset + bins.code(feature, row[feature]);
  return places;
}
