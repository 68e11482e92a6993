// The calendar, without the clock: a moment (ms since 1970 UTC) as its date and as text, and what lies a number of months later. Proleptic
// Gregorian, UTC, without leap seconds, as ECMAScript's Date and ISO 8601 have it; whole numbers only.
import { dayMs } from './day.js';

/** Days from 0000-03-01 to 1970-01-01. A year that begins in March ends with its leap day. */
const epochDay = 719_468;
const cycleDays = 146_097; // 400 years

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** ms since midnight. */
  readonly ms: number;
}

export function dateOf(moment: number): CalendarDate {
  const days = Math.floor(moment / dayMs) + epochDay;
  const cycle = Math.floor(days / cycleDays);
  const inCycle = days - cycle * cycleDays;
  const yearInCycle = Math.floor(
    (inCycle - Math.floor(inCycle / 1460) + Math.floor(inCycle / 36_524) - Math.floor(inCycle / (cycleDays - 1))) / 365,
  );
  const inYear = inCycle - (365 * yearInCycle + Math.floor(yearInCycle / 4) - Math.floor(yearInCycle / 100));
  const fromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: cycle * 400 + yearInCycle + (month <= 2 ? 1 : 0),
    month,
    day: inYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    ms: moment - Math.floor(moment / dayMs) * dayMs,
  };
}

export function momentOf({ year, month, day, ms }: CalendarDate): number {
  const fromMarchYear = month <= 2 ? year - 1 : year;
  const cycle = Math.floor(fromMarchYear / 400);
  const yearInCycle = fromMarchYear - cycle * 400;
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const inCycle = yearInCycle * 365 + Math.floor(yearInCycle / 4) - Math.floor(yearInCycle / 100) + inYear;
  return (cycle * cycleDays + inCycle - epochDay) * dayMs + ms;
}

/** The same date and time that many months later; where the month has no such day, its last (Regulation (EEC) 1182/71, art. 3(2)(c)). */
export function monthsLater(moment: number, months: number): number {
  const { year, month, day, ms } = dateOf(moment);
  const index = year * 12 + month - 1 + months;
  const target = { year: Math.floor(index / 12), month: index - Math.floor(index / 12) * 12 + 1 };
  const next = { year: Math.floor((index + 1) / 12), month: index + 1 - Math.floor((index + 1) / 12) * 12 + 1 };
  const days = Math.round((momentOf({ ...next, day: 1, ms: 0 }) - momentOf({ ...target, day: 1, ms: 0 })) / dayMs);
  return momentOf({ ...target, day: Math.min(day, days), ms });
}

/** ISO 8601 in UTC with milliseconds, as Date.prototype.toISOString gives it for the years 0 to 9999. */
export function isoText(moment: number): string {
  const { year, month, day, ms } = dateOf(moment);
  const two = (value: number): string => value.toString().padStart(2, '0');
  const date = `${year.toString().padStart(4, '0')}-${two(month)}-${two(day)}`;
  const seconds = Math.floor(ms / 1000);
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${date}T${time}.${Math.floor(ms % 1000)
    .toString()
    .padStart(3, '0')}Z`;
}
