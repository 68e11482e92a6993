// Known truths of both learners: what is taken back was never there; estimates against the normal equations solved plainly.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArmCounts } from './arm-counts.js';
import { ArmRidges, featuresOf } from './arm-ridges.js';
import { RidgeEstimate } from './ridge-estimate.js';
import { featureUnit, quantised, RidgeSums } from './ridge-sums.js';
import { must } from '../../base/assert.js';
import { limits } from '../../base/limits.js';

describe('counts of actions', () => {
  it('hold nothing of what was taken back, whatever the order', () => {
    const one = fc.record({
      segment: fc.constantFrom('', 'new', 'old'),
      action: fc.constantFrom('a', 'b', 'c'),
      bucket: fc.integer({ min: 0, max: 4 }),
      won: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one), fc.array(one), (kept, gone) => {
        const never = new ArmCounts();
        for (const each of kept) never.add(each.segment, each.action, each.bucket, 1, each.won ? 1 : 0);
        const forgot = new ArmCounts();
        for (const each of gone) forgot.add(each.segment, each.action, each.bucket, 1, each.won ? 1 : 0);
        for (const each of kept) forgot.add(each.segment, each.action, each.bucket, 1, each.won ? 1 : 0);
        for (const each of gone) forgot.add(each.segment, each.action, each.bucket, -1, each.won ? -1 : 0);
        expect([...forgot.dump()]).toEqual([...never.dump()]);
      }),
    );
  });

  it('a segment starts from all and ends at its own', () => {
    const counts = new ArmCounts();
    counts.add('', 'a', 0, 1000, 100);
    const cold = counts.posterior('new', 'a', 0, false);
    expect(cold.alpha / (cold.alpha + cold.beta)).toBeCloseTo(0.1, 2);
    expect(cold.alpha + cold.beta).toBe(30);
    counts.add('new', 'a', 0, 2000, 1000);
    const warm = counts.posterior('new', 'a', 0, false);
    expect(warm.alpha / (warm.alpha + warm.beta)).toBeCloseTo(0.5, 1);
    expect(counts.posterior('new', 'unseen', 0, false)).toEqual({ alpha: 1, beta: 1 });
  });

  it('older buckets weigh half as much each, when told so', () => {
    const counts = new ArmCounts();
    counts.add('', 'a', 0, 160, 160);
    expect(counts.read('', 'a', 0, true)).toEqual([160, 160]);
    expect(counts.read('', 'a', 2, true)).toEqual([40, 40]);
    expect(counts.read('', 'a', 5, true)).toEqual([0, 0]);
    expect(counts.read('', 'a', 5, false)).toEqual([160, 160]);
  });
});

