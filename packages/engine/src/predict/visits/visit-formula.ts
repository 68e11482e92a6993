// The scoring formula and its constants, in one place. Tuned on the last 16,000 training visits of Diginetica, never on its test visits.
//
// Query: the last QUERY_ITEMS items of a visit; w(a) = FADE_QUERY^a for an item whose newest mention is a steps before the end;
// rarity(i) = log(1 + visits / visits with i).
//
// Neighbours: among the newest POSTING_VISITS visits of each query item, overlap = sum of w(i) rarity(i)^3 over the query items i a visit
// holds; strength = overlap^2 / sqrt(items in the visit) * recency. The NEIGHBOURS strongest spread their strength over their items: the
// item at place p gets the share k(p) / W, where W = sum of w over the places that hold query items, and k(p) = sum over those places r of
// w * (FADE_PLACE^(p-r-1) after r, AT_PLACE at r, BEFORE * FADE_PLACE^(r-p-1) before r). A widespread item gives up a little (COMMON per
// doubling). Normalised to sum 1.
//
// Transitions: what came right after the last item, counts divided by (count of all + 1), weight TRANSITIONS.
//
// Onward: with fewer than ONWARD_BELOW matched visits the ONWARD_ITEMS best items so far each stand for one more query, read in visits not
// yet matched, normalised to sum 1, weight ONWARD * ONWARD_HALF / (matched visits + ONWARD_HALF). It fills the list where an item is new or
// rare.
//
// The item before the last is worth RETURN times its score: people go back one step.
//
// Sources: VSTAN (Ludewig, Mauro, Latifi, Jannach, UMUAI 31, 2021) after STAN (Garg et al., SIGIR 2019) for overlap, recency and place;
// measured alternatives in docs/decisions.md.
import { exp, log } from '../../base/exact-math.js';
import { limits } from '../../base/limits.js';

export const QUERY_ITEMS = 8;
export const POSTING_VISITS = 300;
export const NEIGHBOURS = 300;
export const FADE_QUERY = 0.82;
export const FADE_PLACE = 0.9;
export const AT_PLACE = 1.6;
export const BEFORE = 0.7;
export const TRANSITIONS = 0.08;
export const ONWARD = 0.04;
export const ONWARD_HALF = 100;
export const ONWARD_BELOW = 200;
export const ONWARD_ITEMS = 5;
export const ONWARD_VISITS = 20;
export const RETURN = 1.5;

const COMMON = 0.955;
const RECENCY_DAYS = 120;
const RECENCY_DAYS_MAX = 12 * RECENCY_DAYS;

/** first, first * base, first * base^2, ... by repeated multiplication: the same bits everywhere. */
const powersFrom = (first: number, base: number, count: number): Float64Array => {
  const table = new Float64Array(count);
  let power = first;
  for (let n = 0; n < count; n++) {
    table[n] = power;
    power *= base;
  }
  return table;
};

const powers = (base: number, count: number): Float64Array => powersFrom(1, base, count);

const recencyByAge = powers(exp(-1 / RECENCY_DAYS), RECENCY_DAYS_MAX + 1);
const commonByBits = powers(COMMON, 33);
export const queryWeights = powers(FADE_QUERY, QUERY_ITEMS);

/** Weight of a visit by its age in days; a visit from the future counts as of today, one beyond the table as its oldest age. */
export const recency = (ageDays: number): number => recencyByAge[Math.min(RECENCY_DAYS_MAX, Math.max(0, ageDays))] ?? 0;

/** How rare an item is among all visits. */
export const rarity = (visits: number, visitsWithItem: number): number => log(1 + visits / visitsWithItem);

/** What an item keeps that stands in so many visits. */
export const uncommon = (visitsWithItem: number): number => commonByBits[32 - Math.clz32(visitsWithItem)] ?? 0;

/** Weight of the onward component for so many matched visits; 0 = do not look. */
export const onwardWeight = (matchedVisits: number): number =>
  matchedVisits < ONWARD_BELOW ? (ONWARD * ONWARD_HALF) / (matchedVisits + ONWARD_HALF) : 0;

const afterByDistance = powers(FADE_PLACE, limits.visitItemsMax);
const beforeByDistance = powersFrom(BEFORE, FADE_PLACE, limits.visitItemsMax);

/** Weight that a centre at place `from` gives to place `to` of the same visit. */
export const kernel = (from: number, to: number): number => {
  if (from === to) return AT_PLACE;
  return (from < to ? afterByDistance[to - from - 1] : beforeByDistance[from - to - 1]) ?? 0;
};
