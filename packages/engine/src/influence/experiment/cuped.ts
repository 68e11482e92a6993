// CUPED: what was known of people before the experiment explains part of how they differ; taking it out makes intervals narrower without
// moving the effect. Works on sums of the outcome, the covariate and their products, so a person can be taken back exactly.
// Source: Deng, Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments by utilizing pre-experiment data (2013).
import type { Sums } from './confidence-sequence.js';

/** Sums over the people of one arm: outcome y, covariate x from before. */
export interface PairedSums extends Sums {
  readonly before: number;
  readonly beforeSquares: number;
  readonly products: number;
}

export const noPairedSums: PairedSums = { n: 0, sum: 0, squares: 0, before: 0, beforeSquares: 0, products: 0 };

/** Adds (`times` 1) or takes back (-1) one person. */
export function withPair(sums: PairedSums, y: number, x: number, times: 1 | -1): PairedSums {
  return {
    n: sums.n + times,
    sum: sums.sum + times * y,
    squares: sums.squares + times * y * y,
    before: sums.before + times * x,
    beforeSquares: sums.beforeSquares + times * x * x,
    products: sums.products + times * x * y,
  };
}

/** The slope of outcome on covariate over all arms, each around its own mean; 0 when the covariate says nothing. */
export function slopeOf(arms: readonly PairedSums[]): number {
  let covariance = 0;
  let variance = 0;
  for (const { n, sum, before, beforeSquares, products } of arms) {
    if (n === 0) continue;
    covariance += products - (sum * before) / n;
    variance += beforeSquares - (before * before) / n;
  }
  return variance > 0 ? covariance / variance : 0;
}

/** Sums of y - slope * (x - mean of x over all arms): the same effect, less variance. */
export function adjusted(arm: PairedSums, slope: number, meanBefore: number): Sums {
  const { n, sum, squares, before, beforeSquares, products } = arm;
  const shift = slope * meanBefore;
  return {
    n,
    sum: sum - slope * before + n * shift,
    squares:
      squares + slope * slope * beforeSquares + n * shift * shift - 2 * slope * products + 2 * shift * sum - 2 * slope * shift * before,
  };
}
