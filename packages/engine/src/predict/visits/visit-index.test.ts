// The index against the oracle and against other histories of itself: scores bit for bit, dumps row for row, evidence that adds up.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs } from '../../base/day.js';
import { VisitIndex } from './visit-index.js';
import { evictBefore, VisitOracle } from './visit-oracle.suite.js';
import type { VisitQuery } from './visit-scorer.js';

const hashKey = [0x1234, 0xfedcba98] as const;
const everything = (): boolean => true;

// Few items, so that postings overlap; the last need two bytes a unit, a long header, or stand elsewhere in code unit order than in other
// orders.
const ids = [
  ...Array.from({ length: 14 }, (_, n) => `item-${n}`),
  'B',
  'a',
  'é',
  '',
  '\u20ac',
  '\ud83d\ude00',
  '\uffee',
  'x'.repeat(200),
  '\u4e00'.repeat(90),
];
const item = fc.nat({ max: 400 }).map((n) => ids[Math.floor(((n * n) / (400 * 400 + 1)) * ids.length)] ?? '');
const subjectOf = (key: number): string => `s${(key * 7) % 11}`;
const key = fc.nat({ max: 60 }).map((n) => (n % 13 === 0 ? n + 2 ** 40 : n));
const at = fc.integer({ min: 0, max: 300 * dayMs });

type Step =
  | { readonly kind: 'append'; readonly key: number; readonly item: string; readonly at: number }
  | { readonly kind: 'replace'; readonly key: number; readonly items: readonly string[]; readonly at: number }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'forget'; readonly subject: string }
  | { readonly kind: 'evict'; readonly position: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('append' as const), key, item, at }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace' as const), key, items: fc.array(item, { maxLength: 9 }), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget' as const), subject: key.map(subjectOf) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const), position: fc.nat({ max: 40 }) }) },
);
const history = fc.array(step, { maxLength: 90 });
const query: fc.Arbitrary<VisitQuery> = fc.record({
  items: fc.array(fc.oneof({ weight: 9, arbitrary: item }, { weight: 1, arbitrary: fc.constant('unheard of') }), { maxLength: 12 }),
  nowMs: fc.integer({ min: 0, max: 2000 * dayMs }),
  ownKey: fc.option(key, { nil: undefined }),
});

type World = Pick<VisitIndex, 'append' | 'replace' | 'oldest'> & {
  remove(key: number, subject: string): unknown;
  forget(subject: string): unknown;
};

const apply = (world: World | VisitOracle, one: Step): void => {
  if (one.kind === 'append') world.append(one.key, subjectOf(one.key), one.item, one.at);
  else if (one.kind === 'replace') world.replace(one.key, subjectOf(one.key), one.items, one.at);
  else if (one.kind === 'remove') world.remove(one.key, subjectOf(one.key));
  else if (one.kind === 'forget') world.forget(one.subject);
  else evictBefore(world, one.position, subjectOf);
};

const indexOf = (steps: readonly Step[]): VisitIndex => {
  const index = new VisitIndex({ hashKey });
  for (const one of steps) apply(index, one);
  return index;
};

const oracleOf = (steps: readonly Step[]): VisitOracle => {
  const oracle = new VisitOracle();
  for (const one of steps) apply(oracle, one);
  return oracle;
};

/** An index that learned only what is left, newest visit first, in one go each. */
const rebuilt = (oracle: VisitOracle): VisitIndex => {
  const index = new VisitIndex({ hashKey });
  for (const visit of oracle.visits.toSorted((a, b) => b.key - a.key))
    index.replace(visit.key, visit.subject, visit.items, visit.day * dayMs);
  return index;
};

test("scores are the oracle's, bit for bit, after any history", () => {
  fc.assert(
    fc.property(history, fc.array(query, { minLength: 1, maxLength: 4 }), (steps, queries) => {
      const index = indexOf(steps);
      const oracle = oracleOf(steps);
      for (const one of queries) expect(index.score(one, everything, 1000)).toStrictEqual(oracle.score(one));
    }),
    { numRuns: 500 },
  );
});

