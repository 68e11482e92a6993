// Ordinals follow first meeting and stay what they are, through growth and reuse.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tally } from './tally.js';

test('every number keeps the ordinal of its first meeting', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 60 }), { maxLength: 3 }),
      fc.nat({ max: 4000 }),
      (queries, many) => {
        const tally = new Tally();
        for (const query of queries) {
          tally.clear();
          const met = new Map<number, number>();
          for (const id of [...query, ...Array.from({ length: many }, (_, n) => n * 3), ...query.toReversed(), 0xffffffff]) {
            if (!met.has(id)) {
              if (tally.find(id) !== -1) expect.fail('an unmet number has no ordinal');
              met.set(id, met.size);
            }
            if (tally.ordinalOf(id) !== met.get(id) || tally.find(id) !== met.get(id)) expect.fail('an ordinal changed');
          }
          expect(tally.count).toBe(met.size);
          expect(Array.from(tally.ids.subarray(0, tally.count))).toEqual([...met.keys()]);
        }
      },
    ),
  );
});
