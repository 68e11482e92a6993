// Opening hours of a place, in a part of the syntax of OpenStreetMap's key `opening_hours`: "Mo-Fr 09:00-17:00; Sa,Su 10:00-14:00", several
// stretches by commas, "24/7", "off" or "closed". A later rule replaces an earlier one for its days; hours beyond midnight belong to
// the day on which they begin. Everything else (holidays, months, weeks, sunrise) is unreadable, and what cannot be read is never taken
// as open.
import { dayMs, dayOf } from '../../base/day.js';
import type { PlanWindow } from '../../model/plan.js';

/** By day of the week, Monday first: stretches in minutes from midnight; the end may lie beyond 1440. */
export type WeekHours = readonly (readonly (readonly [from: number, until: number])[])[];

const dayNames = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const minuteMs = 60_000;
const dayMinutes = 1440;
const charsMax = 512;
const always: WeekHours = dayNames.map(() => [[0, dayMinutes]]);

/** undefined: it cannot be read. */
export function parseHours(text: string): WeekHours | undefined {
  if (text.length > charsMax) return undefined;
  if (text.trim() === '24/7') return always;
  const week: (readonly [number, number])[][] = dayNames.map(() => []);
  for (const rule of text.split(';')) {
    const [, days = '', hours = ''] =
      /^\s*((?:[A-Z][a-z](?:-[A-Z][a-z])?(?:\s*,\s*[A-Z][a-z](?:-[A-Z][a-z])?)*)?)\s*(\S.*?)?\s*$/.exec(rule) ?? [];
    const named = days === '' ? dayNames.map((_, at) => at) : daysIn(days);
    const stretches = hours === 'off' || hours === 'closed' ? [] : stretchesIn(hours);
    if (named === undefined || stretches === undefined) return undefined;
    for (const day of named) week[day] = [...stretches];
  }
  return week;
}

/** When it is open within a window, ms, ascending and apart. */
export function openWithin(week: WeekHours, window: PlanWindow, utcOffsetMinutes: number): [from: number, until: number][] {
  const offset = utcOffsetMinutes * minuteMs;
  const found: [number, number][] = [];
  // From the day before: its hours may reach beyond midnight.
  for (let day = dayOf(window.from + offset) - 1; day <= dayOf(window.until + offset); day += 1) {
    // 1970-01-01 was a Thursday.
    for (const [from, until] of week[(((day + 3) % 7) + 7) % 7] ?? []) {
      const begins = Math.max(window.from, day * dayMs + from * minuteMs - offset);
      const ends = Math.min(window.until, day * dayMs + until * minuteMs - offset);
      if (begins < ends) found.push([begins, ends]);
    }
  }
  return united(found);
}

function united(stretches: [number, number][]): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, until] of stretches.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else joined.push([from, until]);
  }
  return joined;
}

function daysIn(text: string): number[] | undefined {
  const days: number[] = [];
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.trim().split('-');
    const [from, until] = [dayNames.indexOf(first), dayNames.indexOf(last)];
    if (from < 0 || until < 0) return undefined;
    for (let at = from; ; at = (at + 1) % 7) {
      days.push(at);
      if (at === until) break;
    }
  }
  return days;
}

function stretchesIn(text: string): [number, number][] | undefined {
  const stretches: [number, number][] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d\d?):(\d\d)-(\d\d?):(\d\d)\s*$/.exec(part);
    if (match === null) return undefined;
    const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = match.slice(1).map(Number);
    if (h1 > 24 || h2 > 48 || m1 > 59 || m2 > 59) return undefined;
    const from = h1 * 60 + m1;
    const until = h2 * 60 + m2;
    // "22:00-02:00" ends on the next day.
    stretches.push([from, until <= from ? until + dayMinutes : until]);
  }
  return stretches;
}
