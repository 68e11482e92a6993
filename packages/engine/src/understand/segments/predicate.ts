// Predicates: the conditions of segments, evaluated over one person's traits on a calendar day. Besides the answer there is the first day
// on which it may become another one although nothing new is learned, so that nobody has to look at everybody when the day turns.
// Invariant: the answer is a function of the traits, the day and the published cut points: nothing is remembered between two evaluations.
import { dayOf } from '../../base/day.js';
import type { Bounds, CutPointSpec, MeasureSpec, Predicate, PublishedCuts } from '../../model/definitions.js';
import type { TraitReader } from './trait-reader.js';

/** Cut points in force, by name. */
export type CutsInForce = { readonly [name: string]: PublishedCuts };

export interface Moment {
  readonly day: number;
  readonly cuts: CutsInForce;
}

export interface Verdict {
  readonly holds: boolean;
  /** Calendar day; Infinity: never. */
  readonly due: number;
}

const never = Infinity;

export function evaluate(when: Predicate, traits: TraitReader, moment: Moment, specs: ReadonlyMap<string, CutPointSpec>): Verdict {
  if ('all' in when || 'any' in when) {
    // The first part that decides is enough: until its own answer may change, the whole cannot.
    const decisive = 'any' in when;
    let due = never;
    for (const part of decisive ? when.any : when.all) {
      const verdict = evaluate(part, traits, moment, specs);
      if (verdict.holds === decisive) return verdict;
      due = Math.min(due, verdict.due);
    }
    return { holds: !decisive, due };
  }
  if ('not' in when) {
    const { holds, due } = evaluate(when.not, traits, moment, specs);
    return { holds: !holds, due };
  }
  if ('band' in when) {
    const spec = specs.get(when.band);
    const measure = spec?.measures.find(({ name }) => name === when.measure);
    if (spec === undefined || measure === undefined) return { holds: false, due: never };
    const { band, due } = bandOf(measure, spec.days, moment.cuts[when.band]?.cuts[when.measure], traits, moment.day);
    return { holds: within(band, when), due };
  }
  return leaf(when, traits, moment.day);
}

type Leaf = Extract<Predicate, { readonly days: number }>;

function leaf(when: Leaf, traits: TraitReader, today: number): Verdict {
  const afterDay = today - when.days;
  if ('count' in when) {
    const { total, oldestDay } = traits.amounts(when.count, when.of, afterDay);
    return { holds: within(total, when), due: oldestDay + when.days };
  }
  if ('times' in when) {
    const { total, oldestDay } = traits.times(when.times, when.value, afterDay);
    return { holds: within(total, when), due: oldestDay + when.days };
  }
  if ('seen' in when) {
    const newest = traits.newestDay(when.seen, when.of);
    const holds = newest !== undefined && newest > afterDay;
    return { holds, due: holds ? newest + when.days : never };
  }
  if ('last' in when) {
    const [given] = traits.stamped(when.last, afterDay);
    if (given === undefined) return { holds: false, due: never };
    const [at, , value] = given;
    const holds = when.oneOf === undefined ? typeof value === 'number' && within(value, when) : when.oneOf.includes(value);
    return { holds, due: dayOf(at) + when.days };
  }
  const stamped = traits.stamped(when.sequence, afterDay);
  let found = 0;
  for (const [, , value] of stamped) if (value === when.contains[found]) found += 1;
  const [oldest] = stamped;
  return { holds: found === when.contains.length, due: oldest === undefined ? never : dayOf(oldest[0]) + when.days };
}

/** The band of a measure, 0 when there is none, or nothing is published. */
export function bandOf(
  measure: MeasureSpec,
  days: number,
  cuts: readonly number[] | undefined,
  traits: TraitReader,
  today: number,
): { readonly band: number; readonly due: number } {
  if (measure.as === 'recency') {
    const newest = traits.newestDay(measure.trait, measure.of);
    if (newest === undefined || newest <= today - days) return { band: 0, due: never };
    const since = Math.max(0, today - newest);
    const next = cuts?.find((cut) => cut >= since) ?? days;
    const band = cuts === undefined ? 0 : 1 + cuts.filter((cut) => cut >= since).length;
    return { band, due: newest + Math.min(next + 1, days) };
  }
  const { total, oldestDay } = traits.amounts(measure.trait, measure.of, today - days);
  if (oldestDay === never) return { band: 0, due: never };
  const band = cuts === undefined ? 0 : 1 + cuts.filter((cut) => total > cut).length;
  return { band, due: oldestDay + days };
}

function within(value: number, { atLeast, atMost }: Bounds): boolean {
  if (atLeast === undefined && atMost === undefined) return value >= 1;
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
}
