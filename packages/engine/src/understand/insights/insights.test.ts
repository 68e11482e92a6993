// Patterns, trends and correlations: what each test computes, held against enumeration; and that planted findings are found at the stated
// rate while noise gives nothing beyond it (small form of `npm run fdr`).
import { describe, expect, it } from 'vitest';
import { measureFdr } from '../../sim/fdr.js';
import { findCorrelations } from './correlations.js';
import { findPatterns } from './patterns.js';
import { findTrends } from './trends.js';

describe('the false-discovery rate', () => {
  it('is kept in worlds with planted findings, which are found, and in noise', () => {
    const figures = measureFdr(6, 400);
    expect(figures.found).toBeGreaterThan(0.8);
    expect(figures.fdr).toBeLessThanOrEqual(0.1);
    expect(figures.noise).toBeLessThanOrEqual(0.12);
  });
});

describe('patterns', () => {
  const repeat = (count: number, steps: string): string[][] => Array.from({ length: count }, () => steps.split(''));

  it('expect what counting all arrangements gives', () => {
    // b falls into one of four places of "a x c": behind a in three of them.
    const { findings } = findPatterns(repeat(40, 'axbc'), 1);
    const ab = findings.find(({ steps }) => steps.join('') === 'ab');
    expect(ab).toMatchObject({ people: 40, among: 40 });
    expect(ab?.expected).toBeCloseTo(40 * Math.max(3 / 4, 3 / 4), 9);
    // Two copies of b among "a x c": both before a in one of ten arrangements.
    const twice = findPatterns(repeat(40, 'axbbc'), 1).findings.find(({ steps }) => steps.join('') === 'ab');
    expect(twice?.expected).toBeCloseTo(40 * (9 / 10), 9);
  });

  it('are not made longer by a step whose place is chance', () => {
    // b right behind a; x anywhere.
    const sequences = Array.from({ length: 300 }, (_, person) => {
      const rest = ['y', 'z', 'w', 'v'];
      rest.splice(person % 5, 0, 'a', 'b');
      rest.splice(Math.floor(person / 5) % 7, 0, 'x');
      return rest;
    });
    const told = findPatterns(sequences).findings.map(({ steps }) => steps.join(''));
    expect(told).toContain('ab');
    expect(told.filter((steps) => steps.includes('x') && steps.includes('a') && steps.includes('b'))).toEqual([]);
  });

  it('are never about fewer than five people', () => {
    expect(findPatterns(repeat(4, 'ab'), 1).tests).toBe(0);
    for (const { people, among } of findPatterns([...repeat(4, 'ab'), ...repeat(30, 'ba')], 1).findings.filter(({ p }) => p < 1)) {
      expect(people).toBeGreaterThanOrEqual(5);
      expect(among).toBeGreaterThanOrEqual(5);
    }
  });
});

describe('a pattern that few depart from', () => {
  it('is not told, since it would say how many they are', () => {
    const sequences = (few: number): string[][] => [
      ...Array.from({ length: 60 }, () => ['a', 'b']),
      ...Array.from({ length: few }, () => ['b', 'a']),
    ];
    const told = (few: number): unknown[] => findPatterns(sequences(few)).findings.filter(({ steps }) => steps.join('') === 'ab');
    for (const few of [1, 4]) expect(told(few)).toEqual([]);
    expect(told(0)).toMatchObject([{ people: 60, among: 60 }]);
    expect(told(5)).toMatchObject([{ people: 60, among: 65 }]);
  });
});

describe('trends', () => {
  const from = 20_000 - 56;

  it('take a rhythm of the week for no change, and say when a level changed', () => {
    const weekly = Array.from({ length: 60 }, () => Array.from({ length: 8 }, (_, week) => (from + week * 7) * 24 + 9));
    const rhythm = findTrends(new Map([['gym', weekly]]), 60, 20_000, () => 8).findings;
    expect(rhythm.map(({ kind }) => kind)).not.toContain('change');
    expect(rhythm.map(({ kind }) => kind)).toContain('day_of_week');
    const later = Array.from({ length: 60 }, (_, person) =>
      [0, 1, 2].map((n) => (from + 40 + ((person * 5 + n * 5) % 16)) * 24 + (person % 24)),
    );
    const change = findTrends(new Map([['offer', later]]), 60, 20_000, () => 8).findings.find(({ kind }) => kind === 'change');
    expect(change).toMatchObject({ type: 'offer', at: from + 40, before: 0, people: 60 });
  });

  it('tell no change of which one side would speak of fewer than five people', () => {
    const told = (early: number): unknown[] => {
      const active = Array.from({ length: 60 }, (_, person) => {
        const later = [0, 1, 2].map((n) => (from + 40 + ((person * 5 + n * 5) % 16)) * 24 + (person % 24));
        return person < early ? [(from + 3 + person) * 24, ...later] : later;
      });
      return findTrends(new Map([['offer', active]]), 60, 20_000, () => 8).findings.filter(({ kind }) => kind === 'change');
    };
    expect(told(0)).toMatchObject([{ before: 0 }]);
    for (const early of [1, 4]) expect(told(early)).toEqual([]);
    expect(told(5)).toMatchObject([{ before: 5 / 40 }]);
  });

  it('say nothing of few people', () => {
    const few = Array.from({ length: 19 }, () => [from * 24]);
    expect(findTrends(new Map([['gym', few]]), 19, 20_000, () => 8).tests).toBe(0);
  });
});

describe('correlations', () => {
  it('count divisions at the median, and hide tables with a small cell', () => {
    const people = Array.from(
      { length: 100 },
      (_, person) =>
        new Map([
          ['read', person],
          ['share', person < 50 || person % 10 < 2 ? 0 : 3],
        ]),
    );
    const [found] = findCorrelations(people).findings;
    expect(found).toBeUndefined();
    const softer = people.map((counts, person) => (person < 6 ? new Map([...counts, ['share', 3]]) : counts));
    expect(findCorrelations(softer).findings[0]).toMatchObject({ one: 'read', other: 'share', muchOfOne: 50, muchOfOther: 46, both: 40 });
  });

  it('tell the median in two digits, since it is how often one person did it', () => {
    // 1301 is what the one in the middle did; six do much of the one alone, six of the other.
    const often = (person: number): number => 1001 + 5 * person;
    const people = Array.from({ length: 121 }, (_, person) => {
      const share = person < 6 ? 2000 : person < 115 ? often(person) : 1;
      return new Map([
        ['read', often(person)],
        ['share', share],
      ]);
    });
    expect(findCorrelations(people).findings).toMatchObject([{ oneOver: 1400, otherOver: 1400, muchOfOne: 41, both: 35 }]);
  });
});