test('the dump is a function of the visits that are left', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const index = indexOf(steps);
      const oracle = oracleOf(steps);
      expect([...index.dump()]).toEqual([...rebuilt(oracle).dump()]);
      expect(index.visits).toBe(oracle.visits.length);
      expect(index.items).toBe(new Set(oracle.visits.flatMap((visit) => visit.items)).size);
    }),
    { numRuns: 500 },
  );
});

test('forgotten is never learned: dump and scores, with the person anywhere in the history', () => {
  fc.assert(
    fc.property(history, fc.nat({ max: 10 }), fc.array(query, { minLength: 1, maxLength: 3 }), (steps, n, queries) => {
      const subject = `s${n}`;
      const index = indexOf([...steps, { kind: 'forget', subject }]);
      const without = indexOf(steps.filter((one) => !('key' in one) || subjectOf(one.key) !== subject));
      expect([...index.dump()]).toEqual([...without.dump()]);
      for (const one of queries) expect(index.score(one, everything, 1000)).toStrictEqual(without.score(one, everything, 1000));
    }),
    { numRuns: 300 },
  );
});

test('evidence adds up to the score, and counts the people behind it', () => {
  fc.assert(
    fc.property(history, query, (steps, one) => {
      const index = indexOf(steps);
      const oracle = oracleOf(steps);
      const scored = index.score(one, everything, 1000);
      for (const { item: id, score } of scored) {
        const evidence = index.explain(one, id);
        expect(evidence.score).toBe(score);
        const sum = evidence.parts.reduce((whole, part) => whole + Math.round(part.amount * 1e9), 0);
        expect(sum / 1e9).toBe(score);
        const people = (holds: (items: readonly string[]) => boolean): number =>
          new Set(oracle.visits.filter((visit) => visit.key !== one.ownKey && holds(visit.items)).map((visit) => visit.subject)).size;
        const last = one.items.at(-1);
        expect(evidence.transitionSubjects).toBe(
          people((items) => items.some((other, place) => other === last && items[place + 1] === id)),
        );
        expect(evidence.subjects).toBeGreaterThan(0);
        expect(evidence.subjects).toBeLessThanOrEqual(people((items) => items.includes(id)));
      }
      expect(index.explain(one, 'unheard of')).toEqual({ score: 0, parts: [], rest: 0, subjects: 0, transitionSubjects: 0 });
    }),
    { numRuns: 200 },
  );
});

test('accept is asked in order and no longer than needed', () => {
  fc.assert(
    fc.property(history, query, fc.nat({ max: 6 }), fc.func(fc.boolean()), (steps, one, k, accept) => {
      const index = indexOf(steps);
      const all = index.score(one, everything, 1000);
      const asked: string[] = [];
      const found = index.score(one, (id) => (asked.push(id), accept(id)), k);
      expect(found).toEqual(all.filter(({ item: id }) => accept(id)).slice(0, k));
      expect(asked).toEqual(all.slice(0, asked.length).map(({ item: id }) => id));
      if (found.length === k) expect(asked.at(-1)).toBe(found.at(-1)?.item);
    }),
  );
});

test('a visit key belongs to one subject', () => {
  const index = new VisitIndex({ hashKey });
  index.append(3, 'ann', 'a', 0);
  expect(() => index.append(3, 'bob', 'a', 0)).toThrow('a visit key belongs to one subject');
  expect(() => index.remove(3, 'bob')).toThrow('a visit key belongs to one subject');
  expect(() => index.append(-1, 'bob', 'a', 0)).toThrow('a visit key is an integer');
  expect(() => index.append(2 ** 48, 'bob', 'a', 0)).toThrow('a visit key is an integer');
});

test("a robot's visit is learned up to its limit", () => {
  const index = new VisitIndex({ hashKey });
  const other = new VisitIndex({ hashKey });
  const items = Array.from({ length: 250 }, (_, n) => `i${n}`);
  for (const id of items) index.append(1, 'robot', id, 5 * dayMs);
  other.replace(1, 'robot', items, 5 * dayMs);
  expect(index.items).toBe(200);
  expect([...index.dump()]).toEqual([...other.dump()]);
});
