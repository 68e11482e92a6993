// Against fine quadrature of the same integral, and of the integral over the Beta posteriors that it stands for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logGamma } from '../../base/log-gamma.js';
import { normalCdf, normalDensity } from '../../base/special-functions.js';
import { logitOf, type Posterior } from '../../predict/arms/arm-counts.js';
import { BestProbabilities } from './best-probabilities.js';
import { drawn, floorAt, floorLeast, raiseToFloor } from './floor.js';
import { must } from '../../base/assert.js';

const best = new BestProbabilities();
const compute = (means: number[], deviations: number[]): number[] => [
  ...best.compute(means, deviations, means.length, new Float64Array(means.length)),
];

/** Integral of f_i times the product of the other F, by fine midpoints. */
function integrated(
  density: (i: number, x: number) => number,
  cdf: (i: number, x: number) => number,
  n: number,
  from: number,
  to: number,
): number[] {
  const steps = 20_000;
  const out = Array.from({ length: n }, () => 0);
  for (let step = 0; step < steps; step += 1) {
    const x = from + ((to - from) * (step + 0.5)) / steps;
    const all = Array.from({ length: n }, (_, i) => cdf(i, x));
    for (let i = 0; i < n; i += 1)
      out[i] = (out[i] ?? 0) + (density(i, x) * all.reduce((p, each, j) => (j === i ? p : p * each), 1) * (to - from)) / steps;
  }
  return out;
}

describe('probability of being the best', () => {
  it('is that of fine quadrature for normal values', () => {
    const means = [0, 0.3, -1, 0.5, 0.45];
    const deviations = [1, 0.2, 3, 0.05, 0.6];
    const truth = integrated(
      (i, x) =>
        normalDensity((x - must(means[i], 'it is there')) / must(deviations[i], 'it is there')) / must(deviations[i], 'it is there'),
      (i, x) => normalCdf((x - must(means[i], 'it is there')) / must(deviations[i], 'it is there')),
      5,
      -16,
      16,
    );
    compute(means, deviations).forEach((p, i) => expect(Math.abs(p - must(truth[i], 'it is there'))).toBeLessThan(0.01));
  });

  it('is that of Thompson sampling from the Beta posteriors, to seven hundredths', () => {
    const cases: Posterior[][] = [
      [
        { alpha: 1, beta: 1 },
        { alpha: 3, beta: 9 },
        { alpha: 40, beta: 160 },
      ],
      [
        { alpha: 6, beta: 995 },
        { alpha: 9, beta: 992 },
        { alpha: 1, beta: 40 },
        { alpha: 2, beta: 400 },
      ],
    ];
    for (const posteriors of cases) {
      const density = (i: number, x: number): number => {
        const { alpha, beta } = must(posteriors[i], 'it is there');
        return Math.exp(
          logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta) + (alpha - 1) * Math.log(x) + (beta - 1) * Math.log(1 - x),
        );
      };
      const steps = 20_000;
      const sums = posteriors.map((_, i) => {
        const table = new Float64Array(steps + 1);
        for (let s = 1; s <= steps; s += 1) table[s] = must(table[s - 1], 'it is there') + density(i, (s - 0.5) / steps) / steps;
        return table;
      });
      const truth = integrated(density, (i, x) => must(sums[i], 'it is there')[Math.round(x * steps)] ?? 1, posteriors.length, 0, 1);
      const logits = posteriors.map(logitOf);
      compute(
        logits.map(({ mean }) => mean),
        logits.map(({ deviation }) => deviation),
      ).forEach((p, i) => expect(Math.abs(p - must(truth[i], 'it is there'))).toBeLessThan(0.07));
    }
  });

  it('sums to one, prefers nobody among equals, and is never negative', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 1e-4, max: 20, noNaN: true })), {
          minLength: 1,
          maxLength: 100,
        }),
        (arms) => {
          const p = compute(
            arms.map(([mean]) => mean),
            arms.map(([, deviation]) => deviation),
          );
          expect(p.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
          for (const each of p) expect(each).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300 },
    );
    for (const p of compute([1, 1, 1, 1], [2, 2, 2, 2])) expect(p).toBeCloseTo(0.25, 12);
  });
});

describe('floor and draw', () => {
  it('nobody is below the floor, the sum stays one, and each is drawn as often as it says', () => {
    const p = Float64Array.from([0.97, 0.03, 0]);
    raiseToFloor(p, 3, 0.01);
    expect([...p].map((each) => Number(each.toFixed(6)))).toEqual(
      [0.9509 + 0.01 - 0.01 + 0, 0.0391, 0.01].map((each) => Number(each.toFixed(6))),
    );
    const counts = [0, 0, 0];
    const n = 1 << 16;
    for (let i = 0; i < n; i += 1) {
      const at = drawn(p, 3, i * 65_536);
      counts[at] = must(counts[at], 'it is there') + 1;
    }
    counts.forEach((count, i) => expect(count / n).toBeCloseTo(must(p[i], 'it is there'), 4));
  });

  it('the floor sinks with evidence, never below its least', () => {
    expect(floorAt(0.05, 10, 0)).toBeCloseTo(0.005, 12);
    expect(floorAt(0.05, 10, 3000)).toBeCloseTo(0.0025, 12);
    expect(floorAt(0.05, 10, 1e15)).toBe(floorLeast);
    expect(floorAt(0, 2, 0)).toBe(floorLeast);
  });
});
