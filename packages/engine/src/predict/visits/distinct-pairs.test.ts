import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DistinctPairs } from './distinct-pairs.js';

describe('distinct pairs', () => {
  test('counts as sets do, however often it was cleared and grew', () => {
    const pairs = new DistinctPairs();
    const word = fc.oneof(fc.nat(6), fc.integer({ min: 0, max: 0xffff_ffff }));
    const added = fc.array(fc.tuple(fc.nat(9), word, word), { maxLength: 6000, size: 'max' });
    fc.assert(
      fc.property(added, (all) => {
        pairs.clear(10);
        const sets = Array.from({ length: 10 }, () => new Set<string>());
        for (const [part, low, high] of all) {
          pairs.add(part, low, high);
          sets[part]?.add(`${low} ${high}`);
        }
        expect(sets.map((_, part) => pairs.countOf(part))).toEqual(sets.map(({ size }) => size));
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
