// Postings against plain sorted lists: visits that come and go in any order of their keys, evenly spaced keys and very uneven ones, which
// mislead a guess.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PostingStore } from './posting-store.js';
import { VisitTable } from './visit-table.js';
import { WordArena } from './word-arena.js';

const even = fc.nat({ max: 400 });
const uneven = fc.nat({ max: 47 }).map((exponent) => 2 ** exponent);
/** Whether the visit with this key comes or goes; a posting is read now and then. */
const stepsOf = (key: fc.Arbitrary<number>): fc.Arbitrary<{ readonly key: number; readonly goes: boolean; readonly reads: boolean }[]> =>
  fc.array(fc.record({ key, goes: fc.nat({ max: 4 }).map((n) => n === 0), reads: fc.nat({ max: 30 }).map((n) => n === 0) }), {
    maxLength: 400,
    size: 'max',
  });

test('a posting holds its visits in the order of their keys, whatever came and went', () => {
  fc.assert(
    fc.property(fc.oneof(stepsOf(even), stepsOf(uneven)), (steps) => {
      const [arena, visits] = [new WordArena(), new VisitTable()];
      const postings = new PostingStore(arena, visits);
      const slots = new Map<number, number>();
      const held = new Set<number>();
      const check = (): void => {
        const start = postings.sorted(0);
        const words = arena.words.subarray(start, start + (postings.length[0] ?? 0));
        expect(Array.from(words, (slot) => visits.keyOf(slot))).toEqual([...held].sort((a, b) => a - b));
      };
      for (const { key, goes, reads } of steps) {
        const slot = slots.get(key) ?? visits.create(key, 0, 0);
        slots.set(key, slot);
        if (held.has(key) && goes) {
          held.delete(key);
          expect(postings.remove(0, slot)).toBe(held.size);
        } else if (!held.has(key)) {
          held.add(key);
          postings.add(0, slot);
        }
        expect(postings.length[0] ?? 0).toBe(held.size);
        if (reads) check();
      }
      check();
    }),
  );
});
