// Integers in buckets by event type: how often per calendar day, how much per hour. A function of the set of events.
import { numberAt, textAt, type Scalars } from './scalars.js';

/** For each event type: the type, how many numbers follow, then buckets and integers in turns, ascending by bucket. */
export type Buckets = Scalars;

/** Adds to the bucket, which is made where it belongs. */
export function addToBucket(list: Buckets, type: string, bucket: number, amount: number): void {
  const head = placeOf(list, type);
  if (head < 0) {
    list.push(type, 2, bucket, amount);
    return;
  }
  const size = numberAt(list, head + 1);
  let at = head + size;
  while (at > head && numberAt(list, at) > bucket) at -= 2;
  if (at > head && list[at] === bucket) {
    list[at + 1] = numberAt(list, at + 1) + amount;
    return;
  }
  list.splice(at + 2, 0, bucket, amount);
  list[head + 1] = size + 2;
}

/** Drops the oldest buckets of a type while `isOld`, which is asked with the newest one too. */
export function dropOldBuckets(list: Buckets, type: string, isOld: (bucket: number, newest: number) => boolean): void {
  const head = placeOf(list, type);
  const size = numberAt(list, head + 1);
  const newest = numberAt(list, head + size);
  let old = 0;
  while (old < size && isOld(numberAt(list, head + 2 + old), newest)) old += 2;
  if (old === 0) return;
  list.splice(head + 2, old);
  list[head + 1] = size - old;
}

/** Keeps one bucket of a type, the highest; of two that are equal the one with more. */
export function raiseBucket(list: Buckets, type: string, bucket: number, amount: number): void {
  const head = placeOf(list, type);
  if (head < 0) {
    list.push(type, 2, bucket, amount);
    return;
  }
  const held = numberAt(list, head + 2);
  if (bucket < held || (bucket === held && amount <= numberAt(list, head + 3))) return;
  list[head + 2] = bucket;
  list[head + 3] = amount;
}

/** The buckets to be kept, in a list of their own; undefined: none. */
export function keptBuckets(list: Readonly<Buckets>, keep: (bucket: number) => boolean): Buckets | undefined {
  const kept: Buckets = [];
  for (const [type, numbers] of bucketsByType(list)) {
    const left = numbers.filter((_, at) => keep(numbers[at - (at % 2)] ?? 0));
    if (left.length > 0) kept.push(type, left.length, ...left);
  }
  return kept.length === 0 ? undefined : kept;
}

/** Both added up; `one` is changed. */
export function uniteBuckets(one: Buckets, other: Readonly<Buckets>): Buckets {
  for (const [type, numbers] of bucketsByType(other))
    for (let at = 0; at < numbers.length; at += 2) addToBucket(one, type, numbers[at] ?? 0, numbers[at + 1] ?? 0);
  return one;
}

/** Types in the order in which they came, each with its buckets and integers in turns. */
export function bucketsByType(list: Readonly<Buckets>): [type: string, numbers: number[]][] {
  const found: [string, number[]][] = [];
  for (let head = 0; head < list.length; head += 2 + numberAt(list, head + 1)) found.push([textAt(list, head), numbersAt(list, head)]);
  return found;
}

/** Buckets and integers of one type in turns; none when it has none. */
export function bucketsOf(list: Readonly<Buckets>, type: string): number[] {
  const head = placeOf(list, type);
  return head < 0 ? [] : numbersAt(list, head);
}

/** The highest bucket of all types. */
export function newestBucket(list: Readonly<Buckets>): number {
  let newest = -Infinity;
  for (let head = 0; head < list.length; head += 2 + numberAt(list, head + 1))
    newest = Math.max(newest, numberAt(list, head + numberAt(list, head + 1)));
  return newest;
}

function numbersAt(list: Readonly<Buckets>, head: number): number[] {
  const from = head + 2;
  return list.slice(from, from + numberAt(list, head + 1)).filter((each) => typeof each === 'number');
}

/** Where a type stands; -1: nowhere. */
function placeOf(list: Readonly<Buckets>, type: string): number {
  for (let head = 0; head < list.length; head += 2 + numberAt(list, head + 1)) if (list[head] === type) return head;
  return -1;
}
