// Against values of gamma that are known in closed form, and against its recurrence.
import { expect, test } from 'vitest';
import { log } from './exact-math.js';
import { logGamma } from './log-gamma.js';

const near = (value: number, expected: number): void => {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(expected)));
};

test('factorials and halves', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    near(logGamma(n), Math.log(factorial));
    factorial *= n;
  }
  near(logGamma(0.5), Math.log(Math.sqrt(Math.PI)));
  near(logGamma(2.5), Math.log((3 / 4) * Math.sqrt(Math.PI)));
  // gamma(171) = 170! is the last that fits a double; Stirling with enough terms beyond.
  near(logGamma(171), 706.573062245787);
  near(logGamma(1e6), 12815504.569147611);
});

test('gamma(x + 1) = x gamma(x), from tiny to large', () => {
  for (let x = 1e-6; x < 1e6; x *= 1.37) near(logGamma(x + 1), log(x) + logGamma(x));
});
