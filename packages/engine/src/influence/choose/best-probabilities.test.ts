// Against fine quadrature of the same integral, and of the integral over the Beta posteriors that it stands for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp } from '../../base/exact-math.js';
import { logGamma } from '../../base/log-gamma.js';
import { normalCdf, normalDensity } from '../../base/special-functions.js';
import { logitOf, type Posterior } from '../../predict/arms/arm-counts.js';
import { SeededRandom } from '../../sim/seeded-random.js';
import { BestProbabilities } from './best-probabilities.js';
import { probabilitiesOf } from './choice-policy.js';
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

  it('is that of fine quadrature, whatever is known of each: new beside old, alike and apart', () => {
    const random = new SeededRandom(99);
    const share = (): number => random.int(1_000_000) / 1_000_000;
    const worlds = Array.from({ length: 120 }, (_, run) =>
      Array.from({ length: 2 + random.int(run % 10 === 0 ? 30 : 8) }, () => {
        if (run % 2 === 0) return { mean: 0.2 * share(), deviation: exp(-9 * share()) };
        const trials = Math.floor(exp(14 * share()));
        const wins = Math.floor(trials * (random.int(2) === 0 ? 0.05 : 0.3 * share() * share()));
        return logitOf({ alpha: 1 + wins, beta: 1 + trials - wins });
      }),
    );
    // A new action beside four that are known well, all at 5 %: whichever is known least is the best most likely.
    const trials = [0, 10_000, 20_000, 30_000, 1_000_000];
    worlds.push(trials.map((n) => logitOf({ alpha: 1 + n / 20, beta: 1 + n - n / 20 })));
    for (const arms of worlds) {
      const found = compute(
        arms.map(({ mean }) => mean),
        arms.map(({ deviation }) => deviation),
      );
      arms.forEach((own, at) => {
        let truth = 0;
        for (let z = -6; z <= 6; z += 0.02) {
          const x = own.mean + own.deviation * z;
          let p = normalDensity(z) * 0.02;
          arms.forEach((other, each) => {
            if (each !== at) p *= normalCdf((x - other.mean) / other.deviation);
          });
          truth += p;
        }
        expect(Math.abs((found[at] ?? 0) - truth), JSON.stringify(arms)).toBeLessThan(0.01);
      });
    }
    const last = worlds.at(-1) ?? [];
    const found = compute(
      last.map(({ mean }) => mean),
      last.map(({ deviation }) => deviation),
    );
    expect(found).toEqual(found.toSorted((a, b) => b - a));
  });

  it('is what the record of an older choice says, by the policy that stands in it', () => {
    const scored = {
      means: Float64Array.of(0, -2.547739657143684, -2.9434919431552267, -2.9441232266271964, -2.944429505515471),
      deviations: Float64Array.of(1.8137993642341628, 0.8343889319635835, 0.04586130123813748, 0.026486441768546008, 0.004588292822637226),
    };
    const recorded = [0.8685470034118673, 0.08280812364210638, 0.006146174335814364, 0.007117787250983534, 0.035380911359228405];
    expect([...probabilitiesOf(scored, 0.02, 5_000, 10_000, 'choose/1')]).toEqual(recorded);
    expect([...probabilitiesOf(scored, 0.02, 5_000, 10_000)]).not.toEqual(recorded);
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
