// Stamped values: what a person did, in the order (occurredAt, position), the newest few. A function of the set of events, never of the
// order of their arrival.
// A ring, with times as gaps: the newest takes the place of the oldest, and nothing else moves.
import { dayMs, dayOf } from '../base/day.js';
import { numberAt, type Scalar, type Scalars } from './scalars.js';

/** One value with its stamp, as it is told. */
export type Stamped = [at: number, position: number, value: Scalar];

/**
 * The place of the oldest value in the ring; of the newest its calendar day (UTC) and the ms since; then for each value the ms since the
 * one before (0 for the oldest), its position and itself. Never without a value.
 */
export type Stamps = Scalars;

const head = 3;
const width = 3;

/** Adds a value where it belongs and keeps the newest `max`; `stamps` is changed, or made when there is none. */
export function addStamped(stamps: Stamps | undefined, at: number, position: number, value: Scalar, max: number): Stamps {
  if (stamps === undefined) return packed([[at, position, value]]);
  const count = countOf(stamps);
  const oldest = numberAt(stamps, 0);
  const gap = at - stampsNewest(stamps);
  if (gap < 0 || (gap === 0 && position < numberAt(stamps, placeOf(oldest + count - 1, count) + 1))) {
    const list = stampedList(stamps);
    const index = list.findIndex((each) => each[0] > at || (each[0] === at && each[1] > position));
    list.splice(index, 0, [at, position, value]);
    const again = packed(list.slice(-max));
    stamps.length = 0;
    stamps.push(...again);
    return stamps;
  }
  const day = dayOf(at);
  stamps[1] = day;
  stamps[2] = at - day * dayMs;
  if (count < max) {
    stamps.push(gap, position, value);
    return stamps;
  }
  const place = placeOf(oldest, count);
  stamps[place] = gap;
  stamps[place + 1] = position;
  stamps[place + 2] = value;
  const next = (oldest + 1) % count;
  stamps[0] = next;
  stamps[placeOf(next, count)] = 0;
  return stamps;
}

/** The newest `max` of both. */
export function uniteStamps(one: Readonly<Stamps>, other: Readonly<Stamps>, max: number): Stamps {
  const both = [...stampedList(one), ...stampedList(other)].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return packed(both.slice(-max));
}

/** What does not lie before the calendar day; undefined: nothing. */
export function stampsSince(stamps: Stamps, day: number): Stamps | undefined {
  const kept = stampedList(stamps).filter(([at]) => dayOf(at) >= day);
  return kept.length === 0 ? undefined : packed(kept);
}

/** Oldest first. */
export function stampedList(stamps: Readonly<Stamps>): Stamped[] {
  const list: Stamped[] = [];
  let at = stampsNewest(stamps);
  walkBack(stamps, (gap, position, value) => {
    list.push([at, position, value]);
    at -= gap;
    return true;
  });
  return list.reverse();
}

/** The newest values, back to the first gap of more than `gapMs`, oldest first. */
export function newestRun(stamps: Readonly<Stamps>, gapMs: number): Scalar[] {
  const list: Scalar[] = [];
  walkBack(stamps, (gap, _, value) => {
    list.push(value);
    return gap <= gapMs;
  });
  return list.reverse();
}

/** Calendar day of the newest. */
export function stampsDay(stamps: Readonly<Stamps>): number {
  return numberAt(stamps, 1);
}

/** Newest first, until `take` returns false. */
function walkBack(stamps: Readonly<Stamps>, take: (gap: number, position: number, value: Scalar) => boolean): void {
  const count = countOf(stamps);
  const oldest = numberAt(stamps, 0);
  for (let back = 1; back <= count; back += 1) {
    const place = placeOf(oldest + count - back, count);
    const value = stamps[place + 2];
    if (value === undefined || !take(numberAt(stamps, place), numberAt(stamps, place + 1), value)) return;
  }
}

function countOf(stamps: Readonly<Stamps>): number {
  return (stamps.length - head) / width;
}

/** When the newest was, ms. */
export function stampsNewest(stamps: Readonly<Stamps>): number {
  return numberAt(stamps, 1) * dayMs + numberAt(stamps, 2);
}

function placeOf(index: number, count: number): number {
  return head + width * (index < count ? index : index - count);
}

/** `list` is not empty. */
function packed(list: readonly Stamped[]): Stamps {
  const newest = list.at(-1)?.[0] ?? 0;
  const day = dayOf(newest);
  const stamps: Stamps = [0, day, newest - day * dayMs];
  let before = list[0]?.[0] ?? 0;
  for (const [at, position, value] of list) {
    stamps.push(at - before, position, value);
    before = at;
  }
  return stamps;
}
