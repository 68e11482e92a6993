// Confidence sequences: intervals that hold at all times at once, so that anybody may look at any time and stop when they like.
// The normal mixture, from count, sum and sum of squares alone: sums can be taken back exactly when a person is erased, whereas betting and
// empirical-Bernstein sequences weigh each outcome by those before it and cannot.
// Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic confidence sequences (2021),
// eq. 9 and its tuning. It is asymptotic: nothing is said before `startTrials` in each arm.
import { exp, log } from '../../base/exact-math.js';

/** Sums over the outcomes of one arm. All integers when outcomes are. */
export interface Sums {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

export const noSums: Sums = { n: 0, sum: 0, squares: 0 };

/** An interval speaks from so many outcomes in each arm on. */
export const startTrials = 100;
/** Trials at which the interval is tightest; it holds at all of them. */
const tightestAt = 5_000;

/** At this level it is tightest there. One for all levels: then an interval and a p-value say the same. */
const tunedFor = 0.05;
const wide = -2 * log(tunedFor);
const square = (wide + log(wide + 1)) / tightestAt;

/**
 * Half width of the sequence for a mean of n outcomes with standard deviation `deviation`, at level alpha (two-sided).
 * Holds for all n at once, with probability 1 - alpha.
 */
export function halfWidth(n: number, deviation: number, alpha: number): number {
  const scaled = n * square + 1;
  return deviation * Math.sqrt(((2 * scaled) / (n * n * square)) * log(Math.sqrt(scaled) / alpha));
}

export interface Effect {
  /** Mean of the treated minus mean of the others. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** The difference of two means with its sequence; undefined while too little is known. */
export function effectOf(treated: Sums, control: Sums, alpha: number): Effect | undefined {
  if (treated.n < startTrials || control.n < startTrials) return undefined;
  const { difference, deviation, n } = differenceOf(treated, control);
  const half = halfWidth(n, deviation, alpha);
  return { difference, low: difference - half, high: difference + half, n };
}

/** The least level at which the interval leaves out zero: a p-value that holds at all times. 1 while too little is known. */
export function alwaysValidP(treated: Sums, control: Sums): number {
  if (treated.n < startTrials || control.n < startTrials) return 1;
  const { difference, deviation, n } = differenceOf(treated, control);
  const scaled = n * square + 1;
  const distance = (difference * n) / deviation;
  return Math.min(1, Math.sqrt(scaled) * exp(-(distance * distance * square) / (2 * scaled)));
}

/** `deviation`: of one outcome among n, as if the difference were the mean of n of them. */
function differenceOf(treated: Sums, control: Sums): { readonly difference: number; readonly deviation: number; readonly n: number } {
  const n = treated.n + control.n;
  const difference = treated.sum / treated.n - control.sum / control.n;
  // Also as if both arms were one: a small arm in which nothing happened yet would else be taken for certain.
  const pooled = varianceOf({ n, sum: treated.sum + control.sum, squares: treated.squares + control.squares });
  const own = varianceOf(treated) / treated.n + varianceOf(control) / control.n;
  // Of one outcome in n, weighed by its arm's share: its variance over n is that of the difference.
  return { difference, deviation: Math.sqrt(n * Math.max(own, pooled / treated.n + pooled / control.n)), n };
}

/**
 * Of a single outcome; with one imagined outcome half a unit away from the mean, so that an arm without variation is not taken for
 * certain.
 */
export function varianceOf({ n, sum, squares }: Sums): number {
  return Math.max(0, squares - (sum * sum) / n + 0.25) / n;
}
