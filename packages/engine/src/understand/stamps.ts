// Stamped values: what a person did, in the order (occurredAt, position), the newest few. A function of the set of events, never of the
// order of their arrival.
// Kept as columns of small integers and times as gaps: a list of lists of large numbers takes four times the memory and the time to write.
import { dayOf } from '../base/day.js';

/** One value with its stamp, as it is told. */
export type Stamped<T> = [at: number, position: number, value: T];

/** Never empty. Plain JSON. */
export interface Stamps<T> {
  /** occurredAt of the oldest and of the newest, ms. */
  from: number;
  to: number;
  /** ms since the value before; 0 for the oldest. */
  gaps: number[];
  positions: number[];
  values: T[];
}

/** Adds a value where it belongs and keeps the newest `max`; `stamps` is changed, or made when there is none. */
export function addStamped<T>(stamps: Stamps<T> | undefined, stamped: Stamped<T>, max: number): Stamps<T> {
  if (stamps === undefined) return packed([stamped]);
  const [at, position, value] = stamped;
  const { gaps, positions, values } = stamps;
  if (at < stamps.to || (at === stamps.to && position < (positions.at(-1) ?? 0))) {
    const list = stampedList(stamps);
    const index = list.findIndex((each) => each[0] > at || (each[0] === at && each[1] > position));
    list.splice(index, 0, stamped);
    return Object.assign(stamps, packed(list.slice(-max)));
  }
  gaps.push(at - stamps.to);
  positions.push(position);
  values.push(value);
  stamps.to = at;
  if (values.length > max) {
    gaps.shift();
    positions.shift();
    values.shift();
    stamps.from += gaps[0] ?? 0;
    gaps[0] = 0;
  }
  return stamps;
}

/** The newest `max` of both. */
export function uniteStamps<T>(one: Readonly<Stamps<T>>, other: Readonly<Stamps<T>>, max: number): Stamps<T> {
  const both = [...stampedList(one), ...stampedList(other)].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return packed(both.slice(-max));
}

/** What does not lie before the calendar day; undefined: nothing. */
export function stampsSince<T>(stamps: Stamps<T>, day: number): Stamps<T> | undefined {
  if (dayOf(stamps.from) >= day) return stamps;
  const kept = stampedList(stamps).filter(([at]) => dayOf(at) >= day);
  return kept.length === 0 ? undefined : packed(kept);
}

/** Oldest first. */
export function stampedList<T>({ from, gaps, positions, values }: Readonly<Stamps<T>>): Stamped<T>[] {
  let at = from;
  return values.map((value, index) => {
    at += gaps[index] ?? 0;
    return [at, positions[index] ?? 0, value];
  });
}

function packed<T>(list: readonly Stamped<T>[]): Stamps<T> {
  const from = list[0]?.[0] ?? 0;
  const stamps: Stamps<T> = { from, to: from, gaps: [], positions: [], values: [] };
  for (const [at, position, value] of list) {
    stamps.gaps.push(at - stamps.to);
    stamps.positions.push(position);
    stamps.values.push(value);
    stamps.to = at;
  }
  return stamps;
}