describe('ridge sums', () => {
  const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  const trial = fc.tuple(vector, fc.boolean());

  const told = (sums: RidgeSums, x: readonly number[]): { mean: number; deviation: number } => {
    const estimate = new RidgeEstimate(sums.features, 1);
    estimate.decompose(sums.products);
    estimate.solve(sums.rewards);
    const out = { mean: 0, deviation: 0 };
    estimate.estimate(x, out);
    return out;
  };

  it('solve the normal equations, for even and odd numbers of features', () => {
    const sized = fc.integer({ min: 1, max: 9 }).chain((size) => {
      const given = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size, maxLength: size });
      return fc.tuple(fc.array(fc.tuple(given, fc.boolean()), { minLength: 1, maxLength: 40 }), given);
    });
    fc.assert(
      fc.property(sized, ([trials, at]) => {
        const sums = new RidgeSums(at.length);
        // A = I + sum x x', b = sum r x, by Gauss
        const a: number[][] = at.map((_, i) => at.map((__, j) => (i === j ? 1 : 0)));
        const b = at.map(() => 0);
        for (const [x, won] of trials) {
          const q = x.map(quantised);
          sums.observe(q, 1);
          if (won) sums.reward(q, 1);
          const u = q.map((each) => each / featureUnit);
          for (let i = 0; i < at.length; i += 1) {
            if (won) b[i] = must(b[i], 'it is there') + must(u[i], 'it is there');
            for (let j = 0; j < at.length; j += 1)
              must(a[i], 'it is there')[j] =
                must(must(a[i], 'it is there')[j], 'it is there') + must(u[i], 'it is there') * must(u[j], 'it is there');
          }
        }
        const q = at.map(quantised);
        const u = q.map((each) => each / featureUnit);
        const { mean, deviation } = told(sums, q);
        expect(mean).toBeCloseTo(dot(u, solve(a, b)), 9);
        expect(deviation).toBeCloseTo(Math.sqrt(dot(u, solve(a, u))), 9);
      }),
    );
  });

  it('are the same sums after forgetting as if it had never been', () => {
    fc.assert(
      fc.property(fc.array(trial), fc.array(trial), (kept, gone) => {
        const never = new RidgeSums(3);
        const forgot = new RidgeSums(3);
        const add = (sums: RidgeSums, [x, won]: [number[], boolean], times: 1 | -1): void => {
          const q = x.map(quantised);
          sums.observe(q, times);
          if (won) sums.reward(q, times);
        };
        for (const each of kept) add(never, each, 1);
        for (const each of [...gone, ...kept]) add(forgot, each, 1);
        for (const each of gone) add(forgot, each, -1);
        expect(forgot.dump()).toBe(never.dump());
        expect(told(forgot, [64, 1, -30])).toEqual(told(never, [64, 1, -30]));
      }),
    );
  });

  it('are the sums that BigInt has, up to the last trial that the limit allows, and refuse the next', () => {
    const features = fc.array(fc.integer({ min: -featureUnit, max: featureUnit }), { minLength: 3, maxLength: 3 });
    const many = fc.tuple(features, fc.integer({ min: 1, max: Math.floor(limits.ridgeTrialsMax / 4) }));
    fc.assert(
      fc.property(fc.array(many, { minLength: 1, maxLength: 4 }), (trials) => {
        const sums = new RidgeSums(3);
        const exact = new Array<bigint>(6).fill(0n);
        let count = 0;
        for (const [x, times] of trials) {
          sums.observe(x, times);
          count += times;
          let at = 0;
          for (let row = 0; row < 3; row += 1)
            for (let column = 0; column <= row; column += 1)
              exact[at] = must(exact[at++], 'inside') + BigInt(must(x[row], 'three')) * BigInt(must(x[column], 'three')) * BigInt(times);
        }
        expect(sums.dump().split('\t').slice(0, 2)).toEqual([String(count), exact.join(' ')]);
      }),
    );
    // The largest sum there can be: every feature whole in every trial.
    const full = new RidgeSums(2);
    full.observe([featureUnit, featureUnit], limits.ridgeTrialsMax);
    const sum = BigInt(limits.ridgeTrialsMax) * BigInt(featureUnit * featureUnit);
    expect(full.dump()).toBe(`${limits.ridgeTrialsMax}\t${sum} ${sum} ${sum}\t0 0`);
    expect(sum < 2n ** 53n && sum + BigInt(featureUnit * featureUnit) >= 2n ** 53n).toBe(true);
    expect(() => full.observe([featureUnit, featureUnit], 1)).toThrow('exact');
  });

  it('refuse to grow beyond exact integers', () => {
    const sums = new RidgeSums(1);
    expect(() => sums.observe([2 ** 27], 1)).toThrow('exact');
    expect(() => new RidgeSums(1).observe([64], -1)).toThrow('counted');
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, each, i) => sum + each * must(b[i], 'it is there'), 0);
}

function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, must(right[i], 'it is there')]);
  for (let i = 0; i < rows.length; i += 1) {
    for (let j = 0; j < rows.length; j += 1) {
      if (j === i) continue;
      const times = must(must(rows[j], 'it is there')[i], 'it is there') / must(must(rows[i], 'it is there')[i], 'it is there');
      for (let k = i; k <= rows.length; k += 1)
        must(rows[j], 'it is there')[k] =
          must(must(rows[j], 'it is there')[k], 'it is there') - times * must(must(rows[i], 'it is there')[k], 'it is there');
    }
  }
  return rows.map((row, i) => must(row[rows.length], 'it is there') / must(row[i], 'it is there'));
}

describe('ridge by buckets', () => {
  it('as of any bucket is the weighed sum, whatever was asked before, and holds nothing of what was taken back', () => {
    const trial = fc.record({
      action: fc.constantFrom('a', 'b'),
      bucket: fc.integer({ min: 0, max: 6 }),
      given: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
      won: fc.boolean(),
      ask: fc.option(fc.integer({ min: 0, max: 8 })),
    });
    const out = { mean: 0, deviation: 0 };
    fc.assert(
      fc.property(fc.array(trial), fc.array(trial), fc.integer({ min: 0, max: 8 }), (kept, gone, at) => {
        const learn = (ridges: ArmRidges, each: (typeof kept)[number], times: 1 | -1): void => {
          const x = featuresOf(each.given, 3);
          if (times === 1) ridges.observe(each.action, each.bucket, x, 1);
          if (each.won) ridges.win(each.action, each.bucket, x, times);
          if (times === -1) ridges.observe(each.action, each.bucket, x, -1);
        };
        const never = new ArmRidges(3, true);
        const forgot = new ArmRidges(3, true);
        for (const each of kept) learn(never, each, 1);
        for (const each of [...gone, ...kept]) {
          learn(forgot, each, 1);
          if (each.ask !== null) forgot.estimate('a', each.ask, [64, 0, 0], out);
        }
        for (const each of gone) learn(forgot, each, -1);
        expect([...forgot.dump()]).toEqual([...never.dump()]);
        for (const action of ['a', 'b']) {
          never.estimate(action, at, [64, 5, -9], out);
          const expected = { ...out };
          forgot.estimate(action, at, [64, 5, -9], out);
          expect(out).toEqual(expected);
        }
      }),
    );
  });
});
