// Known answers: parameters and a prediction that Fader, Hardie and Lee print for the CDNOW data; and recovery of a made-up population.
import { expect, test } from 'vitest';
import { exp, log } from '../../base/exact-math.js';
import { logGamma } from '../../base/log-gamma.js';
import { normalQuantile } from '../../base/special-functions.js';
import { LifetimeValue } from './lifetime-value.js';
import { expectedPurchases, fitPurchaseRate, logLikelihood, type PurchaseRate } from './purchase-rate.js';
import { expectedValue, fitPurchaseValue } from './purchase-value.js';
import type { PurchaseHistory } from './purchase-history.js';

const history = (repeats: number, lastAfterDays: number, ageDays: number, repeatValue = 0): PurchaseHistory => ({
  id: 'p',
  repeats,
  lastAfterDays,
  ageDays,
  repeatValue,
});
/** Uniform in (0, 1). */
const drawing = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return (seed + 0.5) / 4_294_967_296;
};
const cdnow = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

test('BG/NBD: 1.226 purchases in the next 39 weeks after two repeats, the last in week 30.43 of 38.86', () => {
  expect(expectedPurchases(cdnow, history(2, 30.43, 38.86), 39)).toBeCloseTo(1.226, 3);
});

test('BG/NBD: nobody is expected to buy less than never, and longer ahead is more', () => {
  for (const one of [history(0, 0, 10), history(5, 1, 300), history(3, 200, 200)]) {
    let before = 0;
    for (const days of [1, 10, 100, 1_000]) {
      const now = expectedPurchases(cdnow, one, days);
      expect(now).toBeGreaterThan(before);
      before = now;
    }
  }
});

/** The expectation as an integral over the chance to stop, by the double exponential rule; the one over the rate is closed. */
function byQuadrature({ r, alpha, a, b }: PurchaseRate, { repeats: x, lastAfterDays, ageDays }: PurchaseHistory, days: number): number {
  const norm = logGamma(a) + logGamma(b + x) - logGamma(a + b + x);
  const softplus = (u: number): number => (u > 0 ? u + log(1 + exp(-u)) : log(1 + exp(u)));
  const step = 1 / 32;
  let sum = 0;
  for (let w = -6.5; w <= 6.5; w += step) {
    const odds = (Math.PI / 2) * (exp(w) - exp(-w)); // log odds of the chance
    const [logStop, logStay] = [-softplus(-odds), -softplus(odds)];
    const stop = exp(logStop);
    const near = (stop * days) / (alpha + ageDays);
    const bought = near < 1e-9 ? ((r + x) * days) / (alpha + ageDays) : (1 - exp(-(r + x) * log(1 + near))) / stop;
    sum += exp(a * logStop + (b + x) * logStay - norm) * bought * (Math.PI / 2) * (exp(w) + exp(-w)) * step;
  }
  if (x === 0) return sum;
  return sum / (1 + (a / (b + x - 1)) * exp((r + x) * log((alpha + ageDays) / (alpha + lastAfterDays))));
}

const grid = [0.05, 0.4, 0.793, 1, 1.0000005, 2, 10].flatMap((a) => [0.1, 0.6, 2.426, 10].map((b) => [a, b] as const));

test.each(grid)('BG/NBD: the series agrees with the integral, chance to stop beta(%f, %f)', (a, b) => {
  const people = [history(0, 0, 0), history(0, 0, 30), history(0, 0, 300), history(1, 5, 30), history(3, 100, 300), history(250, 300, 301)];
  for (const r of [0.05, 0.243, 1, 5])
    for (const alpha of [0.5, 4.414, 50])
      for (const one of people)
        for (const days of [1, 30, 365]) {
          const expected = byQuadrature({ r, alpha, a, b }, one, days);
          const off = Math.abs(expectedPurchases({ r, alpha, a, b }, one, days) - expected);
          expect(off / expected, JSON.stringify({ r, alpha, one, days })).toBeLessThan(1e-7);
        }
});

test('gamma-gamma: the mean of somebody unknown is that of everybody, and much evidence outweighs it', () => {
  const value = { p: 6.25, q: 3.74, v: 15.44 };
  expect(expectedValue(value, history(0, 0, 10))).toBeCloseTo((6.25 * 15.44) / 2.74, 10);
  expect(expectedValue(value, history(1_000, 9, 10, 80))).toBeCloseTo(80, 0);
});

test.each([1.5, 2, 2.5])('gamma-gamma: where values differ widely (lognormal, deviation %f) nobody is worth billions', (deviation) => {
  const share = drawing(5);
  const people = Array.from({ length: 600 }, (): PurchaseHistory => {
    const repeats = Math.floor(-1.5 * log(share()));
    return history(repeats, 90 * share(), 100, repeats === 0 ? 0 : exp(3 + deviation * normalQuantile(share())));
  });
  const seen = people.filter(({ repeats }) => repeats > 0).map(({ repeatValue }) => repeatValue);
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const { rate, value } = LifetimeValue.fitNumbers(people);
  expect(value.q).toBeLessThan(1.2);
  const worth = LifetimeValue.of(rate, value, 90);
  for (const one of people) {
    const { score, parts } = worth.explain(one);
    const purchases = expectedPurchases(rate, one, 90);
    const each = expectedValue(value, one);
    expect(each).toBeGreaterThanOrEqual(least);
    expect(each).toBeLessThanOrEqual(most);
    expect(Math.abs(parts.reduce((sum, { amount }) => sum + amount, 0) - score)).toBeLessThanOrEqual(1e-9 * score);
    for (const { amount } of parts) expect(Math.abs(amount)).toBeLessThanOrEqual(most * purchases);
  }
});

test('gamma-gamma: three numbers, as they were published once, are read', () => {
  const heavy = { p: 0.92, q: 0.49, v: 3.6 };
  expect(expectedValue(heavy, history(0, 0, 10))).toBeCloseTo((0.92 * 3.6) / 1.49, 10);
  expect(expectedValue(heavy, history(20, 9, 10, 80))).toBeCloseTo(80, -0.5);
});

test('fits find what a made-up population was made with', () => {
  const share = drawing(11);
  const people = Array.from({ length: 1_500 }, (): PurchaseHistory => {
    const rate = 0.02 * -Math.log(share()); // gamma(1, 50)
    const stops = 1 - Math.sqrt(1 - share()); // beta(1, 2)
    let [at, repeats, last] = [0, 0, 0];
    for (;;) {
      at += -Math.log(share()) / rate;
      if (at > 300) break;
      repeats += 1;
      last = at;
      if (share() < stops) break;
    }
    return history(repeats, last, 300, repeats === 0 ? 0 : 20 + 20 * share());
  });
  const fitted = fitPurchaseRate(people);
  const loss = (rate: typeof fitted): number => people.reduce((sum, one) => sum - logLikelihood(rate, one), 0);
  expect(loss(fitted)).toBeLessThanOrEqual(loss({ r: 1, alpha: 50, a: 1, b: 2 }));
  expect(fitted.r / fitted.alpha).toBeGreaterThan(0.015);
  expect(fitted.r / fitted.alpha).toBeLessThan(0.027);
  expect(expectedValue(fitPurchaseValue(people), history(0, 0, 10))).toBeCloseTo(30, -0.5);
});
