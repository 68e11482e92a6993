// Popularity against a list of plain events: whatever was added, taken back and cut, in whatever order and with whatever questions in
// between.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Popular } from './popular.js';

type Step =
  | { readonly kind: 'add'; readonly item: string; readonly day: number }
  | { readonly kind: 'subtract'; readonly pick: number }
  | { readonly kind: 'cut'; readonly day: number }
  | { readonly kind: 'ask'; readonly today: number; readonly k: number };

const item = fc.constantFrom('a', 'b', 'B', 'é', '\ud83d\ude00', 'aa', 'c', 'd');
const day = fc.integer({ min: -3, max: 16 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), item, day }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('subtract' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), day }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), today: day, k: fc.integer({ min: 0, max: 9 }) }) },
);

type Fact = { readonly item: string; readonly day: number };

const topOf = (facts: readonly Fact[], today: number, k: number) => {
  const scores = new Map<string, number>();
  for (const fact of facts) {
    const age = today - fact.day;
    if (age >= 0 && age < 7) scores.set(fact.item, (scores.get(fact.item) ?? 0) + 7 - age);
  }
  const rows = [...scores].map(([id, score]) => ({ item: id, score }));
  return rows.sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1)).slice(0, k);
};

/** Runs the steps and checks every question; gives what is left. */
const play = (steps: readonly Step[]): { popular: Popular; facts: Fact[]; cutAt: number } => {
  const popular = new Popular();
  const added: Fact[] = [];
  let facts: Fact[] = [];
  let cutAt = -Infinity;
  for (const one of steps) {
    if (one.kind === 'add') {
      popular.add(one.item, one.day);
      added.push(one);
      if (one.day >= cutAt) facts.push(one);
    } else if (one.kind === 'subtract') {
      const [fact] = added.splice(added.length === 0 ? 0 : one.pick % added.length, 1);
      if (fact === undefined) continue;
      popular.subtract(fact.item, fact.day);
      facts = facts.filter((other) => other !== fact);
    } else if (one.kind === 'cut') {
      popular.cut(one.day);
      cutAt = Math.max(cutAt, one.day);
      facts = facts.filter((fact) => fact.day >= cutAt);
    } else expect(popular.top(one.today, one.k)).toEqual(topOf(facts, one.today, one.k));
  }
  return { popular, facts, cutAt };
};

test('every answer is that of the plain list of events', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { popular, facts } = play(steps);
      for (let today = -4; today < 25; today += 3) {
        expect(popular.top(today, 100)).toEqual(topOf(facts, today, 100));
        for (const { item: id, score } of topOf(facts, today, 100)) expect(popular.score(id, today)).toBe(score);
      }
    }),
    { numRuns: 300 },
  );
});

test('what is left has one dump, however it came about', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { popular, facts, cutAt } = play(steps);
      const fresh = new Popular();
      if (cutAt > -Infinity) fresh.cut(cutAt);
      for (const fact of facts.toReversed()) fresh.add(fact.item, fact.day);
      expect([...popular.dump()]).toEqual([...fresh.dump()]);
    }),
    { numRuns: 300 },
  );
});

test('more items than the kept ranking: changes, growth and refills give the same list as sorting everything', () => {
  const popular = new Popular();
  const facts: Fact[] = [];
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  for (let n = 0; n < 15_000; n++) {
    const fact = { item: `i${next(2) * next(40) + next(3000)}`, day: 10 + next(3) };
    if (n % 5 < 3 || facts.length === 0) {
      popular.add(fact.item, fact.day);
      facts.push(fact);
    } else {
      const [gone] = facts.splice(next(facts.length), 1);
      if (gone !== undefined) popular.subtract(gone.item, gone.day);
    }
    const k = n % 2 === 0 ? 20 : 700;
    if (n % 297 === 0) expect(popular.top(12, k)).toEqual(topOf(facts, 12, k));
  }
  const gone = facts.splice(0, facts.length - 5);
  for (const fact of gone) popular.subtract(fact.item, fact.day);
  expect(popular.top(12, 20)).toEqual(topOf(facts, 12, 20));
});

test('taking back what was never counted is a bug', () => {
  const popular = new Popular();
  popular.add('a', 5);
  expect(() => popular.subtract('b', 5)).toThrow('what is taken back was counted');
  expect(() => popular.subtract('a', 4)).toThrow('what is taken back was counted');
});
