// How much is a purchase of this person worth? Gamma-gamma: a mean of their own, shrunk to everybody's by how little is known of them.
// Erasure class `rederived`: three numbers for everybody by maximum likelihood, and the mean that was seen.
// Source: Fader and Hardie, "The gamma-gamma model of monetary value", note 25, 2013, equations 1a and 5.
//
// Where values differ widely the fit comes to q <= 2: the people's means then have no variance, for q <= 1 no mean either, and
// p v / (q - 1) hangs on a tail that nobody showed. So there the mean that was seen stands in for it. (Lognormal means of deviation 1: 58
// by the fit, 35 seen and true; of deviation 2: 3e9, 152 seen.)
import { exp, log } from '../../base/exact-math.js';
import { logGamma } from '../../base/log-gamma.js';
import { minimise } from '../../base/nelder-mead.js';
import type { PurchaseHistory } from './purchase-history.js';

export interface PurchaseValue {
  readonly p: number;
  readonly q: number;
  readonly v: number;
  /** Of the mean repeat values that were fitted, each person once. What was published before this number was lacks it. */
  readonly mean?: number;
}

/** Up to here the mean over everybody is taken from what was seen. */
const heavyUntil = 2;
/** Purchases that the common mean counts for at least, so that it holds for those without any of their own. */
const commonWeightMin = 0.1;

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
  const fitted = valueAt(minimise(loss, [1, 1, 5], { step: 0.5, tolerance: 1e-7, evaluationsMax: 400 }).at);
  if (told.length === 0) return fitted;
  return { ...fitted, mean: told.reduce((sum, { repeatValue }) => sum + repeatValue, 0) / told.length };
}

/** Expected value of a purchase of somebody of whom nothing is known. */
export function commonValue({ p, q, v, mean }: PurchaseValue): number {
  if (q > heavyUntil) return (p * v) / (q - 1);
  // The likeliest mean exists for every q.
  return mean ?? (p * v) / (q + 1);
}

/** Expected value of a purchase, in the currency of the histories: equation 5, the common mean against the person's own. */
export function expectedValue(value: PurchaseValue, { repeats: x, repeatValue }: PurchaseHistory): number {
  const { p, q } = value;
  const weight = Math.max(commonWeightMin, q - 1);
  return (weight * commonValue(value) + p * x * repeatValue) / (weight + p * x);
}
