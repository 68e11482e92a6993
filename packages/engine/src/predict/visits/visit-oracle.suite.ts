// The formula of visit-formula.ts once more, over plain arrays and maps, for tests: slow, short, and sharing only the constants.
// Sums run in the order the formula gives, so the real index has to meet it bit for bit.
import { exp, log } from '../../base/exact-math.js';
import { dayOf } from '../../base/day.js';
import type { VisitQuery } from './visit-scorer.js';
import type { ScoredItem } from './visit-index.js';

type Visit = { readonly key: number; readonly subject: string; items: string[]; day: number };

const repeated = (base: number, times: number): number => {
  let product = 1;
  for (let n = 0; n < times; n++) product *= base;
  return product;
};

const add = (sums: Map<string, number>, item: string, amount: number): void => void sums.set(item, (sums.get(item) ?? 0) + amount);

const byScore = (a: ScoredItem, b: ScoredItem): number => b.score - a.score || (a.item < b.item ? -1 : 1);

const total = (sums: Map<string, number>): number => [...sums.values()].reduce((sum, amount) => sum + amount, 0);

/** The window moves on to a position, as NextItem moves it. */
export function evictBefore(
  world: { readonly oldest: number; remove(key: number, subject: string): unknown },
  position: number,
  subjectOf: (key: number) => string,
): void {
  for (let key = world.oldest; key >= 0 && key < position; key = world.oldest) world.remove(key, subjectOf(key));
}

export class VisitOracle {
  visits: Visit[] = [];

  append(key: number, subject: string, item: string, atMs: number): void {
    const known = this.visits.find((visit) => visit.key === key);
    const visit = known ?? { key, subject, items: [], day: 0 };
    if (known === undefined) this.visits.push(visit);
    if (visit.items.length < 200) visit.items.push(item);
    visit.day = dayOf(atMs);
  }

  replace(key: number, subject: string, items: readonly string[], lastAtMs: number): void {
    this.remove(key);
    if (items.length > 0) this.visits.push({ key, subject, items: items.slice(0, 200), day: dayOf(lastAtMs) });
  }

  remove(key: number): void {
    this.visits = this.visits.filter((visit) => visit.key !== key);
  }

  forget(subject: string): void {
    this.visits = this.visits.filter((visit) => visit.subject !== subject);
  }

  /** Key of the visit that began first, or -1. */
  get oldest(): number {
    return this.visits.reduce((oldest, { key }) => (oldest < 0 || key < oldest ? key : oldest), -1);
  }

  score(query: VisitQuery): ScoredItem[] {
    const today = dayOf(query.nowMs);
    const newestFirst = this.visits.toSorted((a, b) => b.key - a.key);
    const holding = (item: string): Visit[] => newestFirst.filter((visit) => visit.items.includes(item));
    const others = (item: string): Visit[] => holding(item).filter((visit) => visit.key !== query.ownKey);
    const rarity = (item: string): number => log(1 + this.visits.length / holding(item).length);
    const recency = (visit: Visit): number => repeated(exp(-1 / 80), Math.min(1440, Math.max(0, today - visit.day)));
    const uncommon = (item: string): number => repeated(0.96, holding(item).length.toString(2).length);

    const weights = new Map<string, number>();
    query.items
      .slice(-8)
      .toReversed()
      .forEach((item, age) => {
        if (holding(item).length > 0 && !weights.has(item)) weights.set(item, repeated(0.78, age));
      });

    const overlaps = new Map<Visit, number>();
    for (const [item, weight] of weights) {
      const rare = rarity(item);
      for (const visit of others(item).slice(0, 200)) overlaps.set(visit, (overlaps.get(visit) ?? 0) + weight * (rare * rare * rare));
    }
    const matched = [...overlaps].map(([visit, overlap], met) => ({
      visit,
      met,
      strength: overlap * Math.sqrt(overlap) * Math.sqrt(Math.sqrt(overlap)) * recency(visit),
    }));
    const strongest = matched.toSorted((a, b) => b.strength - a.strength || a.met - b.met).slice(0, 200);

    const spread = (
      sums: Map<string, number>,
      items: string[],
      amount: number,
      weightOf: (item: string) => number,
      silent?: string,
    ): void => {
      const shares = items.map(() => 0);
      let carry = 0;
      let centres = 0;
      items.forEach((item, place) => {
        shares[place] = carry + weightOf(item) * 1.6;
        carry = carry * 0.8 + weightOf(item);
        centres += weightOf(item);
        add(sums, item, 0);
      });
      carry = 0;
      for (const [place, item] of [...items.entries()].reverse()) {
        if (item !== silent) add(sums, item, (amount / centres) * ((shares[place] ?? 0) + 0.7 * carry));
        carry = carry * 0.8 + weightOf(item);
      }
    };
    const near = new Map<string, number>();
    for (const item of weights.keys()) near.set(item, 0);
    for (const { visit, strength } of strongest.toSorted((a, b) => a.met - b.met)) {
      spread(near, visit.items, strength, (item) => weights.get(item) ?? 0);
    }
    for (const [item, amount] of near) near.set(item, amount * uncommon(item));
    const nearTotal = total(near);

    const last = query.items.at(-1);
    if (last === undefined) return [];
    const after = new Map<string, number>();
    for (const visit of others(last).slice(0, 200)) {
      visit.items.forEach((item, place) => {
        if (place > 0 && visit.items[place - 1] === last) add(after, item, 1);
      });
    }
    const afterTotal = total(after);

    const scores = new Map<string, number>();
    for (const item of new Set([...near.keys(), ...after.keys()])) {
      scores.set(item, (nearTotal > 0 ? (near.get(item) ?? 0) / nearTotal : 0) + (0.08 * (after.get(item) ?? 0)) / (afterTotal + 1));
    }

    if (matched.length < 640) {
      const rows = [...scores].map(([item, score]) => ({ item, score })).filter(({ score }) => score > 0);
      const via = rows
        .toSorted(byScore)
        .filter(({ item }) => !weights.has(item))
        .slice(0, 5);
      const sum = via.reduce((whole, { score }) => whole + score, 0);
      const onward = new Map<string, number>([...scores.keys()].map((item) => [item, 0]));
      for (const { item, score } of via) {
        const read = holding(item).slice(0, 20);
        for (const visit of read) {
          if (visit.key === query.ownKey || overlaps.has(visit)) continue;
          const signal = ((score / sum) * rarity(item)) / read.length;
          spread(onward, visit.items, (signal / Math.sqrt(visit.items.length)) * recency(visit), (other) => (other === item ? 1 : 0), item);
        }
      }
      const onwardTotal = total(onward);
      const scale = (0.64 * 100) / (matched.length + 100) / onwardTotal;
      if (onwardTotal > 0) for (const [item, amount] of onward) add(scores, item, scale * amount);
    }

    const previous = query.items.at(-2);
    for (const item of weights.keys()) {
      const factor = item === previous && previous !== last ? 2 : item === last ? 1 : 0.8;
      scores.set(item, (scores.get(item) ?? 0) * factor);
    }
    return [...scores]
      .map(([item, score]) => ({ item, score: Math.round(score * 1e9) / 1e9 }))
      .filter(({ score }) => score > 0)
      .sort(byScore);
  }
}
