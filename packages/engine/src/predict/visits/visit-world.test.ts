// A seeded world large enough that every cap of the formula bites (popular items stand in far more visits than a query reads, many visits
// tie in strength), and larger ones for the memory bound and for the reuse of what was freed.
import { expect, test } from 'vitest';
import { dayMs } from '../../base/day.js';
import { POSTING_VISITS } from './visit-formula.js';
import { VisitIndex } from './visit-index.js';
import { evictBefore, VisitOracle } from './visit-oracle.suite.js';

const hashKey = [7, 8] as const;
const everything = (): boolean => true;

/** Numbers in 0..1 from a seed. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
};

type Event = { readonly key: number; readonly subject: string; readonly item: string; readonly at: number };

/** Visits of 1..8 events over `items` items of steeply falling frequency, one subject in `perSubject` visits, in log order. */
const eventsOf = (visits: number, items: number, perSubject: number, seed: number): Event[] => {
  const random = seeded(seed);
  const events: Event[] = [];
  for (let visit = 0; visit < visits; visit++) {
    const key = events.length;
    const length = 1 + Math.floor(random() * 8);
    const subject = `subject-${Math.floor((random() * visits) / perSubject)}`;
    for (let n = 0; n < length; n++) {
      const rank = Math.floor(items * random() * random() * random());
      events.push({ key, subject, item: `sku-${rank}`, at: Math.floor(visit / 20) * dayMs });
    }
  }
  return events;
};

const learn = (index: VisitIndex | VisitOracle, events: readonly Event[]): void => {
  for (const { key, subject, item, at } of events) index.append(key, subject, item, at);
};

test("where the caps bite, scores are still the oracle's bit for bit, before and after people are forgotten", () => {
  const events = eventsOf(1500, 60, 10, 1);
  const index = new VisitIndex({ hashKey });
  const oracle = new VisitOracle();
  learn(index, events);
  learn(oracle, events);
  const holding = oracle.visits.filter((visit) => visit.items.includes('sku-0')).length;
  expect(holding).toBeGreaterThan(2 * POSTING_VISITS);
  const random = seeded(2);
  for (let round = 0; round < 12; round++) {
    const items = Array.from({ length: 1 + (round % 10) }, () => `sku-${Math.floor(60 * random() * random() * random())}`);
    const query = { items, nowMs: 80 * dayMs, ownKey: round % 2 === 0 ? oracle.visits.at(-round - 1)?.key : undefined };
    const scored = index.score(query, everything, 1000);
    expect(scored).toStrictEqual(oracle.score(query));
    for (const { item, score } of scored.slice(0, 5)) {
      const { parts } = index.explain(query, item);
      expect(Math.abs(parts.reduce((sum, part) => sum + part.amount, 0) - score)).toBeLessThanOrEqual(1e-9 * score);
    }
    for (let n = 0; n < 6; n++) {
      index.forget(`subject-${round * 6 + n}`);
      oracle.forget(`subject-${round * 6 + n}`);
    }
  }
});

test('among visits of equal strength, which are neighbours does not depend on slots', () => {
  // Eight classes of 125 equally strong visits: the 200 neighbours end inside the second class, and all 1000 are met.
  const itemsOf = (n: number): string[] => [`a-${n % 8}`, `b-${n % 7}`, `c-${n % 1501}`];
  const build = (withGone: boolean): VisitIndex => {
    const index = new VisitIndex({ hashKey });
    if (withGone) {
      for (let n = 0; n < 50; n++) index.append(10_000 + n, 'gone', `a-${n % 3}`, 0);
      index.forget('gone');
    }
    for (let n = 0; n < 1000; n++) index.replace(n, `s-${n}`, itemsOf(n), 0);
    return index;
  };
  const oracle = new VisitOracle();
  for (let n = 0; n < 1000; n++) oracle.replace(n, `s-${n}`, itemsOf(n), 0);
  const query = { items: Array.from({ length: 8 }, (_, n) => `a-${n}`), nowMs: 0 };
  const scored = build(true).score(query, everything, 3000);
  expect(scored).toStrictEqual(build(false).score(query, everything, 3000));
  expect(scored).toStrictEqual(oracle.score(query));
});

test('at most 24 bytes an event with one subject per visit, everything counted', () => {
  const events = eventsOf(40_000, 12_000, 1, 3).map((event) => ({ ...event, subject: `v-${event.key}` }));
  const index = new VisitIndex({ hashKey });
  learn(index, events);
  index.score({ items: ['sku-0', 'sku-1', 'sku-2', 'sku-3', 'sku-4', 'sku-5', 'sku-6', 'sku-7'], nowMs: 0 }, everything, 20);
  expect(index.bytes() / events.length).toBeLessThan(24);
});

test('what is freed is used again: a window that moves for long does not grow', () => {
  const events = eventsOf(30_000, 3000, 3, 4);
  const index = new VisitIndex({ hashKey });
  const windowPositions = 20_000;
  const subjects = new Map<number, string>();
  let settled = 0;
  events.forEach(({ key, subject, item, at }, position) => {
    index.append(key, subject, item, at);
    subjects.set(key, subject);
    if (position % 100 === 0) evictBefore(index, position - windowPositions, (visit) => subjects.get(visit) ?? '');
    if (position === 3 * windowPositions) settled = index.bytes();
  });
  expect(settled).toBeGreaterThan(0);
  expect(index.bytes()).toBeLessThan(1.1 * settled);
});
