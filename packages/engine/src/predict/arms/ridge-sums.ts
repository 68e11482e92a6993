// Ridge regression of an action's reward on the features of the request: integer sums, and what is derived from them.
// Erasure class `exact`: features are integers in -64..64 (a feature of 1 is 64), so the sums of their products are integers; taking an
// observation back gives the very sums that would be there without it. The factor and the coefficients are functions of the sums alone
// (a rank-one update of an inverse would be faster and depend on the order).
// Sums are doubles that hold integers: a trial adds at most 64 * 64 to one, so within limits.ridgeTrialsMax none reaches 2^53, below which
// a double holds every integer and adds exactly. What would pass that is refused. BigInt64Array would hold more, and adds in 1.6 times the
// time.
// Source: Li et al., A contextual-bandit approach to personalized news article recommendation (2010), disjoint model; Agrawal and Goyal,
// Thompson sampling for contextual bandits with linear payoffs (2013).
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';

/** What a feature of 1 is. */
export const featureUnit = 64;

/** A feature in -1..1 (cut to that) as an integer. */
export function quantised(feature: number): number {
  return Math.round(Math.max(-1, Math.min(1, feature)) * featureUnit) + 0;
}

export class RidgeSums {
  readonly features: number;
  /** Lower triangle by rows of the sum of products, then the sum of features times reward. */
  readonly #products: Float64Array;
  readonly #rewards: Float64Array;
  readonly #factor: Float64Array;
  readonly #diagonal: Float64Array;
  readonly #coefficients: Float64Array;
  readonly #scratch: Float64Array;
  #count = 0;
  #isStale = true;
  /** Rewards move the coefficients only. */
  #isFactorStale = true;
  readonly #penalty: number;

