// Against worlds whose truth is known at every moment of a visit; and what is forgotten was never there.
import { expect, test } from 'vitest';
import { must } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import { SeededRandom } from '../../sim/seeded-random.js';
import { shareOf } from '../propensity/calibration.js';
import type { Act } from './acts.js';
import { VisitOdds } from './visit-odds.js';

const act = (minute: number, type: string): Act => ({ at: minute * 60_000, position: 0, type, items: [], value: 0, mask: -1 });
const views = (count: number): Act[] => Array.from({ length: count }, (_, each) => act(each, 'view'));
const visit = (count: number, buys: boolean): Act[] => [...views(count), ...(buys ? [act(count, 'order')] : [])];
const chance = (odds: VisitOdds, so: readonly Act[]): number => shareOf(odds.explain(so, so.at(-1)?.at ?? 0).score);

test('what a visit comes to is told from how far it has come, not from how far whole visits came', () => {
  const odds = new VisitOdds(['view', 'order'], 'order');
  for (let each = 0; each < 1_000; each += 1) {
    odds.change([], visit(1, false)); // one view, gone
    odds.change([], visit(5, true)); // five views, then an order
  }
  expect(chance(odds, views(1))).toBeCloseTo(0.5, 2);
  for (const count of [2, 3, 5]) expect(chance(odds, views(count))).toBeGreaterThan(0.99);
});

test('the chance is that of the visits which came as far, whatever became of them', () => {
  const odds = new VisitOdds(['view', 'order'], 'order');
  const random = new SeededRandom(3);
  const came: number[] = [];
  const bought: number[] = [];
  for (let each = 0; each < 20_000; each += 1) {
    for (let count = 1; ; count += 1) {
      const buys = random.int(100) < (count < 3 ? 5 : 40);
      if (!buys && random.int(10) >= 3) continue;
      odds.change([], visit(count, buys));
      for (let at = 1; at <= count; at += 1) {
        came[at] = (came[at] ?? 0) + 1;
        if (buys) bought[at] = (bought[at] ?? 0) + 1;
      }
      break;
    }
  }
  for (const count of [1, 2, 3]) expect(chance(odds, views(count))).toBeCloseTo((bought[count] ?? 0) / (came[count] ?? 0), 2);
});

test('a visit that is over says nothing of the next', () => {
  const odds = new VisitOdds(['view', 'order'], 'order');
  for (let each = 0; each < 100; each += 1) odds.change([], visit(1 + (each % 6), each % 6 > 2));
  const before = views(6);
  const last = must(before.at(-1), 'six').at;
  expect(odds.explain(before, last + limits.visitIdleMs).score).toBe(odds.explain(before, last).score);
  expect(odds.explain(before, last + limits.visitIdleMs + 1)).toEqual(odds.explain([], 0));
});

test('forgets exactly, as acts come and go', () => {
  const [odds, never] = [new VisitOdds(['view', 'cart', 'order'], 'order'), new VisitOdds(['view', 'cart', 'order'], 'order')];
  const random = new SeededRandom(5);
  let acts: Act[] = [];
  for (let step = 0; step < 300; step += 1) {
    const type = ['view', 'cart', 'order'][random.int(3)] ?? 'view';
    const after = random.int(4) === 0 ? acts.filter(() => random.int(5) > 0) : [...acts, act(12 * step, type)].slice(-limits.modelActsMax);
    odds.change(acts, after);
    acts = after;
  }
  never.change([], acts);
  expect([...odds.dump()]).toEqual([...never.dump()]);
  const rows = [...odds.dump()][0]?.split('\t')[1]?.split(' ').map(Number) ?? [];
  expect(rows.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2 * limits.modelActsMax);
  odds.change(acts, []);
  expect([...odds.dump()]).toEqual([...new VisitOdds(['view', 'cart', 'order'], 'order').dump()]);
});
