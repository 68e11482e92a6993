// The exact base of every propensity: how often yes and no in each bin of each feature, put together as if features were independent.
// Erasure class `exact`: two integers a bin. It is what answers when a better model is past its erasure deadline. Score: log odds.
// Memory: 8 bytes a bin. Source: naive Bayes with smoothed counts (Domingos and Pazzani, 1997), `prior` added rows a bin.
import { assert } from '../../base/assert.js';
import { log } from '../../base/exact-math.js';
import type { Explanation, Learner } from '../learner.js';
import type { FeatureBins } from './feature-bins.js';
import type { FeatureRow, LabelledRow } from './feature-row.js';

const prior = 2;

export class BinnedCounts implements Learner<LabelledRow, FeatureRow> {
  readonly erasure = 'exact';
  readonly #bins: FeatureBins;
  /** By feature: yes and no of bin b at 2b and 2b + 1. */
  readonly #counts: readonly Int32Array[];
  #yes = 0;
  #no = 0;

  /** `bins`: published cut points; counts under other ones cannot be compared. */
  constructor(bins: FeatureBins) {
    this.#bins = bins;
    this.#counts = bins.specs.map((_, feature) => new Int32Array(2 * bins.count(feature)));
  }

  learn(row: LabelledRow): void {
    this.#add(row, 1);
  }

  forget(row: LabelledRow): void {
    this.#add(row, -1);
    assert(this.#yes >= 0 && this.#no >= 0, 'a row that is forgotten was learned');
  }

  score(row: FeatureRow): number {
    return this.#parts(row).reduce((sum, { amount }) => sum + amount, 0);
  }

  explain(row: FeatureRow): Explanation {
    return { score: this.score(row), parts: this.#parts(row) };
  }

  *dump(): Iterable<string> {
    yield `rows\t${this.#yes} ${this.#no}`;
    for (const [feature, counts] of this.#counts.entries()) yield `${this.#bins.specs[feature]?.name}\t${counts.join(' ')}`;
  }

  bytes(): number {
    return this.#counts.reduce((sum, counts) => sum + counts.byteLength, 256 + this.#bins.bytes());
  }

  #parts(row: FeatureRow): { readonly name: string; readonly amount: number }[] {
    const base = log((this.#yes + 1) / (this.#no + 1));
    const share = (this.#yes + 1) / (this.#yes + this.#no + 2);
    const parts = this.#counts.map((counts, feature) => {
      const bin = this.#bins.code(feature, row[feature]);
      const yes = (counts[2 * bin] ?? 0) + prior * share;
      const no = (counts[2 * bin + 1] ?? 0) + prior * (1 - share);
      return { name: this.#bins.specs[feature]?.name ?? '', amount: log(yes / no) - base };
    });
    return [{ name: 'base rate', amount: base }, ...parts];
  }

  #add({ values, label }: LabelledRow, by: 1 | -1): void {
    if (label === 1) this.#yes += by;
    else this.#no += by;
    for (const [feature, counts] of this.#counts.entries()) {
      const at = 2 * this.#bins.code(feature, values[feature]) + (label === 1 ? 0 : 1);
      counts[at] = (counts[at] ?? 0) + by;
    }
  }
}
