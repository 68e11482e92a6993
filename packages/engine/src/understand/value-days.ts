// How often each value occurred on each calendar day of a window. Columns instead of objects by value: values are ids, of which there are
// many, and an object that has a key of its own for each is slow to make and large to hold.
import { limits } from '../base/limits.js';

/**
 * A calendar day (UTC), its different values in the order in which they came, how often each occurred, and a small hash of each: a value is
 * looked for among the hashes, which lie side by side, where comparing texts would fetch every one of them from memory.
 */
type ValueDay = [day: number, values: string[], counts: number[], tags: number[]];

/** Plain JSON. */
export interface ValueDays {
  newest: number;
  days: ValueDay[];
}

/**
 * Counts one value on a day within the newest `length` days; `window` is changed, or made when there is none. At most
 * limits.windowValuesMax different values a day: whoever has more is a robot, whose first ones stay.
 */
export function countValue(window: ValueDays | undefined, day: number, value: string, length: number, by = 1): ValueDays {
  const tag = tagOf(value);
  if (window === undefined) return { newest: day, days: [[day, [value], [by], [tag]]] };
  if (day <= window.newest - length) return window;
  const [, values, counts, tags] = dayIn(window.days, day);
  let at = tags.length - 1;
  while (at >= 0 && (tags[at] !== tag || values[at] !== value)) at -= 1;
  if (at >= 0) counts[at] = (counts[at] ?? 0) + by;
  else if (values.length < limits.windowValuesMax) {
    values.push(value);
    counts.push(by);
    tags.push(tag);
  }
  if (day > window.newest) {
    window.newest = day;
    window.days = window.days.filter(([each]) => each > day - length);
  }
  return window;
}

/** The newest day is asked for most, and stands last. */
function dayIn(days: ValueDay[], day: number): ValueDay {
  for (let at = days.length - 1; at >= 0; at -= 1) {
    const found = days[at];
    if (found?.[0] === day) return found;
  }
  const made: ValueDay = [day, [], [], []];
  days.push(made);
  return made;
}

/** 16 bits of the last units and the length: ids differ at their end. */
function tagOf(value: string): number {
  let hash = value.length;
  for (let at = Math.max(0, value.length - 8); at < value.length; at += 1) hash = Math.imul(hash, 31) + value.charCodeAt(at);
  return hash & 0xffff;
}

/** Both counted together; `one` is changed. */
export function uniteValueDays(one: ValueDays, other: Readonly<ValueDays>, length: number): ValueDays {
  let united = one;
  for (const [day, values, counts] of other.days)
    for (const [at, value] of values.entries()) united = countValue(united, day, value, length, counts[at] ?? 0);
  return united;
}

/** What does not lie before the calendar day; undefined: nothing. */
export function valueDaysSince(window: ValueDays, day: number): ValueDays | undefined {
  const days = window.days.filter(([each]) => each >= day);
  return days.length === 0 ? undefined : { newest: window.newest, days };
}

/** As it is told: counts by value by day. */
export function valueDaysView({ newest, days }: Readonly<ValueDays>): object {
  const told = days.map(([day, values, counts]) => [day, byValue(values, counts)] as const);
  return { newest, days: Object.fromEntries<Record<string, number>>(told) };
}

function byValue(values: readonly string[], counts: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, at) => [value, counts[at] ?? 0]));
}
