// The table agrees with a plain list under inserts, look-ups and removals, also where many hashes fall together, and where the positions
// pass what one word can tell apart.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PositionTable } from './position-table.js';

it('finds the newest position of a hash, and nothing that was removed', () => {
  const step = fc.record({ add: fc.boolean(), hash: fc.integer({ min: 0, max: 40 }), which: fc.nat(1000) });
  const strides = fc.constantFrom(1, 16, 4096, -0x0100_0001);
  const firsts = fc.constantFrom(0, 2 ** 31 - 4, 2 ** 32 - 4, 3 * 2 ** 32 + 5);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), strides, firsts, (steps, stride, first) => {
      const hashOf = (hash: number): number => Math.imul(hash, stride);
      const hashes: number[] = [];
      const table = new PositionTable();
      const live = new Set<number>();
      for (const { add, hash, which } of steps) {
        if (add) {
          live.add(first + hashes.length);
          table.insert(hashOf(hash), first + hashes.length);
          hashes.push(hash);
        } else {
          const index = which % (hashes.length + 1);
          table.remove(hashOf(hashes[index] ?? 0), first + index);
          live.delete(first + index);
        }
        const near = first + (which % (hashes.length + 1));
        for (let each = 0; each <= 40; each += 1) {
          const isSame = (position: number): boolean => hashes[position - first] === each;
          expect(table.find(hashOf(each), near, isSame)).toBe([...live].findLast(isSame) ?? -1);
        }
      }
    }),
    { numRuns: 60 },
  );
});
