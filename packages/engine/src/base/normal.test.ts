// Tails and rates against published values and enumeration.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discoveryRates } from './discovery.js';
import { coinsTail, fisherTest, logFactorials } from './exact-test.js';
import { normalTail } from './normal.js';

describe('the normal tail', () => {
  // Abramowitz and Stegun, tables 26.1 and 26.2; further out, the asymptotic series to the digits given.
  const published: readonly (readonly [number, number])[] = [
    [0, 0.5],
    [1, 0.158655253931457],
    [2, 0.0227501319481792],
    [2.5, 0.00620966532577614],
    [3, 0.00134989803163009],
    [5, 2.86651571879194e-7],
    [10, 7.61985302416053e-24],
  ];

  it('has its published values', () => {
    for (const [z, tail] of published) expect(Math.abs(normalTail(z) / tail - 1), `${z}`).toBeLessThan(1e-11);
    expect(normalTail(-1) + normalTail(1)).toBe(1);
  });

  it('is smooth where series and fraction meet, and falls', () => {
    expect(Math.abs(normalTail(2.5 - 1e-12) / normalTail(2.5) - 1)).toBeLessThan(1e-10);
    for (let z = 0; z < 37; z += 0.25) expect(normalTail(z + 0.25)).toBeLessThan(normalTail(z));
  });
});

describe('coins', () => {
  const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 10 });

  it('have the tail that enumeration gives', () => {
    fc.assert(
      fc.property(chances, fc.nat(10), (list, hits) => {
        let tail = 0;
        for (let set = 0; set < 1 << list.length; set += 1) {
          const on = list.filter((_, at) => (set >> at) & 1).length;
          if (on >= hits) tail += list.reduce((all, chance, at) => all * ((set >> at) & 1 ? chance : 1 - chance), 1);
        }
        expect(coinsTail(list, hits)).toBeCloseTo(Math.min(1, tail), 10);
      }),
      { numRuns: 200 },
    );
  });

  it('have a bound for many that is not below the exact tail, and not far above', () => {
    // 200 fair coins: P(>= 120) = 0.002843 (binomial).
    const bound = coinsTail(
      Array.from({ length: 200 }, () => 0.5),
      120,
    );
    expect(bound).toBeGreaterThan(0.002843);
    expect(bound).toBeLessThan(0.02);
    expect(
      coinsTail(
        Array.from({ length: 200 }, () => 0.5),
        100,
      ),
    ).toBe(1);
  });
});

describe("Fisher's test", () => {
  it('gives the tails of the lady tasting tea', () => {
    const factorials = logFactorials(8);
    expect(fisherTest(4, 4, 4, 8, factorials)).toBeCloseTo(2 / 70, 12);
    expect(fisherTest(3, 4, 4, 8, factorials)).toBeCloseTo((2 * 17) / 70, 12);
    expect(fisherTest(2, 4, 4, 8, factorials)).toBe(1);
  });
});

describe('discovery rates', () => {
  it('are those of Benjamini and Yekutieli', () => {
    // m = 3, harmonic sum 11/6
    const rates = discoveryRates([0.01, 0.04, 0.03]);
    expect(rates[0]).toBeCloseTo(0.01 * 3 * (11 / 6), 12);
    expect(rates[1]).toBeCloseTo(0.04 * (11 / 6), 12);
    expect(rates[2]).toBeCloseTo(0.04 * (11 / 6), 12);
  });
});
