// Traits: named, typed values folded from one subject's events. Every kind here is a function of the *set* of events, ordered by
// (occurredAt, position), never of the order of arrival: so a late event lands where it belongs, without a replay.
// Per person, hence deleted or refolded, never subtracted.
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Purpose } from '../model/purpose.js';

/** The traits of one person as stored: plain JSON, by trait name. */
export interface TraitValues {
  [name: string]: unknown;
}

export type TraitKind = 'counter' | 'recency' | 'window' | 'sequence' | 'last_value';

export interface Trait {
  readonly name: string;
  readonly kind: TraitKind;
  readonly purpose: Purpose;
  readonly fold: (values: TraitValues, event: BehaviourEvent, position: number) => void;
  /** Drops what lies before a calendar day (a logged retention cut). */
  readonly cut: (values: TraitValues, day: number) => void;
}

interface TraitShape<V> {
  readonly name: string;
  readonly kind: TraitKind;
  readonly purpose: Purpose;
  readonly initial: () => V;
  readonly fold: (value: V, event: BehaviourEvent, position: number) => void;
  readonly cut: (value: V, day: number) => void;
}

/**
 * Binds a trait to its place among a person's values: the one spot where its type is taken on trust, since only this trait writes there.
 */
export function defineTrait<V>(shape: TraitShape<V>): Trait {
  const { name, kind, purpose, initial, fold, cut } = shape;
  return {
    name,
    kind,
    purpose,
    fold: (values, event, position) => {
      fold((values[name] ??= initial()) as V, event, position);
    },
    cut: (values, day) => {
      if (values[name] !== undefined) cut(values[name] as V, day);
    },
  };
}

interface Counter {
  [type: string]: { [day: number]: number };
}

/** Events per type and calendar day (UTC): integers; decay is applied at read. */
export function counter(name: string, purpose: Purpose): Trait {
  return defineTrait<Counter>({
    name,
    kind: 'counter',
    purpose,
    initial: () => ({}),
    fold: (value, event) => {
      const days = (value[event.type] ??= {});
      const day = dayOf(event.occurredAt);
      days[day] = (days[day] ?? 0) + 1;
    },
    cut: (value, day) => {
      for (const [type, days] of Object.entries(value)) {
        for (const key of Object.keys(days)) if (Number(key) < day) delete days[Number(key)];
        if (Object.keys(days).length === 0) delete value[type];
      }
    },
  });
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
    initial: () => ({}),
    fold: (value, event) => {
      value[event.type] = Math.max(value[event.type] ?? 0, event.occurredAt);
    },
    cut: (value, day) => {
      for (const [type, at] of Object.entries(value)) if (dayOf(at) < day) delete value[type];
    },
  });
}

/** [occurredAt, position, value]: the order in which a person's events stand. */
export type Stamped<T> = [at: number, position: number, value: T];

/** Inserts in (occurredAt, position) order and keeps the newest `max`. */
function insert<T>(list: Stamped<T>[], at: number, position: number, value: T, max: number): void {
  const last = list.at(-1);
  if (last === undefined || last[0] < at || (last[0] === at && last[1] < position)) {
    list.push([at, position, value]);
    if (list.length > max) list.shift();
    return;
  }
  let index = list.length;
  for (; index > 0; index -= 1) {
    const before = list[index - 1];
    if (before === undefined || before[0] < at || (before[0] === at && before[1] < position)) break;
  }
  list.splice(index, 0, [at, position, value]);
  if (list.length > max) list.shift();
}

function cutList<T>(list: Stamped<T>[], day: number): void {
  const keep = list.findIndex(([at]) => dayOf(at) >= day);
  list.splice(0, keep === -1 ? list.length : keep);
}

/** The newest `max` values that `pick` finds, oldest first. */
export function sequence(name: string, purpose: Purpose, max: number, pick: (event: BehaviourEvent) => string | undefined): Trait {
  return defineTrait<Stamped<string>[]>({
    name,
    kind: 'sequence',
    purpose,
    initial: () => [],
    fold: (value, event, position) => {
      const picked = pick(event);
      if (picked !== undefined) insert(value, event.occurredAt, position, picked, max);
    },
    cut: cutList,
  });
}

interface Window {
  newest: number;
  days: { [day: number]: { different: number; readonly counts: { [value: string]: number } } };
}

/**
 * How often each picked value occurred per calendar day within the newest `days` days of the trait's own events. At most
 * limits.windowValuesMax different values a day: whoever has more is a robot, whose first ones stay.
 */
export function window(name: string, purpose: Purpose, days: number, pick: (event: BehaviourEvent) => string | undefined): Trait {
  return defineTrait<Window>({
    name,
    kind: 'window',
    purpose,
    initial: () => ({ newest: 0, days: {} }),
    fold: (value, event) => {
      const picked = pick(event);
      if (picked === undefined || picked === '__proto__') return; // a plain object cannot count under that name
      const day = dayOf(event.occurredAt);
      if (day <= value.newest - days) return;
      const perDay = (value.days[day] ??= { different: 0, counts: {} });
      const count = Object.hasOwn(perDay.counts, picked) ? perDay.counts[picked] : undefined;
      if (count !== undefined) perDay.counts[picked] = count + 1;
      else if (perDay.different < limits.windowValuesMax) {
        perDay.different += 1;
        perDay.counts[picked] = 1;
      }
      if (day <= value.newest) return;
      value.newest = day;
      cutDays(value.days, day - days + 1);
    },
    cut: (value, day) => cutDays(value.days, day),
  });
}

function cutDays(days: Window['days'], from: number): void {
  for (const day of Object.keys(days)) if (Number(day) < from) delete days[Number(day)];
}

/** The last value of a property by event time, whatever the order of arrival. */
export function lastValue(name: string, purpose: Purpose, property: string): Trait {
  return defineTrait<Stamped<string | number | boolean>[]>({
    name,
    kind: 'last_value',
    purpose,
    initial: () => [],
    fold: (value, event, position) => {
      const given = event.properties[property];
      if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean')
        insert(value, event.occurredAt, position, given, 1);
    },
    cut: cutList,
  });
}
