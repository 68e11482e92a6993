// Experiments under known truth: false positives with a look at every step, effects that are found, sums that forget.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedDraw } from '../../adapters/keyed-draw.js';
import { SeededRandom } from '../../sim/seeded-random.js';
import { armOf, isHeldOut } from './assignment.js';
import { ArmPeople, type Joined } from './arm-people.js';
import { alwaysValidP, effectOf, noSums, startTrials, type Effect, type Sums } from './confidence-sequence.js';
import { adjusted, noPairedSums, slopeOf, withPair, type PairedSums } from './cuped.js';
import { holm } from './holm.js';
import { harmIn, type HarmCounts } from './harm-stop.js';
import { reportOf, type ArmResult } from './report.js';
import { sampleRatio } from './sample-ratio.js';
import { must } from '../../base/assert.js';

const share = (random: SeededRandom): number => random.uint32() / 4_294_967_296;
const rate = (n: number, wins: number): Sums => ({ n, sum: wins, squares: wins });

describe('confidence sequences', () => {
  it('A/A, a look at every step: false in at most 5 % of 200 experiments, also for rare outcomes', () => {
    for (const truth of [0.02, 0.3]) {
      let falsely = 0;
      for (let seed = 1; seed <= 200; seed += 1) {
        const random = new SeededRandom(seed);
        let [an, aw, bn, bw] = [0, 0, 0, 0];
        for (let step = 0; step < 2_000; step += 1) {
          const won = share(random) < truth ? 1 : 0;
          if (random.uint32() % 2 === 0) [an, aw] = [an + 1, aw + won];
          else [bn, bw] = [bn + 1, bw + won];
          const effect = effectOf(rate(an, aw), rate(bn, bw), 0.05);
          if (effect !== undefined && (effect.low > 0 || effect.high < 0)) {
            falsely += 1;
            break;
          }
        }
      }
      expect(falsely / 200).toBeLessThanOrEqual(0.05);
    }
  });

  it('says nothing early, and finds a difference that is there', () => {
    expect(effectOf(rate(startTrials - 1, 0), rate(1000, 10), 0.05)).toBeUndefined();
    const effect = effectOf(rate(5000, 1000), rate(5000, 750), 0.05);
    expect(effect?.low).toBeGreaterThan(0);
    expect(effect?.difference).toBeCloseTo(0.05, 12);
    expect(effectOf(rate(200, 0), rate(200, 0), 0.05)?.high).toBeGreaterThan(0.001);
  });
});

describe('sample ratio', () => {
  it('raises its alarm by Pearson, not for nothing', () => {
    expect(sampleRatio([5_000, 5_000], [1, 1])).toEqual({ p: 1, alarm: false });
    expect(sampleRatio([5_000, 5_400], [1, 1]).alarm).toBe(true);
    expect(sampleRatio([9_000, 1_000], [9, 1]).alarm).toBe(false);
    expect(sampleRatio([4, 0], [1, 1]).alarm).toBe(false);
  });
});

describe('CUPED', () => {
  it('keeps the effect, takes variance out, and forgets exactly', () => {
    const random = new SeededRandom(4);
    let [a, b] = [noPairedSums, noPairedSums];
    for (let person = 0; person < 4_000; person += 1) {
      const x = random.int(100);
      const y = x + random.int(20) + (person % 2 === 0 ? 3 : 0);
      if (person % 2 === 0) a = withPair(a, y, x, 1);
      else b = withPair(b, y, x, 1);
    }
    const before = a;
    expect(withPair(withPair(a, 7, 9, 1), 7, 9, -1)).toEqual(before);
    const slope = slopeOf([a, b]);
    const mean = (a.before + b.before) / (a.n + b.n);
    const plain = must(effectOf(a, b, 0.05), 'it is there');
    const less = must(effectOf(adjusted(a, slope, mean), adjusted(b, slope, mean), 0.05), 'it is there');
    expect(slope).toBeCloseTo(1, 1);
    expect(less.high - less.low).toBeLessThan((plain.high - plain.low) * 0.4);
    expect(Math.abs(less.difference - 3)).toBeLessThan(0.5);
    expect(slopeOf([noPairedSums])).toBe(0);
  });
});

