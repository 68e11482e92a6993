// What goes with what: in how many baskets each item lies, and each pair of items. Erasure class `exact`. Score of an item for a basket: the
// sum over the basket's items of pairs / sqrt(baskets of one * baskets of the other), the cosine of item-based collaborative filtering.
// Memory: a map entry for each pair that was ever bought together; baskets beyond `basketItemsMax` items are cut there, in the order of ids.
// Source: Linden, Smith, York, IEEE Internet Computing 7, 2003; Deshpande and Karypis, ACM TOIS 22, 2004.
import { assert, must } from '../../base/assert.js';
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
  /** Numbers of items are a matter of this table alone: no score, order or dump depends on them. */
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #free: number[] = [];
  readonly #baskets: number[] = [];
  readonly #pairs: Map<number, number>[] = [];
  #sums = new Float64Array(0);

  learn(basket: Basket): void {
    const numbers = itemsOf(basket).map((item) => this.#numberOf(item));
    for (const one of numbers) {
      this.#baskets[one] = (this.#baskets[one] ?? 0) + 1;
      const row = must(this.#pairs[one], 'a numbered item has its pairs');
      for (const other of numbers) if (other !== one) row.set(other, (row.get(other) ?? 0) + 1);
    }
  }

  forget(basket: Basket): void {
    const numbers = itemsOf(basket).map((item) => must(this.#numbers.get(item), 'a basket that is forgotten was learned'));
    for (const one of numbers) {
      this.#baskets[one] = (this.#baskets[one] ?? 0) - 1;
      const row = must(this.#pairs[one], 'a numbered item has its pairs');
      for (const other of numbers) {
        if (other === one) continue;
        const left = (row.get(other) ?? 0) - 1;
        assert(left >= 0, 'a pair that is forgotten was learned');
        if (left === 0) row.delete(other);
        else row.set(other, left);
      }
    }
    for (const one of numbers) if (this.#baskets[one] === 0) this.#drop(one);
  }

  score(query: BasketQuery): number {
    return this.explain(query).score;
  }

  explain({ basket, item }: BasketQuery): Explanation {
    const asked = this.#numbers.get(item);
    const parts = itemsOf(basket).map((held) => {
      const one = this.#numbers.get(held);
      const pairs = one === undefined || asked === undefined ? 0 : (this.#pairs[one]?.get(asked) ?? 0);
      return { name: held, amount: pairs === 0 ? 0 : this.#likeness(one ?? 0, asked ?? 0, pairs) };
    });
    return { score: parts.reduce((sum, { amount }) => sum + amount, 0), parts };
  }

  /** The k best items that the basket does not hold, by score, then by id. */
  best(basket: Basket, k: number): string[] {
    if (this.#sums.length < this.#ids.length) this.#sums = new Float64Array(2 * this.#ids.length);
    const sums = this.#sums;
    const met: number[] = [];
    const numbers = itemsOf(basket).flatMap((item) => this.#numbers.get(item) ?? []);
    for (const one of numbers) {
      for (const [other, pairs] of this.#pairs[one] ?? []) {
        if (sums[other] === 0) met.push(other);
        sums[other] = (sums[other] ?? 0) + this.#likeness(one, other, pairs);
      }
    }
    for (const one of numbers) sums[one] = 0;
    const best: ScoredId[] = [];
    for (const item of met) {
      const score = sums[item] ?? 0;
      sums[item] = 0;
      const least = best.length < k ? 0 : (best[k - 1]?.score ?? Infinity);
      if (score === 0 || score < least) continue;
      const id = this.#ids[item] ?? '';
      let at = best.length;
      while (at > 0 && isBefore({ id, score }, best[at - 1])) at -= 1;
      best.splice(at, 0, { id, score });
      if (best.length > k) best.pop();
    }
    return best.map(({ id }) => id);
  }

  *dump(): Iterable<string> {
    for (const item of [...this.#numbers.keys()].sort()) {
      const number = this.#numbers.get(item) ?? 0;
      const pairs = [...(this.#pairs[number] ?? [])].map(([other, count]) => [this.#ids[other] ?? '', count] as const);
      yield JSON.stringify([item, this.#baskets[number], pairs.sort((a, b) => (a[0] < b[0] ? -1 : 1))]);
    }
  }

  bytes(): number {
    return this.#pairs.reduce((sum, row) => sum + 128 + 40 * row.size, 256 + this.#sums.byteLength);
  }

  #likeness(one: number, other: number, pairs: number): number {
    return pairs / Math.sqrt((this.#baskets[one] ?? 1) * (this.#baskets[other] ?? 1));
  }

  #numberOf(item: string): number {
    const known = this.#numbers.get(item);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? this.#ids.length;
    this.#numbers.set(item, number);
    this.#ids[number] = item;
    this.#baskets[number] = 0;
    this.#pairs[number] = new Map<number, number>();
    return number;
  }

  #drop(number: number): void {
    this.#numbers.delete(this.#ids[number] ?? '');
    this.#ids[number] = '';
    this.#free.push(number);
  }
}

function itemsOf(basket: Basket): string[] {
  return [...new Set(basket)].sort().slice(0, limits.basketItemsMax);
}

interface ScoredId {
  readonly id: string;
  readonly score: number;
}

function isBefore(one: ScoredId, other: ScoredId | undefined): boolean {
  return other === undefined || one.score > other.score || (one.score === other.score && one.id < other.id);
}
