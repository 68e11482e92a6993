// A window against counting in maps: days with many values, days that come late, and the bound.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../base/limits.js';
import {
  countValue,
  hashOf,
  newestValueDay,
  uniteValueDays,
  valueCounts,
  valueDaysSince,
  valueDaysView,
  type ValueDays,
} from './value-days.js';

const length = 4;
type Deed = readonly [day: number, value: string];

/** Two of which have one hash: `Aa` and `BB` are the same to it. */
const twins = fc.constantFrom('i-Aa', 'i-BB', 'i-AaAa', 'i-AaBB', 'i-BBAa', 'i-BBBB');
const value = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((number) => `i-${number}`),
  fc.integer({ min: 0, max: 40 }).map((number) => `same-begin-${number}-same-end`),
  twins,
  fc.constantFrom('', '__proto__', '7'),
);
const deed = fc.tuple(fc.constantFrom(20, 20, 20, 21, 21, 22, 27, 10), value);
const deeds = fc.array(deed, { maxLength: 1_500, size: 'max' });

function counted(list: readonly Deed[]): Map<number, Map<string, number>> {
  const days = new Map<number, Map<string, number>>();
  let newest = -Infinity;
  for (const [day, text] of list) {
    if (day <= newest - length) continue;
    newest = Math.max(newest, day);
    const counts = days.get(day) ?? new Map<string, number>();
    if (counts.has(text) || counts.size < limits.windowValuesMax) counts.set(text, (counts.get(text) ?? 0) + 1);
    days.set(day, counts);
    for (const each of days.keys()) if (each <= newest - length) days.delete(each);
  }
  return days;
}

function viewOf(days: ReadonlyMap<number, ReadonlyMap<string, number>>): string {
  const told = [...days].map(([day, counts]) => [day, Object.fromEntries(counts)]);
  return JSON.stringify({ newest: Math.max(...days.keys()), days: Object.fromEntries(told) });
}

function fold(list: readonly Deed[], window?: ValueDays): ValueDays | undefined {
  return list.reduce<ValueDays | undefined>((before, [day, text]) => countValue(before, day, text, length), window);
}

describe('a window', () => {
  it('counts as maps do, values in the order in which they came, also when it was written and read meanwhile', () => {
    fc.assert(
      fc.property(deeds, fc.integer({ min: 0, max: 1_500 }), (list, at) => {
        const first = fold(list.slice(0, at));
        const window = fold(list.slice(at), first === undefined ? undefined : JSON.parse(JSON.stringify(first)));
        if (window === undefined) return;
        const days = counted(list);
        expect(JSON.stringify(valueDaysView(window))).toBe(viewOf(days));
        for (const [day, counts] of days)
          for (const [text, count] of counts) expect(valueCounts(window, text, day - 1)[0], text).toEqual([day, count]);
        expect(valueCounts(window, 'of nobody', 0)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the first values of a robot, and counts them on', () => {
    const values = Array.from({ length: limits.windowValuesMax + 50 }, (_, number): Deed => [20, `i-${number}`]);
    const window = fold([...values, ...values]);
    expect(JSON.stringify(window && valueDaysView(window))).toBe(viewOf(counted([...values, ...values])));
  });

  it('loses the days before a cut, and counts on', () => {
    fc.assert(
      fc.property(deeds, fc.integer({ min: 19, max: 28 }), (list, day) => {
        const window = fold(list);
        if (window === undefined) return;
        const newest = newestValueDay(window);
        const kept = valueDaysSince(window, day);
        expect(kept === undefined).toBe(newest < day);
        if (kept === undefined) return;
        const days = new Map([...counted([...list, [newest, 'after']])].filter(([each]) => each >= day));
        expect(JSON.stringify(valueDaysView(countValue(kept, newest, 'after', length)))).toBe(viewOf(days));
      }),
      { numRuns: 60 },
    );
  });

  it('of two ids counts what both did', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 100 }), fc.array(deed, { maxLength: 100 }), (one, other) => {
        const [a, b, all] = [fold(one), fold(other), fold([...one, ...other])];
        if (a !== undefined && b !== undefined) expect(valueDaysView(uniteValueDays(a, b, length))).toEqual(valueDaysView(all ?? []));
      }),
    );
  });

  it('tells ids apart that differ in their middle alone', () => {
    const hashes = new Set(Array.from({ length: 1_000 }, (_, number) => hashOf(`gid://shop/Product/${1_000 + number}?version=latest`)));
    expect(hashes.size).toBeGreaterThan(900);
  });
});
