// Postings against plain sorted lists: visits that come and go in any order of their keys, evenly spaced keys and very uneven ones, which
// mislead a guess.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PostingStore } from './posting-store.js';
import { VisitTable } from './visit-table.js';
import { WordArena } from './word-arena.js';

const even = fc.nat({ max: 400 });
const uneven = fc.nat({ max: 47 }).map((exponent) => 2 ** exponent);
interface Step {
  readonly key: number;
  /** Whether the visit with this key comes or goes. */
  readonly goes: boolean;
  /** So many of the oldest leave the window. */
  readonly leave: number;
  readonly reads: boolean;
}

const oneIn = (times: number): fc.Arbitrary<boolean> => fc.nat({ max: times - 1 }).map((n) => n === 0);
const leaving = fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 60 }) });
const stepsOf = (key: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ key, goes: oneIn(5), leave: leaving, reads: oneIn(31) }), { maxLength: 400, size: 'max' });

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
      const remove = (key: number, slot: number): void => {
        held.delete(key);
        expect(postings.remove(0, slot)).toBe(held.size);
      };
      for (const { key, goes, leave, reads } of steps) {
        const slot = slots.get(key) ?? visits.create(key, 0, 0);
        slots.set(key, slot);
        if (held.has(key) && goes) remove(key, slot);
        else if (!held.has(key)) {
          held.add(key);
          postings.add(0, slot);
        }
        for (const oldest of [...held].sort((a, b) => a - b).slice(0, leave)) remove(oldest, slots.get(oldest) ?? -1);
        expect(postings.length[0] ?? 0).toBe(held.size);
        if (reads) check();
      }
      check();
    }),
  );
});
