// Trends: whether as many people do something on one day, weekday or hour as on another, and since when that is different.
//
// Counted are people: who is active on a day (an hour) counts once. Each person adds how many of their active days lie in a stretch, less
// what their number of active days says by chance; that is zero in the mean whatever their habits are, and people are independent. So the
// sum over its deviation is about normal; the deviation is the larger one of what is seen and of what chance alone would give. The
// largest over all stretches is held against the tail times their number (Bonferroni), then all tests against the false-discovery rate.
// Null model: a person's active days (hours) fall anywhere within the weeks that are looked at. For a change, weekdays may differ: a
// split counts what the days before it weigh by the weekdays of everybody, so a rhythm of the week is no change. Further change points
// are looked for only on both sides of one that was found (binary segmentation), at the same level.
import { limits } from '../../base/limits.js';
import { normalTail } from '../../base/normal.js';
import { discoveryRate, reported, type Report } from './finding.js';

const weekDays = 7;
const weekHours = 168;
/** Days on either side of a change. */
const sideDaysMin = 7;

export interface Trend {
  readonly type: string;
  readonly kind: 'change' | 'day_of_week' | 'hour_of_week';
  /** `change`: the first calendar day of the new level. Else the bucket that stands out most: Monday, or Monday 00:00 UTC, is 0. */
  readonly at: number;
  /** People a day before and since; or a bucket's share of all active days (hours), and what an even share would be. */
  readonly before: number;
  readonly after: number;
  /** People who were active at all. */
  readonly people: number;
  readonly z: number;
  readonly p: number;
  /** Further changes: the first calendar day of each new level. */
  readonly further?: readonly number[];
}

/** By person: hours since 1970 UTC in which they were active, ascending. */
export type ActiveHours = ReadonlyMap<string, readonly (readonly number[])[]>;

/** `activity`: by event type. `until`: the first calendar day that is not looked at; so many weeks before it are, of each type. */
export function findTrends(
  activity: ActiveHours,
  people: number,
  until: number,
  weeksOf: (type: string) => number,
  rate = discoveryRate,
): Report<Trend> {
  const tests: Trend[] = [];
  for (const [type, hoursOf] of activity) {
    const days = weeksOf(type) * weekDays;
    const from = until - days;
    const hours = hoursOf.map((list) => list.filter((hour) => hour >= from * 24 && hour < until * 24)).filter((list) => list.length > 0);
    if (hours.length < limits.insightPeopleMin) continue;
    const active = hours.map((list) => [...new Set(list.map((hour) => Math.floor(hour / 24) - from))]);
    tests.push(
      changeIn(type, active, from, days),
      seasonIn(
        type,
        'day_of_week',
        weekDays,
        days,
        active.map((list) => list.map((day) => weekdayOf(day + from))),
      ),
      seasonIn(
        type,
        'hour_of_week',
        weekHours,
        days * 24,
        hours.map((list) => list.map((hour) => weekdayOf(Math.floor(hour / 24)) * 24 + (hour % 24))),
      ),
    );
  }
  const report = reported(tests, people, rate);
  const findings = report.findings.map((finding) => {
    if (finding.kind !== 'change') return finding;
    const days = weeksOf(finding.type) * weekDays;
    const from = until - days;
    const hoursOf = activity.get(finding.type) ?? [];
    const active = hoursOf.map((list) =>
      [...new Set(list.map((hour) => Math.floor(hour / 24) - from))].filter((day) => day >= 0 && day < days),
    );
    return { ...finding, further: further(active, finding.at - from, days, rate).map((day) => day + from) };
  });
  return { ...report, findings };
}

