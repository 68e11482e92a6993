// How much is a purchase of this person worth? Gamma-gamma: a mean of their own, shrunk to everybody's by how little is known of them.
// Erasure class `rederived`: three numbers for everybody, by maximum likelihood.
// Source: Fader and Hardie, "The gamma-gamma model of monetary value", note 25, 2013, equations 1a and 5.
import { exp, log } from '../../base/exact-math.js';
import { logGamma } from '../../base/log-gamma.js';
import { minimise } from '../../base/nelder-mead.js';
import type { PurchaseHistory } from './purchase-history.js';

export interface PurchaseValue {
  readonly p: number;
  readonly q: number;
  readonly v: number;
}

/** From people with a repeat purchase of positive value; the others say nothing about it. */
export function fitPurchaseValue(histories: readonly PurchaseHistory[]): PurchaseValue {
  const told = histories.filter(({ repeats, repeatValue }) => repeats > 0 && repeatValue > 0);
  const valueAt = (at: readonly number[]): PurchaseValue => ({ p: exp(at[0] ?? 0), q: exp(at[1] ?? 0), v: exp(at[2] ?? 0) });
  const loss = (at: readonly number[]): number => {
    if (at.some((x) => x > 12 || x < -12)) return Infinity;
    const { p, q, v } = valueAt(at);
    let sum = 0;
    for (const { repeats: x, repeatValue: mean } of told) {
      sum -= logGamma(p * x + q) - logGamma(p * x) - logGamma(q) + q * log(v);
      sum -= (p * x - 1) * log(mean) + p * x * log(x) - (p * x + q) * log(x * mean + v);
    }
    return sum / Math.max(1, told.length);
  };
  return valueAt(minimise(loss, [1, 1, 5], { step: 0.5, tolerance: 1e-7, evaluationsMax: 400 }).at);
}

/** Expected value of a purchase, in the currency of the histories. */
export function expectedValue({ p, q, v }: PurchaseValue, { repeats: x, repeatValue }: PurchaseHistory): number {
  // Below q = 1 the mean over everybody does not exist: the person's own then counts alone, and v stands in for those without one.
  const weight = Math.max(1e-9, p * x + q - 1);
  return (p * (v + x * repeatValue)) / weight;
}
