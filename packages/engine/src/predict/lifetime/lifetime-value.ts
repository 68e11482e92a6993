// What a person will spend in the days to come: expected purchases (BG/NBD) times expected value of one (gamma-gamma).
// Erasure class `rederived`: eight numbers for everybody. Score: expected spend in the currency of the histories. Explanation: what
// somebody who buys that often spends at everybody's mean value, and what this person's own values add to that.
import type { Explanation, Scorer } from '../learner.js';
import type { PurchaseHistory } from './purchase-history.js';
import { expectedPurchases, fitPurchaseRate, type PurchaseRate } from './purchase-rate.js';
import { commonValue, expectedValue, fitPurchaseValue, type PurchaseValue } from './purchase-value.js';

export class LifetimeValue implements Scorer<PurchaseHistory> {
  readonly #rate: PurchaseRate;
  readonly #value: PurchaseValue;
  readonly #days: number;

  private constructor(rate: PurchaseRate, value: PurchaseValue, days: number) {
    this.#rate = rate;
    this.#value = value;
    this.#days = days;
  }

  /** `days`: how far ahead. `histories` in a fixed order. */
  static train(histories: readonly PurchaseHistory[], days: number): LifetimeValue {
    const { rate, value } = LifetimeValue.fitNumbers(histories);
    return new LifetimeValue(rate, value, days);
  }

  /** Over numbers that were fitted and published before. */
  static of(rate: PurchaseRate, value: PurchaseValue, days: number): LifetimeValue {
    return new LifetimeValue(rate, value, days);
  }

  /** What a publication holds. `histories` in a fixed order. */
  static fitNumbers(histories: readonly PurchaseHistory[]): { readonly rate: PurchaseRate; readonly value: PurchaseValue } {
    return { rate: fitPurchaseRate(histories), value: fitPurchaseValue(histories) };
  }

  score(history: PurchaseHistory): number {
    return expectedPurchases(this.#rate, history, this.#days) * expectedValue(this.#value, history);
  }

  explain(history: PurchaseHistory): Explanation {
    const purchases = expectedPurchases(this.#rate, history, this.#days);
    const common = commonValue(this.#value);
    const own = expectedValue(this.#value, history);
    return {
      score: this.score(history),
      parts: [
        { name: 'purchases', amount: purchases * common },
        { name: 'own values', amount: purchases * (own - common) },
      ],
    };
  }

  *dump(): Iterable<string> {
    const { r, alpha, a, b } = this.#rate;
    const { p, q, v, mean } = this.#value;
    yield `rate\t${r} ${alpha} ${a} ${b}`;
    yield `value\t${p} ${q} ${v} ${mean ?? '-'}\tdays ${this.#days}`;
  }

  bytes(): number {
    return 256;
  }
}