describe('CUPED over experiments with known truth', () => {
  // Each person: x events before, a win with a chance that rises with x, and by `lift` in the treated arm.
  const sample = (seed: number, lift: number): readonly [PairedSums, PairedSums] => {
    const random = new SeededRandom(seed);
    const arms: [PairedSums, PairedSums] = [noPairedSums, noPairedSums];
    for (let person = 0; person < 1_500; person += 1) {
      const x = random.int(10);
      const arm = random.int(2);
      const won = share(random) < 0.05 + 0.08 * x + (arm === 0 ? lift : 0) ? 1 : 0;
      arms[arm] = withPair(must(arms[arm], 'there are two'), won, x, 1);
    }
    return arms;
  };
  const both = ([a, b]: readonly [PairedSums, PairedSums]): readonly [plain: Effect, less: Effect] => {
    const slope = slopeOf([a, b]);
    const mean = (a.before + b.before) / (a.n + b.n);
    const plain = must(effectOf(a, b, 0.05), 'there are enough');
    return [plain, must(effectOf(adjusted(a, slope, mean), adjusted(b, slope, mean), 0.05), 'there are enough')];
  };

  it('is unbiased, spreads less, is narrower, and its intervals hold: 400 experiments', () => {
    for (const lift of [0, 0.1]) {
      const found = Array.from({ length: 400 }, (_, seed) => both(sample(seed + 1, lift)));
      const means = [0, 1].map((at) => found.reduce((sum, each) => sum + must(each[at], 'both').difference, 0) / found.length);
      const spread = [0, 1].map((at) =>
        found.reduce((sum, each) => sum + (must(each[at], 'both').difference - must(means[at], 'both')) ** 2, 0),
      );
      // The standard error of a mean over 400 is about .0011.
      for (const mean of means) expect(Math.abs(mean - lift)).toBeLessThan(0.0035);
      expect(must(spread[1], 'both') / must(spread[0], 'both')).toBeLessThan(0.9);
      expect(found.every(([plain, less]) => less.high - less.low < plain.high - plain.low)).toBe(true);
      expect(found.filter(([, less]) => less.low > lift || less.high < lift).length / found.length).toBeLessThanOrEqual(0.05);
    }
  });

  it('whatever the people and the order, sums are integers that forget exactly, and without a covariate nothing moves', () => {
    const person = fc.record({ x: fc.integer({ min: 0, max: 1_000 }), won: fc.boolean(), stays: fc.boolean() });
    fc.assert(
      fc.property(fc.array(person), (people) => {
        const [all, never] = [new ArmPeople(), new ArmPeople()];
        const joined = people.map(({ x, won }, at) => ({ at, arm: 'a', group: at % 2 === 0 ? 'g' : '', before: x, won }));
        for (const each of joined) all.count('e', each, 1);
        joined.forEach((each, at) => all.count('e', each, people[at]?.stays === true ? 1 : -1));
        joined.forEach((each, at) => {
          if (people[at]?.stays === true) for (const times of [1, 1] as const) never.count('e', each, times);
        });
        expect([...all.dump()]).toEqual([...never.dump()]);
        const { n, sum, squares } = all.of('e', 'a');
        const none = { ...noPairedSums, n, sum, squares };
        expect(slopeOf([none])).toBe(0);
        expect(Object.values(all.of('e', 'a')).every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });
});

describe('effects by group', () => {
  it('Holm: known values, never above alpha where dividing it by their number is not, and at least as many found', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([])).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (values) => {
        holm(values).forEach((p, at) => {
          expect(p).toBeGreaterThanOrEqual(values[at] ?? 1);
          expect(p).toBeLessThanOrEqual(Math.min(1, values.length * (values[at] ?? 1)));
        });
      }),
    );
  });

  it('p-value and interval say the same at every level', () => {
    const sums = fc.tuple(fc.integer({ min: 100, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(sums, sums, fc.constantFrom(0.05, 0.01, 0.002), ([n, a], [m, b], alpha) => {
        const [one, other] = [rate(n, Math.floor(n * a)), rate(m, Math.floor(m * b))];
        const { low, high } = must(effectOf(one, other, alpha), 'there are enough');
        const p = alwaysValidP(one, other);
        if (Math.abs(p - alpha) > 1e-9) expect(low > 0 || high < 0).toBe(p < alpha);
      }),
    );
  });

  it('A/A in five groups, a look at every step: a false finding anywhere in at most 5 % of 200 experiments', () => {
    let falsely = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const cells = Array.from({ length: 10 }, () => ({ n: 0, won: 0 }));
      for (let step = 0; step < 3_000; step += 1) {
        const cell = must(cells[random.int(10)], 'inside');
        cell.n += 1;
        if (share(random) < 0.3) cell.won += 1;
        if (step % 10 !== 0 || step < 1_000) continue;
        const p = holm([0, 1, 2, 3, 4].map((group) => alwaysValidP(...pairOf(cells, group))));
        if (p.some((each) => each <= 0.05)) {
          falsely += 1;
          break;
        }
      }
    }
    expect(falsely / 200).toBeLessThanOrEqual(0.05);
  });
});

function pairOf(cells: readonly { readonly n: number; readonly won: number }[], group: number): [Sums, Sums] {
  const [one, other] = [must(cells[2 * group], 'inside'), must(cells[2 * group + 1], 'inside')];
  return [rate(one.n, one.won), rate(other.n, other.won)];
}

describe('people with several ids', () => {
  it('count once, in the arm that they came into first; who came into both is told', () => {
    const people = new ArmPeople();
    const joined = (at: number, arm: string, won = false): Joined => ({ at, arm, group: 'g', before: 2, won });
    const ids = [joined(5, 'b', true), joined(3, 'a')];
    for (const each of [...ids, joined(1, 'a')]) people.count('e', each, 1);
    const before = [...people.dump()];
    const united = people.united('e', [ids, [joined(9, 'a')]]);
    expect(united.crossed).toBe(1);
    expect(united.people.of('e', 'a')).toMatchObject({ n: 2, sum: 1, before: 4 });
    expect(united.people.of('e', 'b', 'g').n).toBe(0);
    expect([...people.dump()]).toEqual(before);
  });
});

describe('assignment', () => {
  const draw = new KeyedDraw(new Uint8Array(32).fill(3));

  it('is the same for the same person, by weight, and independent between experiments', () => {
    const arms = [
      { name: 'a', weight: 3 },
      { name: 'b', weight: 1 },
    ];
    const both: Record<string, number> = {};
    for (let person = 0; person < 4_000; person += 1) {
      const one = armOf(draw, 'one', `p${person}`, arms);
      expect(armOf(draw, 'one', `p${person}`, arms)).toBe(one);
      const key = `${one}${armOf(draw, 'two', `p${person}`, arms)}`;
      both[key] = (both[key] ?? 0) + 1;
    }
    expect(
      sampleRatio(
        [
          must(both['aa'], 'it is there'),
          must(both['ab'], 'it is there'),
          must(both['ba'], 'it is there'),
          must(both['bb'], 'it is there'),
        ],
        [9, 3, 3, 1],
      ).alarm,
    ).toBe(false);
    const held = Array.from({ length: 4_000 }, (_, person) => isHeldOut(draw, `p${person}`, 50_000)).filter(Boolean).length;
    expect(sampleRatio([held, 4_000 - held], [5, 95]).alarm).toBe(false);
  });
});

describe('the report', () => {
  const people = (n: number, wins: number): PairedSums => ({ ...noPairedSums, ...rate(n, wins) });
  const arm = (name: string, n: number, wins: number, groups: [string, PairedSums][] = []): ArmResult => ({
    name,
    weight: 1,
    people: people(n, wins),
    groups: new Map(groups),
  });

  it('tells no negative zero, on whichever side of zero a bound lies', () => {
    const told = Array.from({ length: 400 }, (_, more) => reportOf(arm('new', 100_000, 10_300 + more), arm('old', 100_000, 10_000)));
    const near = told.filter(({ effect }) => effect !== null && Math.abs(effect.low) < 0.000_05);
    expect(near.some(({ effect }) => (effect?.low ?? 0) < 0)).toBe(true);
    expect(near.map(({ conclusion }) => conclusion).filter((each) => !each.includes(' 0.00 to '))).toEqual([]);
    expect(told.filter(({ conclusion }) => conclusion.includes('-0.00'))).toEqual([]);
  });

  it('concludes in a sentence, and names the group that is worse off', () => {
    expect(reportOf(arm('new', 5000, 1000), arm('old', 5000, 750)).conclusion).toMatch(/^"new" is better than "old", by /);
    expect(reportOf(arm('new', 50, 1), arm('old', 50, 1)).verdict).toBe('too_early');
    expect(reportOf(arm('new', 9000, 1), arm('old', 5000, 1)).verdict).toBe('broken');
    const report = reportOf(
      arm('new', 10_000, 2_000, [
        ['old people', people(3_000, 300)],
        ['young', people(7_000, 1_700)],
      ]),
      arm('old', 10_000, 1_700, [
        ['old people', people(3_000, 600)],
        ['young', people(7_000, 1_100)],
      ]),
    );
    expect(report.verdict).toBe('better');
    const lost = reportOf(
      arm('new', 9_000, 2_000, [['young', people(7_000, 1_700)]]),
      arm('old', 5_000, 1_000, [['young', people(3_000, 300)]]),
    );
    expect([lost.verdict, lost.groups.map(({ verdict }) => verdict)]).toEqual(['broken', ['broken']]);
    expect(report.conclusion).toContain('In "old people" it is worse. In "young" it is better. (Corrected for looking at 2 groups.)');
    const known = (n: number, won: number, seed: number): ArmResult['people'] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: n }, (_, at) => (at < won ? 1 : 0)).reduce(
        (sums, y) => withPair(sums, y, 8 * y + random.int(3), 1),
        noPairedSums,
      );
    };
    const one: ArmResult = { name: 'new', weight: 1, people: known(2_000, 800, 1), groups: new Map() };
    const other: ArmResult = { name: 'old', weight: 1, people: known(2_000, 500, 2), groups: new Map() };
    const { covaried, conclusion } = reportOf(one, other, 0);
    expect(covaried?.width).toBeLessThan(0.5);
    expect(conclusion).toMatch(/what people did before being taken into account \(interval \d+\.\d\d % as wide\)/);
  });
});

describe('harm stop', () => {
  const rule = { allowed: 0.01, alpha: 0.05 };
  const counts = (n: number, treated: number, holdout: number): HarmCounts => ({ treated: rate(n, treated), holdout: rate(n, holdout) });

  it('fires on harm to all, on harm to one group alone, and not on what is allowed', () => {
    expect(harmIn(counts(5000, 500, 250), new Map(), rule)?.group).toBeNull();
    const groups = new Map([
      ['a', counts(4000, 200, 200)],
      ['b', counts(4000, 600, 200)],
    ]);
    expect(harmIn(counts(40_000, 2_600, 2_400), groups, rule)?.group).toBe('b');
    expect(harmIn(counts(5000, 280, 250), new Map(), rule)).toBeUndefined();
    expect(harmIn(noHarm, new Map(), rule)).toBeUndefined();
  });
});

const noHarm: HarmCounts = { treated: noSums, holdout: noSums };
