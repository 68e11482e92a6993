// How many more purchases? BG/NBD: people buy at rates of their own and one day stop for good. Erasure class `rederived`: four numbers for
// everybody, fitted by maximum likelihood; about a person only their own history is read.
// Sources: Fader, Hardie, Lee, "Counting your customers the easy way", Marketing Science 24, 2005, equations 6 and 10; Euler's
// transformation of the series in 10: Abramowitz and Stegun, 15.3.3. Against the integral over the chance to stop: 1e-7 relative (tested).
import { exp, log } from '../../base/exact-math.js';
import { logGamma } from '../../base/log-gamma.js';
import { minimise } from '../../base/nelder-mead.js';
import type { PurchaseHistory } from './purchase-history.js';

/** Rates are gamma(r, alpha) per day; the chance to stop after a purchase is beta(a, b). */
export interface PurchaseRate {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

const seriesTermsMax = 50_000;

export function fitPurchaseRate(histories: readonly PurchaseHistory[]): PurchaseRate {
  const rateAt = (at: readonly number[]): PurchaseRate => ({
    r: exp(at[0] ?? 0),
    alpha: exp(at[1] ?? 0),
    a: exp(at[2] ?? 0),
    b: exp(at[3] ?? 0),
  });
  const loss = (at: readonly number[]): number => {
    if (at.some((x) => x > 12 || x < -12)) return Infinity;
    const rate = rateAt(at);
    let sum = 0;
    for (const history of histories) sum -= logLikelihood(rate, history);
    return sum / histories.length;
  };
  return rateAt(minimise(loss, [0, 3, 0, 1], { step: 0.5, tolerance: 1e-7, evaluationsMax: 500 }).at);
}

export function logLikelihood({ r, alpha, a, b }: PurchaseRate, { repeats: x, lastAfterDays, ageDays }: PurchaseHistory): number {
  const head = logGamma(r + x) - logGamma(r) + r * log(alpha) + logGamma(a + b) + logGamma(b + x) - logGamma(b) - logGamma(a + b + x);
  const alive = -(r + x) * log(alpha + ageDays);
  if (x === 0) return head + alive;
  const gone = log(a / (b + x - 1)) - (r + x) * log(alpha + lastAfterDays);
  const larger = Math.max(alive, gone);
  return head + larger + log(exp(alive - larger) + exp(gone - larger));
}

/** Purchases expected in the next `days`. */
export function expectedPurchases({ r, alpha, a, b }: PurchaseRate, history: PurchaseHistory, days: number): number {
  const { repeats: x, lastAfterDays, ageDays } = history;
  const c = a + b + x - 1;
  const z = days / (alpha + ageDays + days);
  const logRest = log((alpha + ageDays) / (alpha + ageDays + days)); // ln(1 - z)
  const y = (a - 1) * logRest;
  // Of two forms of one expectation the one whose terms fall faster as z comes near 1. Euler's has the poles of the formula, at a = 1 and
  // at c = 0, divided out.
  const bought =
    a - 1 > r + x
      ? (c - exp((r + x) * logRest) * (c + (b + x) * series(r + x, b + x, c, z))) / (a - 1)
      : -c * logRest * growth(y) - exp(y) * series(c - r - x, a - 1, c, z);
  if (x === 0) return Math.max(0, bought);
  const stopped = (a / (b + x - 1)) * exp((r + x) * log((alpha + ageDays) / (alpha + lastAfterDays)));
  return Math.max(0, bought / (1 + stopped));
}

/** (e^y - 1) / y */
function growth(y: number): number {
  return Math.abs(y) < 1e-5 ? 1 + y / 2 + (y * y) / 6 : (exp(y) - 1) / y;
}

/** (2F1(a, b; c; z) - 1) c / b by Gauss's series, for 0 <= z < 1 and c > -1: finite where b or c is 0. */
function series(a: number, b: number, c: number, z: number): number {
  let term = a * z;
  let sum = term;
  for (let n = 1; n < seriesTermsMax; n++) {
    term *= ((a + n) * (b + n) * z) / ((c + n) * (n + 1));
    sum += term;
    if (Math.abs(term) <= 1e-15 * Math.abs(sum)) break;
  }
  return sum;
}
