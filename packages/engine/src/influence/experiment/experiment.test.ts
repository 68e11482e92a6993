// Experiments under known truth: false positives with a look at every step, effects that are found, sums that forget.
import { describe, expect, it } from 'vitest';
import { KeyedDraw } from '../../adapters/keyed-draw.js';
import { SeededRandom } from '../../sim/seeded-random.js';
import { armOf, isHeldOut } from './assignment.js';
import { effectOf, noSums, startTrials, type Sums } from './confidence-sequence.js';
import { adjusted, noPairedSums, slopeOf, withPair } from './cuped.js';
import { harmIn, type HarmCounts } from './harm-stop.js';
import { reportOf } from './report.js';
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
  const arm = (name: string, n: number, wins: number, groups: [string, Sums][] = []): Parameters<typeof reportOf>[0] => ({
    name,
    weight: 1,
    people: n,
    outcome: rate(n, wins),
    groups: new Map(groups),
  });

  it('concludes in a sentence, and names the group that is worse off', () => {
    expect(reportOf(arm('new', 5000, 1000), arm('old', 5000, 750)).conclusion).toMatch(/^"new" is better than "old", by /);
    expect(reportOf(arm('new', 50, 1), arm('old', 50, 1)).verdict).toBe('too_early');
    expect(reportOf(arm('new', 9000, 1), arm('old', 5000, 1)).verdict).toBe('broken');
    const report = reportOf(
      arm('new', 10_000, 2_000, [
        ['old people', rate(3_000, 300)],
        ['young', rate(7_000, 1_700)],
      ]),
      arm('old', 10_000, 1_700, [
        ['old people', rate(3_000, 600)],
        ['young', rate(7_000, 1_100)],
      ]),
    );
    expect(report.verdict).toBe('better');
    expect(report.conclusion).toContain('In "old people" it is worse.');
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
