import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeopleByPart } from './people-by-part.js';

describe('people by part', () => {
  test('counts as sets do, however often it was cleared', () => {
    const people = new PeopleByPart(700, 10);
    const word = fc.oneof(fc.nat(6), fc.integer({ min: 0, max: 0xffff_ffff }));
    const added = fc.array(fc.tuple(fc.nat(9), word, word), { maxLength: 700, size: 'max' });
    fc.assert(
      fc.property(added, fc.integer({ min: 10, max: 40 }), (all, parts) => {
        people.clear(parts);
        const sets = Array.from({ length: parts }, () => new Set<string>());
        for (const [part, low, high] of all) {
          people.add(part, people.numberOf(low, high));
          sets[part]?.add(`${low} ${high}`);
        }
        expect(sets.map((_, part) => people.countOf(part))).toEqual(sets.map(({ size }) => size));
      }),
      { seed: 5, numRuns: 40 },
    );
  });

  test('more people than foreseen are a mistake of the caller, and said', () => {
    const people = new PeopleByPart(2, 1);
    people.clear(1);
    people.numberOf(1, 1);
    people.numberOf(1, 2);
    expect(people.numberOf(1, 1)).toBe(0);
    expect(() => people.numberOf(1, 3)).toThrow('foreseen');
  });
});
