// Exact tests on integers: Fisher's on a table of two by two (R. A. Fisher 1934) and the upper tail of a sum of unequal coins, which is
// exact for few and a bound that holds (Chernoff 1952) for many. Non-goal: speed beyond tens of thousands.
import { assert } from './assert.js';
import { exp, log } from './exact-math.js';

/** ln k! for k = 0..n. */
export function logFactorials(n: number): Float64Array {
  const table = new Float64Array(n + 1);
  for (let k = 2; k <= n; k += 1) table[k] = (table[k - 1] ?? 0) + log(k);
  return table;
}

/**
 * Two-sided p of a table with `both` of `rows` and `columns` among `all`: twice the smaller tail, at most 1. `factorials` up to `all`.
 */
export function fisherTest(both: number, rows: number, columns: number, all: number, factorials: Float64Array): number {
  assert(factorials.length > all, 'the factorials reach as far as the table');
  const f = (k: number): number => factorials[k] ?? 0;
  const fixed = f(rows) + f(all - rows) + f(columns) + f(all - columns) - f(all);
  const chance = (x: number): number => exp(fixed - f(x) - f(rows - x) - f(columns - x) - f(all - rows - columns + x));
  const least = Math.max(0, rows + columns - all);
  const most = Math.min(rows, columns);
  let upper = 0;
  let lower = 0;
  // From the small terms to the large, so that nothing is lost.
  for (let x = most; x >= both; x -= 1) upper += chance(x);
  for (let x = least; x <= both; x += 1) lower += chance(x);
  return Math.min(1, 2 * Math.min(upper, lower));
}

/** Up to so many coins the tail is exact. */
const exactCoins = 160;
const halvings = 40;

/** P(at least `hits` of independent coins with these chances), or for many of them a bound that is never below it. */
export function coinsTail(chances: readonly number[], hits: number): number {
  if (hits <= 0) return 1;
  if (hits > chances.length) return 0;
  return chances.length <= exactCoins ? exactTail(chances, hits) : boundedTail(chances, hits);
}

/** Probabilities of 0..hits-1 by adding one coin after the other; the rest is the tail, kept apart so that small ones stay exact. */
function exactTail(chances: readonly number[], hits: number): number {
  const below = new Float64Array(hits);
  below[0] = 1;
  let tail = 0;
  for (const chance of chances) {
    tail += (below[hits - 1] ?? 0) * chance;
    for (let k = hits - 1; k >= 1; k -= 1) below[k] = (below[k] ?? 0) * (1 - chance) + (below[k - 1] ?? 0) * chance;
    below[0] = (below[0] ?? 0) * (1 - chance);
  }
  return Math.min(1, tail);
}

/** inf over t > 0 of E[exp(t X)] / exp(t hits). */
function boundedTail(chances: readonly number[], hits: number): number {
  const mean = chances.reduce((sum, chance) => sum + chance, 0);
  if (hits <= mean) return 1;
  let low = 1;
  let high = 1e9;
  // e^t at which the tilted mean is `hits`; any t gives a bound, so the last digits do not matter.
  for (let n = 0; n < halvings; n += 1) {
    const middle = Math.sqrt(low * high);
    let tilted = 0;
    for (const chance of chances) tilted += (chance * middle) / (1 - chance + chance * middle);
    if (tilted < hits) low = middle;
    else high = middle;
  }
  let logBound = -hits * log(low);
  for (const chance of chances) logBound += log(1 - chance + chance * low);
  return Math.min(1, exp(logBound));
}
