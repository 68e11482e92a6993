// Ranking by baskets: what lay together in them, for the items that a permit holds. The same face as the next-item model has for `rank`.
// Erasure class `exact`. Reasons: one for each item of the basket that speaks for the answer; the rest in one.
import { limits } from '../../base/limits.js';
import type { Gate } from '../../consent/gate.js';
import type { Permitted } from '../../consent/permitted.js';
import type { Reason, ScoredItem } from '../../model/decision.js';
import type { BasketCounts } from '../baskets/basket-counts.js';
import type { Act } from './acts.js';

export class BasketRanking {
  readonly #counts: BasketCounts;
  readonly #gate: Gate;

  constructor(counts: BasketCounts, gate: Gate) {
    this.#counts = counts;
    this.#gate = gate;
  }

  change(before: readonly Act[], after: readonly Act[]): void {
    for (const { items } of before) this.#counts.forget(items);
    for (const { items } of after) this.#counts.learn(items);
  }

  score(permit: Permitted<'personalise', readonly string[]>, accept: (item: string) => boolean, k: number): ScoredItem[] {
    const items = this.#gate.open(permit, 'personalise');
    if (!items.ok || items.value.length === 0) return [];
    const basket = items.value;
    // Some are not accepted, and those that would be are not known beforehand.
    const best = this.#counts.best(basket, k * limits.basketCandidatesTimes).filter(accept);
    return best.slice(0, k).map((item) => ({ item, score: this.#counts.score({ basket, item }) }));
  }

  explain(permit: Permitted<'personalise', readonly string[]>, items: readonly string[]): Map<string, Reason[]> {
    const asked = this.#gate.open(permit, 'personalise');
    if (!asked.ok || asked.value.length === 0) return new Map();
    return new Map(items.map((item) => [item, this.#reasons(asked.value, item)]));
  }

  dump(): Iterable<string> {
    return this.#counts.dump();
  }

  #reasons(basket: readonly string[], item: string): Reason[] {
    const parts = this.#counts.explain({ basket, item }).parts.filter(({ amount }) => amount > 0);
    parts.sort((a, b) => b.amount - a.amount || (a.name < b.name ? -1 : 1));
    const told = parts.slice(0, limits.reasonsPerItemMax);
    const rest = parts.slice(limits.reasonsPerItemMax).reduce((sum, { amount }) => sum + amount, 0);
    const reasons: Reason[] = told.map(({ name, amount }) => ({ kind: 'bought_with', item: name, contribution: amount }));
    return rest > 0 ? [...reasons, { kind: 'other', contribution: rest }] : reasons;
  }
}
