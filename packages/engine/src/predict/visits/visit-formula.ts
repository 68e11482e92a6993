// The scoring formula: its fixed bounds, and the tables that one value of its settings gives.
//
// Query: the last QUERY_ITEMS items of a visit; w(a) = fadeQuery^a for an item whose newest mention is a steps before the end;
// rarity(i) = log(1 + visits / visits with i).
//
// Neighbours: among the newest POSTING_VISITS visits of each query item, overlap = sum of w(i) rarity(i)^(rarityQuarters/4) over the query
// items i a visit holds; strength = overlap^(strengthQuarters/4) / length^(lengthQuarters/4) * recency. The NEIGHBOURS strongest spread
// their strength over their items: the item at place p gets the share k(p) / W, where W = sum of w over the places that hold query items,
// and k(p) = sum over those places r of w * (fadePlace^(p-r-1) after r, atPlace at r, before * fadePlace^(r-p-1) before r). A widespread
// item gives up a little (`common` per doubling). Normalised to sum 1.
//
// Transitions: what came right after the last item, counts divided by (count of all + 1), weight `transitions`.
//
// Onward: with fewer than onwardBelow matched visits the ONWARD_ITEMS best items so far each stand for one more query, read in visits not
// yet matched, normalised to sum 1, weight onward * onwardHalf / (matched visits + onwardHalf). It fills the list where an item is new or
// rare.
//
// The item before the last is worth `back` times its score (people go back one step), the other items of the visit but the last `seen`
// times.
//
// Scores are rounded to billionths, and items are ordered by what is left: so the parts of a score can add up to it exactly, and a record
// holds nine digits of each instead of seventeen.
//
// Sources: VSTAN (Ludewig, Mauro, Latifi, Jannach, UMUAI 31, 2021) after STAN (Garg et al., SIGIR 2019) for overlap, recency and place;
// measured alternatives in docs/decisions.md.
import { exp, log } from '../../base/exact-math.js';
import { limits } from '../../base/limits.js';
import type { VisitSettings } from './visit-settings.js';

export const QUERY_ITEMS = 8;
export const POSTING_VISITS = 200;
export const NEIGHBOURS = 200;
export const ONWARD_ITEMS = 5;
export const ONWARD_VISITS = 20;
/** A score is a whole number of billionths, and so is each part of it. */
export const SCORE_UNITS = 1e9;

const RECENCY_DAYS_MAX = 1_440;

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

/** x to so many quarters, for x >= 0, by multiplication and square roots. */
export const quarterPower = (x: number, quarters: number): number => {
  let power = 1;
  for (let whole = quarters >> 2; whole > 0; whole--) power *= x;
  if ((quarters & 2) !== 0) power *= Math.sqrt(x);
  if ((quarters & 1) !== 0) power *= Math.sqrt(Math.sqrt(x));
  return power;
};

/** How rare an item is among all visits. */
export const rarity = (visits: number, visitsWithItem: number): number => log(1 + visits / visitsWithItem);

export class VisitFormula {
  readonly settings: VisitSettings;
  readonly queryWeights: Float64Array;
  readonly #recencyByAge: Float64Array;
  readonly #commonByBits: Float64Array;
  readonly #afterByDistance: Float64Array;
  readonly #beforeByDistance: Float64Array;
  readonly #lengthDivisor: Float64Array;

  constructor(settings: VisitSettings) {
    this.settings = settings;
    this.queryWeights = powers(settings.fadeQuery, QUERY_ITEMS);
    this.#recencyByAge = powers(exp(-1 / settings.recencyDays), RECENCY_DAYS_MAX + 1);
    this.#commonByBits = powers(settings.common, 33);
    this.#afterByDistance = powers(settings.fadePlace, limits.visitItemsMax);
    this.#beforeByDistance = powersFrom(settings.before, settings.fadePlace, limits.visitItemsMax);
    this.#lengthDivisor = Float64Array.from({ length: limits.visitItemsMax + 1 }, (_, length) =>
      quarterPower(length, settings.lengthQuarters),
    );
  }

  /** Weight of a visit by its age in days; a visit from the future counts as of today, one beyond the table as its oldest age. */
  recency(ageDays: number): number {
    return this.#recencyByAge[Math.min(RECENCY_DAYS_MAX, Math.max(0, ageDays))] ?? 0;
  }

  /** What one query item of such rarity adds to the overlap of a visit. */
  signal(weight: number, rare: number): number {
    return weight * quarterPower(rare, this.settings.rarityQuarters);
  }

  strength(overlap: number, visitItems: number): number {
    return quarterPower(overlap, this.settings.strengthQuarters) / (this.#lengthDivisor[visitItems] ?? 1);
  }

  /** What an item keeps that stands in so many visits. */
  uncommon(visitsWithItem: number): number {
    return this.#commonByBits[32 - Math.clz32(visitsWithItem)] ?? 0;
  }

  /** Weight of the onward component for so many matched visits; 0 = do not look. */
  onwardWeight(matchedVisits: number): number {
    const { onward, onwardBelow, onwardHalf } = this.settings;
    return matchedVisits < onwardBelow ? (onward * onwardHalf) / (matchedVisits + onwardHalf) : 0;
  }

  /** Weight that a centre at place `from` gives to place `to` of the same visit. */
  kernel(from: number, to: number): number {
    if (from === to) return this.settings.atPlace;
    return (from < to ? this.#afterByDistance[to - from - 1] : this.#beforeByDistance[from - to - 1]) ?? 0;
  }
}
