// How often each value occurred on each calendar day of a window: one flat list, in which a value of a day that has many is found by its
// hash. Values are ids, of which there are many: an object with a key for each would be slow to make and large to hold.
import { limits } from '../base/limits.js';
import { numberAt, textAt, type Scalars } from './scalars.js';

/**
 * Where the newest day stands; then the days, ascending. Each: the calendar day (UTC), how much of it follows the three numbers at its
 * head, how many of that are its index; the index, which is a power of two long, or nothing while going through all values is as fast; the
 * different values in the order in which they came, each with how often it occurred. The index holds the number of a value, from 1 on, at
 * its hash or the next free place after it; 0: free.
 */
export type ValueDays = Scalars;

const headLength = 3;
/** Values of a day that are gone through one by one. */
const scannedMax = 4;

/**
 * Counts one value on a day within the newest `length` days; `window` is changed, or made when there is none. At most
 * limits.windowValuesMax different values a day: whoever has more is a robot, whose first ones stay.
 */
export function countValue(window: ValueDays | undefined, day: number, value: string, length: number, by = 1): ValueDays {
  if (window === undefined) return [1, day, 2, 0, value, by];
  const last = numberAt(window, 0);
  const newest = numberAt(window, last);
  if (day === newest) countIn(window, last, value, by);
  else if (day > newest) {
    const place = window.length;
    window.push(day, 2, 0, value, by);
    window[0] = place;
    dropDays(window, day - length + 1);
  } else if (day > newest - length) {
    const place = placeOf(window, day);
    if (window[place] === day) countIn(window, place, value, by);
    else {
      window.splice(place, 0, day, 2, 0, value, by);
      window[0] = last + headLength + 2;
    }
  }
  return window;
}

/** Counts a value of the day that stands at `head`. */
function countIn(window: ValueDays, head: number, value: string, by: number): void {
  const found = find(window, head, value);
  if (found >= 0) {
    window[found + 1] = numberAt(window, found + 1) + by;
    return;
  }
  const size = numberAt(window, head + 1);
  const slots = numberAt(window, head + 2);
  const count = (size - slots) / 2 + 1;
  if (count > limits.windowValuesMax) return;
  insert(window, head, size, [value, by]);
  if (count > scannedMax && count > slots * 0.75) makeIndex(window, head, count);
  else if (slots > 0) enter(window, head, slots, value, count);
}

/** Where a value of the day at `head` stands, before its count; -1: it has none. */
function find(window: Readonly<ValueDays>, head: number, value: string): number {
  const slots = numberAt(window, head + 2);
  const values = head + headLength + slots;
  if (slots === 0) {
    const end = values + numberAt(window, head + 1);
    for (let at = values; at < end; at += 2) if (window[at] === value) return at;
    return -1;
  }
  for (let slot = hashOf(value) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    const number = numberAt(window, head + headLength + slot);
    if (number === 0) return -1;
    const at = values + 2 * (number - 1);
    if (window[at] === value) return at;
  }
}

/** An index of the next power of two that a quarter of stays free. */
function makeIndex(window: ValueDays, head: number, count: number): void {
  const before = numberAt(window, head + 2);
  let slots = 8;
  while (count > slots * 0.75) slots *= 2;
  window.splice(head + headLength, before);
  window[head + 2] = slots;
  grow(window, head, -before);
  insert(window, head, 0, new Array<number>(slots).fill(0));
  const values = head + headLength + slots;
  for (let number = 1; number <= count; number += 1) enter(window, head, slots, textAt(window, values + 2 * (number - 1)), number);
}

function enter(window: ValueDays, head: number, slots: number, value: string, number: number): void {
  let slot = hashOf(value) & (slots - 1);
  while (window[head + headLength + slot] !== 0) slot = (slot + 1) & (slots - 1);
  window[head + headLength + slot] = number;
}

/** Puts something into the day at `head`, `after` so much of it. */
function insert(window: ValueDays, head: number, after: number, list: Readonly<Scalars>): void {
  const at = head + headLength + after;
  if (at === window.length) window.push(...list);
  else window.splice(at, 0, ...list);
  grow(window, head, list.length);
}

/** The day at `head` has become longer by so much: days after it have moved. */
function grow(window: ValueDays, head: number, by: number): void {
  window[head + 1] = numberAt(window, head + 1) + by;
  const last = numberAt(window, 0);
  if (head < last) window[0] = last + by;
}

/**
 * Sixteen bits of the whole value: ids that differ in their middle alone (`gid://shop/Product/17?v=1`) have the same ends. Spread as Knuth
 * does (The Art of Computer Programming 3, 6.4).
 */
export function hashOf(value: string): number {
  let hash = value.length;
  for (let at = 0; at < value.length; at += 1) hash = (Math.imul(hash, 31) + value.charCodeAt(at)) | 0;
  return Math.imul(hash, 0x9e3779b1) >>> 16;
}

/** Where a day stands, or the first after it. */
function placeOf(window: Readonly<ValueDays>, day: number): number {
  let head = 1;
  while (head < window.length && numberAt(window, head) < day) head += headLength + numberAt(window, head + 1);
  return head;
}

/** Days before this one go. */
function dropDays(window: ValueDays, day: number): void {
  const gone = placeOf(window, day) - 1;
  if (gone === 0) return;
  window.splice(1, gone);
  window[0] = numberAt(window, 0) - gone;
}

/** Both counted together; `one` is changed. */
export function uniteValueDays(one: ValueDays, other: Readonly<ValueDays>, length: number): ValueDays {
  let united = one;
  for (const [day, counts] of countsByDay(other))
    for (const [value, count] of counts) united = countValue(united, day, value, length, count);
  return united;
}

/** What does not lie before the calendar day; undefined: nothing. */
export function valueDaysSince(window: ValueDays, day: number): ValueDays | undefined {
  if (newestValueDay(window) < day) return undefined;
  dropDays(window, day);
  return window;
}

export function newestValueDay(window: Readonly<ValueDays>): number {
  return numberAt(window, numberAt(window, 0));
}

/** How often a value occurred after a day, each with the day. */
export function valueCounts(window: Readonly<ValueDays>, value: string, afterDay: number): [day: number, count: number][] {
  const counts: [number, number][] = [];
  for (let head = placeOf(window, afterDay + 1); head < window.length; head += headLength + numberAt(window, head + 1)) {
    const found = find(window, head, value);
    if (found >= 0) counts.push([numberAt(window, head), numberAt(window, found + 1)]);
  }
  return counts;
}

/** As it is told: counts by value by day. */
export function valueDaysView(window: Readonly<ValueDays>): object {
  const told = countsByDay(window).map(([day, counts]) => [day, Object.fromEntries(counts)] as const);
  return { newest: newestValueDay(window), days: Object.fromEntries<object>(told) };
}

function countsByDay(window: Readonly<ValueDays>): [day: number, counts: [value: string, count: number][]][] {
  const days: [number, [string, number][]][] = [];
  for (let head = 1; head < window.length; head += headLength + numberAt(window, head + 1)) {
    const counts: [string, number][] = [];
    const end = head + headLength + numberAt(window, head + 1);
    for (let at = head + headLength + numberAt(window, head + 2); at < end; at += 2)
      counts.push([textAt(window, at), numberAt(window, at + 1)]);
    days.push([numberAt(window, head), counts]);
  }
  return days;
}
