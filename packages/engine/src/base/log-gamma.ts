// Natural logarithm of the gamma function for positive numbers, in exact operations.
// Error: below 1e-11 * max(1, |value|) against values computed in higher precision (log-gamma.test.ts): Stirling's series from 12 on, to which
// smaller arguments are raised by gamma(x) = gamma(x + n) / (x (x + 1) ... (x + n - 1)). Source: Abramowitz and Stegun, 6.1.15 and 6.1.41.
import { assert } from './assert.js';
import { log } from './exact-math.js';

const halfLogTwoPi = 0.9189385332046727;
const stirlingFrom = 12;

export function logGamma(x: number): number {
  assert(x > 0, 'the logarithm of gamma is asked of a positive number');
  let product = 1;
  let raised = x;
  while (raised < stirlingFrom) {
    product *= raised;
    raised += 1;
  }
  const inverse = 1 / raised;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360))))));
  return (raised - 0.5) * log(raised) - raised + halfLogTwoPi + series - log(product);
}
