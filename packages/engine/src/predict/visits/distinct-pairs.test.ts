import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DistinctPairs } from './distinct-pairs.js';

describe('distinct pairs', () => {
  test('counts as sets do, however often it was cleared and grew', () => {
    const pairs = new DistinctPairs();
    const added = fc.array(fc.tuple(fc.nat(9), fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffff_fffe }))), { maxLength: 6000, size: 'max' });
    fc.assert(
      fc.property(added, (all) => {
        pairs.clear(10);
        const sets = Array.from({ length: 10 }, () => new Set<number>());
        for (const [part, person] of all) {
          pairs.add(part, person);
          sets[part]?.add(person);
        }
        expect(sets.map((_, part) => pairs.countOf(part))).toEqual(sets.map(({ size }) => size));
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
