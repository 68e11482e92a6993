// Traits: named, typed values folded from one subject's events. Every kind here is a function of the *set* of events, ordered by
// (occurredAt, position), never of the order of arrival: so a late event lands where it belongs, without a replay.
// Per person, hence deleted or refolded, never subtracted.
import { dayMs, dayOf } from '../base/day.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Purpose } from '../model/purpose.js';
import { addToBucket, bucketsByType, keptBuckets, raiseBucket, uniteBuckets, type Buckets } from './buckets.js';
import { addStamped, stampedList, stampsSince, uniteStamps, type Stamps } from './stamps.js';
import { countValue, uniteValueDays, valueDaysSince, valueDaysView, type ValueDays } from './value-days.js';

/** The traits of one person as stored: plain JSON, by trait name. */
export interface TraitValues {
  [name: string]: unknown;
}

export type TraitKind = 'counter' | 'recency' | 'window' | 'sequence' | 'last_value' | 'sum' | 'hours';

export interface Trait {
  readonly name: string;
  readonly kind: TraitKind;
  readonly purpose: Purpose;
  readonly fold: (values: TraitValues, event: BehaviourEvent, position: number) => void;
  /** Drops what lies before a calendar day (a logged retention cut). */
  readonly cut: (values: TraitValues, day: number) => void;
  /** The value of several ids of one person: what folding all their events under one id would give. undefined: there is none. */
  readonly union: (people: readonly Readonly<TraitValues>[]) => unknown;
  /** The value as it is told and compared: the same for the same set of events. undefined: there is none. */
  readonly view: (values: Readonly<TraitValues>) => unknown;
}

/** What an event at its position tells a trait; undefined: nothing. */
export type TextOf = (event: BehaviourEvent, position: number) => string | undefined;

interface TraitShape<V> {
  readonly name: string;
  readonly kind: TraitKind;
  readonly purpose: Purpose;
  /** Takes one event; `value` may be changed in place. undefined: there is still nothing. */
  readonly fold: (value: V | undefined, event: BehaviourEvent, position: number) => V | undefined;
  /** undefined: nothing is left. */
  readonly cut: (value: V, day: number) => V | undefined;
  /** Takes another id's value in; `value` may be changed in place. */
  readonly unite: (value: V, other: Readonly<V>) => V;
  readonly view: (value: Readonly<V>) => unknown;
}

/**
 * Binds a trait to its place among a person's values: the one spot where its type is taken on trust, since only this trait writes there.
 */
export function defineTrait<V>(shape: TraitShape<V>): Trait {
  const { name, kind, purpose, fold, cut, unite, view } = shape;
  return {
    name,
    kind,
    purpose,
    fold: (values, event, position) => {
      const before = values[name];
      const after = fold(before as V | undefined, event, position);
      if (after !== before) values[name] = after;
    },
    cut: (values, day) => {
      if (values[name] === undefined) return;
      const after = cut(values[name] as V, day);
      if (after === undefined) delete values[name];
      else values[name] = after;
    },
    union: (people) => {
      const [first, ...others] = people.flatMap((values) => (values[name] === undefined ? [] : [values[name] as V]));
      if (first === undefined || others.length === 0) return first;
      return others.reduce<V>((value, other) => unite(value, other), structuredClone(first));
    },
    view: (values) => (values[name] === undefined ? undefined : view(values[name] as V)),
  };
}

/** Events per type and calendar day (UTC): integers; decay is applied at read. */
export function counter(name: string, purpose: Purpose): Trait {
  return defineTrait<Buckets>({
    name,
    kind: 'counter',
    purpose,
    fold: (value = [], event) => {
      addToBucket(value, event.type, dayOf(event.occurredAt), 1);
      return value;
    },
    cut: (value, day) => keptBuckets(value, (bucket) => bucket >= day),
    unite: uniteBuckets,
    view: (value) => Object.fromEntries(bucketsByType(value).map(([type, days]) => [type, countByDay(days)])),
  });
}

function countByDay(days: readonly number[]): object {
  return Object.fromEntries(days.flatMap((day, at) => (at % 2 === 0 ? [[day, days[at + 1]]] : [])));
}

/** The newest occurredAt per type: told in ms, held as the day and the ms since. */
export function recency(name: string, purpose: Purpose): Trait {
  return defineTrait<Buckets>({
    name,
    kind: 'recency',
    purpose,
    fold: (value = [], event) => {
      const day = dayOf(event.occurredAt);
      raiseBucket(value, event.type, day, event.occurredAt - day * dayMs);
      return value;
    },
    cut: (value, day) => keptBuckets(value, (bucket) => bucket >= day),
    unite: (value, other) => {
      for (const [type, [day = 0, ms = 0]] of bucketsByType(other)) raiseBucket(value, type, day, ms);
      return value;
    },
    view: (value) => Object.fromEntries(bucketsByType(value).map(([type, [day = 0, ms = 0]]) => [type, day * dayMs + ms])),
  });
}

/** The newest `max` values that `pick` finds, oldest first. */
export function sequence(name: string, purpose: Purpose, max: number, pick: TextOf): Trait {
  return defineTrait<Stamps>({
    name,
    kind: 'sequence',
    purpose,
    fold: (value, event, position) => {
      const picked = pick(event, position);
      return picked === undefined ? value : addStamped(value, event.occurredAt, position, picked, max);
    },
    cut: stampsSince,
    unite: (value, other) => uniteStamps(value, other, max),
    view: stampedList,
  });
}

/**
 * How often each picked value occurred per calendar day within the newest `days` days of the trait's own events.
 */
export function window(name: string, purpose: Purpose, days: number, pick: TextOf): Trait {
  return defineTrait<ValueDays>({
    name,
    kind: 'window',
    purpose,
    fold: (value, event, position) => {
      const picked = pick(event, position);
      return picked === undefined ? value : countValue(value, dayOf(event.occurredAt), picked, days);
    },
    cut: valueDaysSince,
    unite: (value, other) => uniteValueDays(value, other, days),
    view: valueDaysView,
  });
}

/** The last value of a property by event time, whatever the order of arrival. */
export function lastValue(name: string, purpose: Purpose, property: string): Trait {
  return defineTrait<Stamps>({
    name,
    kind: 'last_value',
    purpose,
    fold: (value, event, position) => {
      const given = event.properties[property];
      if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') return value;
      return addStamped(value, event.occurredAt, position, given, 1);
    },
    cut: stampsSince,
    unite: (value, other) => uniteStamps(value, other, 1),
    view: stampedList,
  });
}
