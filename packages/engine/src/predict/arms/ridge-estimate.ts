// What follows from ridge sums: the Cholesky factor of the sum of products with lambda on its diagonal, and the coefficients.
// A function of the sums alone, worked out anew each time: a rank-one update of an inverse would be faster, and would depend on the order
// of what came and went.
// Source: Li et al., A contextual-bandit approach to personalized news article recommendation (2010), disjoint model; Agrawal and Goyal,
// Thompson sampling for contextual bandits with linear payoffs (2013).
import { featureUnit, trianglePlaces } from './ridge-sums.js';

export class RidgeEstimate {
  readonly #features: number;
  readonly #penalty: number;
  /** Lower triangle by rows. */
  readonly #factor: Float64Array;
  /** Reciprocals of the factor's diagonal. */
  readonly #diagonal: Float64Array;
  readonly #coefficients: Float64Array;
  readonly #scratch: Float64Array;

  /** Says nothing before `decompose` and `solve`. `penalty`: lambda, in observations of a unit vector. */
  constructor(features: number, penalty: number) {
    this.#features = features;
    this.#penalty = penalty * featureUnit * featureUnit;
    this.#factor = new Float64Array(trianglePlaces(features));
    this.#diagonal = new Float64Array(features);
    this.#coefficients = new Float64Array(features);
    this.#scratch = new Float64Array(features);
  }

  /** Expected reward for features `x` and the standard error of that for a reward of variance 1. Written to `out`. */
  estimate(x: ArrayLike<number>, out: { mean: number; deviation: number }): void {
    const features = this.#features;
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

  /**
   * The factor anew, from sums of products (lower triangle by rows); `solve` must follow. Row by row, two columns at once and in two
   * strands each, which a processor works on side by side.
   */
  decompose(products: Float64Array): void {
    const features = this.#features;
    const factor = this.#factor;
    const diagonal = this.#diagonal;
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
        left = (left + leftOdd) * (diagonal[column] ?? 0);
        factor[rowAt + column] = left;
        // An odd row has no right column: that place is its diagonal, which is written below.
        if (column + 1 < row)
          factor[rowAt + column + 1] = (right + rightOdd - left * (factor[rightAt + column] ?? 0)) * (diagonal[column + 1] ?? 0);
        leftAt = rightAt + column + 2;
      }
      let own = (products[rowAt + row] ?? 0) + this.#penalty;
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

  /** The coefficients by the factor, from sums of features times reward. */
  solve(rewards: Float64Array): void {
    const features = this.#features;
    const factor = this.#factor;
    const diagonal = this.#diagonal;
    const solution = this.#coefficients;
    let at = 0;
    for (let row = 0; row < features; row += 1) {
      let value = rewards[row] ?? 0;
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
}
