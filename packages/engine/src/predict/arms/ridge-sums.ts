// Ridge regression of an action's reward on the features of the request: integer sums (ridge-estimate.ts has what follows from them).
// Erasure class `exact`: features are integers in -64..64 (a feature of 1 is 64), so the sums of their products are integers; taking an
// observation back gives the very sums that would be there without it.
// Sums are doubles that hold integers: a trial adds at most 64 * 64 to one, so within limits.ridgeTrialsMax none reaches 2^53, below which
// a double holds every integer and adds exactly. What would pass that is refused. BigInt64Array would hold more, and adds in 1.6 times the
// time.
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';

/** What a feature of 1 is. */
export const featureUnit = 64;

/** A feature in -1..1 (cut to that) as an integer. */
export function quantised(feature: number): number {
  return Math.round(Math.max(-1, Math.min(1, feature)) * featureUnit) + 0;
}

/** Numbers in the lower triangle of a square, diagonal included. */
export function trianglePlaces(features: number): number {
  return (features * (features + 1)) / 2;
}

export class RidgeSums {
  readonly features: number;
  /** Sum of products, lower triangle by rows. */
  readonly products: Float64Array;
  /** Sum of features times reward. */
  readonly rewards: Float64Array;
  #count = 0;

  constructor(features: number) {
    this.features = features;
    this.products = new Float64Array(trianglePlaces(features));
    this.rewards = new Float64Array(features);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds (`times` > 0) or takes back (< 0) so many trials; their rewards come by `reward`. `x`: quantised features. */
  observe(x: ArrayLike<number>, times: number): void {
    const { features, products } = this;
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
  }

  /** Adds or takes back the reward (integer) of a trial that was observed. */
  reward(x: ArrayLike<number>, reward: number): void {
    for (let row = 0; row < this.features; row += 1) {
      const value = (this.rewards[row] ?? 0) + (x[row] ?? 0) * reward;
      assert(Number.isSafeInteger(value), 'sums of rewards are exact integers');
      this.rewards[row] = value + 0;
    }
  }

  /** Everything it holds, canonically; '' when nothing. */
  dump(): string {
    return this.#count === 0 ? '' : `${this.#count}\t${[...this.products].join(' ')}\t${[...this.rewards].join(' ')}`;
  }
}

/** Sets `into` to the weighed sum of a column of the parts. */
export function weigh(
  into: Float64Array,
  column: 'products' | 'rewards',
  parts: readonly (readonly [sums: RidgeSums, weight: number])[],
): void {
  into.fill(0);
  for (const [sums, weight] of parts) {
    const own = sums[column];
    for (let at = 0; at < into.length; at += 1) into[at] = (into[at] ?? 0) + weight * (own[at] ?? 0);
  }
}
