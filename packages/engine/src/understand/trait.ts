// Traits: named, typed values folded from one subject's events. Every kind here is a function of the *set* of events, ordered by
// (occurredAt, position), never of the order of arrival: so a late event lands where it belongs, without a replay.
// Per person, hence deleted or refolded, never subtracted.
import { dayOf } from '../base/day.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Purpose } from '../model/purpose.js';
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

/** By event type: calendar day (UTC) and count, in turns. */
interface Counter {
  [type: string]: number[];
}

/** Events per type and calendar day (UTC): integers; decay is applied at read. */
export function counter(name: string, purpose: Purpose): Trait {
  return defineTrait<Counter>({
    name,
    kind: 'counter',
    purpose,
    fold: (value = {}, event) => {
      const days = (value[event.type] ??= []);
      addToDay(days, dayOf(event.occurredAt), 1);
      return value;
    },
    cut: (value, day) => {
      const kept = Object.entries(value).map(([type, days]) => [type, days.filter((_, at) => (days[at - (at % 2)] ?? 0) >= day)] as const);
      return someOf(kept.filter(([, days]) => days.length > 0));
    },
    unite: (value, other) => {
      for (const [type, days] of Object.entries(other)) {
        const own = (value[type] ??= []);
        for (let at = 0; at < days.length; at += 2) addToDay(own, days[at] ?? 0, days[at + 1] ?? 0);
      }
      return value;
    },
    view: (value) => Object.fromEntries(Object.entries(value).map(([type, days]) => [type, countByDay(days)])),
  });
}

/** In `days`, days and counts in turns. */
function addToDay(days: number[], day: number, count: number): void {
  let at = days.length - 2;
  while (at >= 0 && days[at] !== day) at -= 2;
  if (at < 0) days.push(day, count);
  else days[at + 1] = (days[at + 1] ?? 0) + count;
}

function countByDay(days: readonly number[]): object {
  return Object.fromEntries(days.flatMap((day, at) => (at % 2 === 0 ? [[day, days[at + 1]]] : [])));
}

interface Recency {
  [type: string]: number;
}

/** The newest occurredAt per type, ms. */
export function recency(name: string, purpose: Purpose): Trait {
  return defineTrait<Recency>({
    name,
    kind: 'recency',
    purpose,
    fold: (value = {}, event) => {
      value[event.type] = Math.max(value[event.type] ?? 0, event.occurredAt);
      return value;
    },
    cut: (value, day) => someOf(Object.entries(value).filter(([, at]) => dayOf(at) >= day)),
    unite: (value, other) => {
      for (const [type, at] of Object.entries(other)) value[type] = Math.max(value[type] ?? 0, at);
      return value;
    },
    view: (value) => value,
  });
}

function someOf<T>(entries: readonly (readonly [string, T])[]): { [key: string]: T } | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The newest `max` values that `pick` finds, oldest first. */
export function sequence(name: string, purpose: Purpose, max: number, pick: (event: BehaviourEvent) => string | undefined): Trait {
  return defineTrait<Stamps<string>>({
    name,
    kind: 'sequence',
    purpose,
    fold: (value, event, position) => {
      const picked = pick(event);
      return picked === undefined ? value : addStamped(value, [event.occurredAt, position, picked], max);
    },
    cut: stampsSince,
    unite: (value, other) => uniteStamps(value, other, max),
    view: stampedList,
  });
}

/**
 * How often each picked value occurred per calendar day within the newest `days` days of the trait's own events.
 */
export function window(name: string, purpose: Purpose, days: number, pick: (event: BehaviourEvent) => string | undefined): Trait {
  return defineTrait<ValueDays>({
    name,
    kind: 'window',
    purpose,
    fold: (value, event) => {
      const picked = pick(event);
      return picked === undefined ? value : countValue(value, dayOf(event.occurredAt), picked, days);
    },
    cut: valueDaysSince,
    unite: (value, other) => uniteValueDays(value, other, days),
    view: valueDaysView,
  });
}

/** The last value of a property by event time, whatever the order of arrival. */
export function lastValue(name: string, purpose: Purpose, property: string): Trait {
  return defineTrait<Stamps<string | number | boolean>>({
    name,
    kind: 'last_value',
    purpose,
    fold: (value, event, position) => {
      const given = event.properties[property];
      if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') return value;
      return addStamped(value, [event.occurredAt, position, given], 1);
    },
    cut: stampsSince,
    unite: (value, other) => uniteStamps(value, other, 1),
    view: stampedList,
  });
}
