// What predicates and insights read of one person's stored traits, by calendar day. The one spot where their stored forms are known outside
// of the traits themselves.
// Invariant: an absent trait reads as nothing, never as an error: somebody of whom nothing is kept is in no band and did nothing.
import { dayOf } from '../../base/day.js';
import { bucketsByType, bucketsOf, newestBucket, type Buckets } from '../buckets.js';
import { stampedList, stampsDay, type Stamped, type Stamps } from '../stamps.js';
import type { Trait, TraitKind, TraitValues } from '../trait.js';
import { newestValueDay, valueCounts, type ValueDays } from '../value-days.js';

/** Since when (calendar day, exclusive) a person is looked at. */
export class TraitReader {
  readonly #values: Readonly<TraitValues>;

  constructor(values: Readonly<TraitValues>) {
    this.#values = values;
  }

  /** The amounts of these types after a day, each with its day; of a counter or a sum. */
  amounts(trait: string, types: readonly string[], afterDay: number): { readonly total: number; readonly oldestDay: number } {
    const value = this.#values[trait] as Buckets | undefined; // stored by a trait of that kind: definitions are checked
    let total = 0;
    let oldestDay = Infinity;
    for (const type of types) {
      const days = value === undefined ? [] : bucketsOf(value, type);
      for (let at = 0; at < days.length; at += 2) {
        const day = days[at] ?? 0;
        if (day <= afterDay) continue;
        total += days[at + 1] ?? 0;
        if (day < oldestDay) oldestDay = day;
      }
    }
    return { total, oldestDay };
  }

  /** The day of the newest event of these types; undefined: none. */
  newestDay(trait: string, types: readonly string[]): number | undefined {
    const value = this.#values[trait] as Buckets | undefined; // as above
    const days = value === undefined ? [] : types.flatMap((type) => bucketsOf(value, type)[0] ?? []);
    return days.length === 0 ? undefined : Math.max(...days);
  }

  /** How often a value occurred after a day. */
  times(trait: string, text: string, afterDay: number): { readonly total: number; readonly oldestDay: number } {
    const value = this.#values[trait] as ValueDays | undefined; // as above
    let total = 0;
    let oldestDay = Infinity;
    for (const [day, count] of value === undefined ? [] : valueCounts(value, text, afterDay)) {
      total += count;
      if (day < oldestDay) oldestDay = day;
    }
    return { total, oldestDay };
  }

  /** What a sequence or a last value holds from after a day, oldest first. */
  stamped(trait: string, afterDay: number): Stamped[] {
    const value = this.#values[trait] as Stamps | undefined; // as above
    return value === undefined ? [] : stampedList(value).filter(([at]) => dayOf(at) > afterDay);
  }

  /** The buckets in which an hours trait has something of a type, ascending. */
  buckets(trait: string, type: string): number[] {
    const value = this.#values[trait] as Buckets | undefined; // as above
    return value === undefined ? [] : bucketsOf(value, type).filter((_, at) => at % 2 === 0);
  }

  /** The types that a counter, sum, recency or hours trait has seen. */
  types(trait: string): string[] {
    const value = this.#values[trait] as Buckets | undefined; // as above
    return value === undefined ? [] : bucketsByType(value).map(([type]) => type);
  }

  /** The newest calendar day on which any of these traits has something; -Infinity: none has. */
  newestOf(traits: readonly Trait[]): number {
    let newest = -Infinity;
    for (const { name, kind } of traits) {
      const value = this.#values[name];
      if (value !== undefined) newest = Math.max(newest, newestIn(kind, value));
    }
    return newest;
  }
}

function newestIn(kind: TraitKind, value: unknown): number {
  switch (kind) {
    case 'counter':
    case 'sum':
    case 'recency':
      return newestBucket(value as Buckets);
    case 'hours':
      return Math.floor(newestBucket(value as Buckets) / 24);
    case 'window':
      return newestValueDay(value as ValueDays);
    case 'sequence':
    case 'last_value':
      return stampsDay(value as Stamps);
  }
}