/** Monday is 0; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (day + 3) % weekDays;
}

function changeIn(type: string, active: readonly (readonly number[])[], from: number, days: number): Trend {
  const { at, z, splits } = strongestSplit(active, 0, days);
  const count = (low: number, high: number): number =>
    active.reduce((sum, list) => sum + list.filter((day) => day >= low && day < high).length, 0);
  // What so few did on one side would be told by its rate.
  const isSmall = [[0, at] as const, [at, days] as const].some(([low, high]) => {
    const people = active.filter((list) => list.some((day) => day >= low && day < high)).length;
    return people > 0 && people < limits.evidencePeopleMin;
  });
  return {
    type,
    kind: 'change',
    at: from + at,
    before: count(0, at) / at,
    after: count(at, days) / (days - at),
    people: active.length,
    z,
    p: isSmall ? 1 : Math.min(1, 2 * splits * normalTail(Math.abs(z))),
  };
}

interface Split {
  readonly at: number;
  readonly z: number;
  readonly splits: number;
}

/** The day before which, and since which, activity differs most; `active` in days from `low` to `high`. */
function strongestSplit(active: readonly (readonly number[])[], low: number, high: number): Split {
  const span = high - low;
  const weekdays = Array.from({ length: weekDays }, () => 0);
  for (const list of active) for (const day of list) weekdays[day % weekDays] = (weekdays[day % weekDays] ?? 0) + 1;
  const own = active.map((list) => list.filter((day) => day >= low && day < high)).filter((list) => list.length > 0);
  const splits = Math.max(1, span - 2 * sideDaysMin + 1);
  let strongest = 0;
  let place = low + sideDaysMin;
  let bestFit = 0;
  const soFar = new Int32Array(own.length);
  const byDay = new Map<number, number[]>();
  // Days of the range, each with how much is done on its weekday over all whole weeks.
  const weights = Array.from({ length: span }, (_, day) => weekdays[(day + low) % weekDays] ?? 0);
  const weight = weights.reduce((sum, each) => sum + each, 0);
  let share = 0;
  own.forEach((list, person) => {
    for (const day of list) {
      const known = byDay.get(day);
      if (known === undefined) byDay.set(day, [person]);
      else known.push(person);
    }
  });
  for (let at = low + 1; at <= high - sideDaysMin; at += 1) {
    for (const person of byDay.get(at - 1) ?? []) soFar[person] = (soFar[person] ?? 0) + 1;
    share += (weights[at - 1 - low] ?? 0) / weight;
    if (at < low + sideDaysMin) continue;
    let sum = 0;
    let seen = 0;
    let chance = 0;
    own.forEach((list, person) => {
      const off = (soFar[person] ?? 0) - list.length * share;
      sum += off;
      seen += off * off;
      chance += (list.length * share * (1 - share) * (span - list.length)) / (span - 1);
    });
    const z = zOf(sum, seen, chance);
    if (Math.abs(z) > Math.abs(strongest)) strongest = z;
    // Where it is: the likeliest split, whatever the people's own deviation is.
    const fit = chance <= 0 ? 0 : (sum * sum) / chance;
    if (fit <= bestFit) continue;
    bestFit = fit;
    place = at;
  }
  return { at: place, z: strongest, splits };
}

function further(active: readonly (readonly number[])[], at: number, days: number, rate: number): number[] {
  const found: number[] = [];
  const open: [number, number][] = [
    [0, at],
    [at, days],
  ];
  for (let next = open.shift(); next !== undefined && found.length < limits.changePointsMax; next = open.shift()) {
    const [low, high] = next;
    if (high - low < 2 * sideDaysMin) continue;
    const split = strongestSplit(active, low, high);
    if (2 * split.splits * normalTail(Math.abs(split.z)) > rate / (2 * limits.changePointsMax)) continue;
    found.push(split.at);
    open.push([low, split.at], [split.at, high]);
  }
  return found.sort((a, b) => a - b);
}

/** `cells`: how many days (hours) there are; `own`: the buckets of each person's active ones. */
function seasonIn(
  type: string,
  kind: 'day_of_week' | 'hour_of_week',
  buckets: number,
  cells: number,
  own: readonly (readonly number[])[],
): Trend {
  const total = own.reduce((sum, list) => sum + list.length, 0);
  const share = 1 / buckets;
  let chance = 0;
  let seenElsewhere = 0;
  for (const list of own) {
    chance += (list.length * share * (1 - share) * (cells - list.length)) / (cells - 1);
    seenElsewhere += list.length * share * list.length * share;
  }
  const counts = new Float64Array(buckets);
  const people = new Int32Array(buckets);
  // Squares of those who are in a bucket, in place of what they would add if they were not.
  const seen = new Float64Array(buckets).fill(seenElsewhere);
  for (const list of own) {
    const mine = new Map<number, number>();
    for (const bucket of list) mine.set(bucket, (mine.get(bucket) ?? 0) + 1);
    const mean = list.length * share;
    for (const [bucket, count] of mine) {
      counts[bucket] = (counts[bucket] ?? 0) + count;
      people[bucket] = (people[bucket] ?? 0) + 1;
      seen[bucket] = (seen[bucket] ?? 0) + (count - mean) * (count - mean) - mean * mean;
    }
  }
  let at = 0;
  let z = 0;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    // Too few are expected, or there, to speak of this bucket.
    if (total * share < limits.evidencePeopleMin || (people[bucket] ?? 0) < limits.evidencePeopleMin) continue;
    const deviation = zOf((counts[bucket] ?? 0) - total * share, seen[bucket] ?? 0, chance);
    if (Math.abs(deviation) > Math.abs(z)) {
      z = deviation;
      at = bucket;
    }
  }
  const p = Math.min(1, 2 * buckets * normalTail(Math.abs(z)));
  return { type, kind, at, before: share, after: total === 0 ? 0 : (counts[at] ?? 0) / total, people: own.length, z, p };
}

function zOf(sum: number, seen: number, chance: number): number {
  const variance = Math.max(seen, chance);
  return variance <= 0 ? 0 : sum / Math.sqrt(variance);
}
