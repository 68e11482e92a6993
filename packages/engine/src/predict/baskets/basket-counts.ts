// What goes with what: in how many baskets each item lies, and each pair of items. Erasure class `exact`. Score of an item for a basket: the
// sum over the basket's items of pairs / sqrt(baskets of one * baskets of the other), the cosine of item-based collaborative filtering.
// Memory: a map entry for each pair that was ever bought together; baskets beyond `basketItemsMax` items are cut there, in the order of ids.
// Source: Linden, Smith, York, IEEE Internet Computing 7, 2003; Deshpande and Karypis, ACM TOIS 22, 2004.
import { must } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import type { Explanation, Learner } from '../learner.js';

/** Ids of items; those that are there twice count once. */
export type Basket = readonly string[];

export interface BasketQuery {
  readonly basket: Basket;
  readonly item: string;
}

export class BasketCounts implements Learner<Basket, BasketQuery> {
  readonly erasure = 'exact';
  readonly #baskets = new Map<string, number>();
  readonly #pairs = new Map<string, Map<string, number>>();

  learn(basket: Basket): void {
    this.#count(basket, 1);
  }

  forget(basket: Basket): void {
    this.#count(basket, -1);
  }

  score(query: BasketQuery): number {
    return this.explain(query).parts.reduce((sum, { amount }) => sum + amount, 0);
  }

  explain({ basket, item }: BasketQuery): Explanation {
    const parts = itemsOf(basket).map((held) => ({ name: held, amount: held === item ? 0 : this.#likeness(held, item) }));
    return { score: parts.reduce((sum, { amount }) => sum + amount, 0), parts };
  }

  /** The k best items that the basket does not hold, by score, then by id. */
  best(basket: Basket, k: number): string[] {
    const held = new Set(basket);
    const scores = new Map<string, number>();
    for (const one of itemsOf(basket))
      for (const other of this.#pairs.get(one)?.keys() ?? [])
        if (!held.has(other)) scores.set(other, (scores.get(other) ?? 0) + this.#likeness(one, other));
    return [...scores]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, k)
      .map(([item]) => item);
  }

  *dump(): Iterable<string> {
    for (const item of [...this.#baskets.keys()].sort()) {
      const pairs = [...(this.#pairs.get(item) ?? [])].sort((a, b) => (a[0] < b[0] ? -1 : 1));
      yield JSON.stringify([item, this.#baskets.get(item), pairs]);
    }
  }

  bytes(): number {
    let entries = this.#baskets.size;
    for (const row of this.#pairs.values()) entries += row.size;
    return 64 * entries + 256;
  }

  #likeness(one: string, other: string): number {
    const pairs = this.#pairs.get(one)?.get(other) ?? 0;
    return pairs === 0 ? 0 : pairs / Math.sqrt((this.#baskets.get(one) ?? 1) * (this.#baskets.get(other) ?? 1));
  }

  #count(basket: Basket, by: 1 | -1): void {
    const items = itemsOf(basket);
    for (const item of items) {
      bump(this.#baskets, item, by);
      let row = this.#pairs.get(item);
      if (row === undefined) this.#pairs.set(item, (row = new Map<string, number>()));
      for (const other of items) if (other !== item) bump(row, other, by);
      if (row.size === 0) this.#pairs.delete(item);
    }
  }
}

function itemsOf(basket: Basket): string[] {
  return [...new Set(basket)].sort().slice(0, limits.basketItemsMax);
}

function bump(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = by === 1 ? (counts.get(key) ?? 0) + 1 : must(counts.get(key), 'a basket that is forgotten was learned') - 1;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
