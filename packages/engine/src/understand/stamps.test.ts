// The ring of stamped values against a sorted list.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, dayOf } from '../base/day.js';
import { addStamped, newestRun, stampedList, stampsDay, stampsSince, uniteStamps, type Stamped, type Stamps } from './stamps.js';

const values = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('x', 'y'), fc.boolean());
/** Mostly one after the other; now and then after a long time, or late. */
const steps = fc.array(fc.tuple(fc.constantFrom(0, 1, 1, 5, 5, 30 * dayMs, -2, -40 * dayMs), values), { minLength: 1, maxLength: 60 });
const max = fc.integer({ min: 1, max: 7 });

function stampedOf(list: readonly (readonly [number, Stamped[2]])[]): Stamped[] {
  let at = 20_000 * dayMs;
  return list.map(([step, value], position) => [(at += step), position, value]);
}

function inOrder(list: readonly Stamped[]): Stamped[] {
  return [...list].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function fold(list: readonly Stamped[], most: number): Stamps {
  let stamps: Stamps | undefined;
  for (const [at, position, value] of list) stamps = addStamped(stamps, at, position, value, most);
  return stamps ?? [];
}

describe('stamps', () => {
  it('are the newest in order, however they came', () => {
    fc.assert(
      fc.property(steps, max, fc.integer({ min: 0, max: 60 }), (given, most, turn) => {
        const list = stampedOf(given);
        const expected = inOrder(list).slice(-most);
        for (const order of [list, [...list.slice(turn), ...list.slice(0, turn)]]) {
          const stamps = fold(order, most);
          expect(stampedList(stamps)).toEqual(expected);
          expect(stampsDay(stamps)).toBe(dayOf(expected.at(-1)?.[0] ?? 0));
        }
      }),
    );
  });

  it('hold nothing of a value that has gone, not even how long ago it was', () => {
    const stamps = fold(stampedOf([0, 777, 1].map((step) => [step, 'x'])), 2);
    expect(stampedList(stamps)).toHaveLength(2);
    expect(stamps).not.toContain(777);
  });

  it('know the run since the last long gap', () => {
    fc.assert(
      fc.property(steps, max, (given, most) => {
        const expected = inOrder(stampedOf(given)).slice(-most);
        const from = expected.findLastIndex(([at], index) => index > 0 && at - (expected[index - 1]?.[0] ?? 0) > 4);
        const run = newestRun(fold(stampedOf(given), most), 4);
        expect(run).toEqual(expected.slice(Math.max(0, from)).map(([, , value]) => value));
      }),
    );
  });

  it('are cut, counted on and united as lists are', () => {
    fc.assert(
      fc.property(steps, steps, max, fc.integer({ min: 19_900, max: 20_100 }), (given, more, most, day) => {
        const list = stampedOf(given);
        const kept = inOrder(list)
          .slice(-most)
          .filter(([at]) => dayOf(at) >= day);
        const cut = stampsSince(fold(list, most), day);
        expect(cut === undefined ? [] : stampedList(cut)).toEqual(kept);
        const later = stampedOf(more).map(([at, position, value]): Stamped => [at + 7, position + 1_000, value]);
        const both = inOrder([...kept, ...inOrder(later).slice(-most)]).slice(-most);
        if (cut === undefined) return;
        expect(stampedList(uniteStamps(cut, fold(later, most), most))).toEqual(both);
        const on = later.reduce((stamps, [at, position, value]) => addStamped(stamps, at, position, value, most), cut);
        expect(stampedList(on)).toEqual(inOrder([...kept, ...later]).slice(-most));
      }),
    );
  });
});
