// The table agrees with a plain list under inserts, look-ups and removals, also where many hashes fall together.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PositionTable } from './position-table.js';

it('finds the newest position of a hash, and nothing that was removed', () => {
  const step = fc.record({ add: fc.boolean(), hash: fc.integer({ min: 0, max: 40 }), which: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.constantFrom(1, 16, 4096), (steps, stride) => {
      const hashes: number[] = [];
      const table = new PositionTable((position) => hashes[position] ?? 0);
      const live = new Set<number>();
      for (const { add, hash, which } of steps) {
        if (add) {
          live.add(hashes.length);
          hashes.push(hash * stride);
          table.insert(hash * stride, hashes.length - 1);
        } else {
          const position = which % (hashes.length + 1);
          table.remove(hashes[position] ?? 0, position);
          live.delete(position);
        }
        for (let each = 0; each <= 40; each += 1) {
          const expected = [...live].findLast((position) => hashes[position] === each * stride) ?? -1;
          expect(table.find(each * stride, (position) => hashes[position] === each * stride)).toBe(expected);
        }
      }
    }),
    { numRuns: 60 },
  );
});
