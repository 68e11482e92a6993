// The calendar year (UTC, proleptic Gregorian) of a time in ms since 1970, without a clock.
import { dayOf } from './day.js';

const daysPer400Years = 146_097;

export function yearOf(atMs: number): number {
  // Years that begin in March, counted from 0000-03-01 (Hinnant, days from civil).
  const day = dayOf(atMs) + 719_468;
  const era = Math.floor(day / daysPer400Years);
  const dayOfEra = day - era * daysPer400Years;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  return yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0);
}