  /** `penalty`: lambda, in observations of a unit vector. */
  constructor(features: number, penalty = 1) {
    this.features = features;
    this.#penalty = penalty;
    const triangle = (features * (features + 1)) / 2;
    this.#products = new Float64Array(triangle);
    this.#rewards = new Float64Array(features);
    this.#factor = new Float64Array(triangle);
    this.#diagonal = new Float64Array(features);
    this.#coefficients = new Float64Array(features);
    this.#scratch = new Float64Array(features);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds (`times` > 0) or takes back (< 0) so many trials; their rewards come by `reward`. `x`: quantised features. */
  observe(x: ArrayLike<number>, times: number): void {
    const { features } = this;
    const products = this.#products;
    this.#count += times;
    assert(this.#count >= 0, 'what is taken back was counted');
    assert(this.#count <= limits.ridgeTrialsMax, 'sums of products stay exact integers');
    let at = 0;
    let largest = 0;
    for (let row = 0; row < features; row += 1) {
      const left = (x[row] ?? 0) * times;
      for (let column = 0; column <= row; column += 1) {
        products[at] = (products[at] ?? 0) + left * (x[column] ?? 0);
        at += 1;
      }
      // The sums of squares: by Cauchy and Schwarz none of the others is larger than the largest of these.
      largest = Math.max(largest, products[at - 1] ?? 0);
    }
    assert(largest <= Number.MAX_SAFE_INTEGER, 'sums of products are exact integers');
    this.#isStale = true;
    this.#isFactorStale = true;
  }

  /** Adds or takes back the reward (integer) of a trial that was observed. */
  reward(x: ArrayLike<number>, reward: number): void {
    for (let row = 0; row < this.features; row += 1) {
      const value = (this.#rewards[row] ?? 0) + (x[row] ?? 0) * reward;
      assert(Number.isSafeInteger(value), 'sums of rewards are exact integers');
      this.#rewards[row] = value + 0;
    }
    this.#isStale = true;
  }

  /** Expected reward for features `x` and the standard error of that for a reward of variance 1. Written to `out`. */
  estimate(x: ArrayLike<number>, out: { mean: number; deviation: number }): void {
    if (this.#isStale) this.refresh();
    const { features } = this;
    const factor = this.#factor;
    const diagonal = this.#diagonal;
    const solved = this.#scratch;
    let mean = 0;
    let square = 0;
    let at = 0;
    for (let row = 0; row < features; row += 1) {
      const own = x[row] ?? 0;
      mean += own * (this.#coefficients[row] ?? 0);
      let value = own;
      for (let column = 0; column < row; column += 1) value -= (factor[at + column] ?? 0) * (solved[column] ?? 0);
      value *= diagonal[row] ?? 0;
      solved[row] = value;
      square += value * value;
      at += row + 1;
    }
    out.mean = mean;
    out.deviation = Math.sqrt(square);
  }

  /** What is derived, anew from the sums. Called after an update, so that a decision need not. */
  refresh(): void {
    if (this.#isFactorStale) this.#decompose();
    this.#solve();
    this.#isFactorStale = false;
    this.#isStale = false;
  }

  /** Cholesky factor, row by row, two columns at once and in two strands each, which a processor works on side by side. */
  #decompose(): void {
    const { features } = this;
    const products = this.#products;
    const factor = this.#factor;
    const diagonal = this.#diagonal; // reciprocals
    const penalty = this.#penalty * featureUnit * featureUnit;
    let rowAt = 0;
    for (let row = 0; row < features; row += 1) {
      let leftAt = 0;
      for (let column = 0; column < row; column += 2) {
        const rightAt = leftAt + column + 1;
        let left = products[rowAt + column] ?? 0;
        let right = products[rowAt + column + 1] ?? 0;
        let leftOdd = 0;
        let rightOdd = 0;
        for (let inner = 0; inner < column; inner += 2) {
          const even = factor[rowAt + inner] ?? 0;
          const odd = factor[rowAt + inner + 1] ?? 0;
          left -= even * (factor[leftAt + inner] ?? 0);
          right -= even * (factor[rightAt + inner] ?? 0);
          leftOdd -= odd * (factor[leftAt + inner + 1] ?? 0);
          rightOdd -= odd * (factor[rightAt + inner + 1] ?? 0);
        }
        left += leftOdd;
        right += rightOdd;
        left *= diagonal[column] ?? 0;
        factor[rowAt + column] = left;
        // An odd row has no right column: that place is its diagonal, which is written below.
        if (column + 1 < row) factor[rowAt + column + 1] = (right - left * (factor[rightAt + column] ?? 0)) * (diagonal[column + 1] ?? 0);
        leftAt = rightAt + column + 2;
      }
      let own = (products[rowAt + row] ?? 0) + penalty;
      for (let inner = 0; inner < row; inner += 1) {
        const each = factor[rowAt + inner] ?? 0;
        own -= each * each;
      }
      const root = Math.sqrt(own);
      factor[rowAt + row] = root;
      diagonal[row] = 1 / root;
      rowAt += row + 1;
    }
  }

  /** Coefficients by the factor. */
  #solve(): void {
    const { features } = this;
    const factor = this.#factor;
    const diagonal = this.#diagonal;
    const solution = this.#coefficients;
    let at = 0;
    for (let row = 0; row < features; row += 1) {
      let value = this.#rewards[row] ?? 0;
      for (let column = 0; column < row; column += 1) value -= (factor[at + column] ?? 0) * (solution[column] ?? 0);
      solution[row] = value * (diagonal[row] ?? 0);
      at += row + 1;
    }
    for (let row = features - 1; row >= 0; row -= 1) {
      at -= row + 1;
      const value = (solution[row] ?? 0) * (diagonal[row] ?? 0);
      solution[row] = value;
      for (let column = 0; column < row; column += 1) solution[column] = (solution[column] ?? 0) - (factor[at + column] ?? 0) * value;
    }
  }

  /** Adds so many times what another one holds. */
  addAll(other: RidgeSums, times: number): void {
    const add = (own: Float64Array, theirs: Float64Array): void => {
      for (let at = 0; at < own.length; at += 1) {
        const value = (own[at] ?? 0) + times * (theirs[at] ?? 0);
        assert(Number.isSafeInteger(value), 'sums are exact integers');
        own[at] = value;
      }
    };
    add(this.#products, other.#products);
    add(this.#rewards, other.#rewards);
    this.#count += times * other.#count;
    assert(this.#count <= limits.ridgeTrialsMax, 'sums of products stay exact integers');
    this.#isStale = true;
    this.#isFactorStale = true;
  }

  /** Everything it holds, canonically; '' when nothing. */
  dump(): string {
    return this.#count === 0 ? '' : `${this.#count}\t${[...this.#products].join(' ')}\t${[...this.#rewards].join(' ')}`;
  }
}
