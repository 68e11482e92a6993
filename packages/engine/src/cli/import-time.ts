// Times as files write them, as ms since 1970 UTC. A form is named (--time-form), or every value is read by `auto`: ISO 8601 with a zone,
// or a number of seconds or milliseconds. Forms without a zone take that of --zone; what an hour meant in daylight saving time cannot be
// known from an offset, and is not guessed.
import { parseTime } from '../http/time.js';

export const timeForms = ['auto', 'iso', 'seconds', 'milliseconds', 'microseconds', 'ymd', 'dmy', 'mdy', 'digits'] as const;
export type TimeForm = (typeof timeForms)[number];

export const timeFormMeans: { readonly [F in TimeForm]: string } = {
  auto: 'ISO 8601 with a zone, or seconds or milliseconds since 1970',
  iso: 'ISO 8601 with a zone: 2026-03-01T10:00:00Z',
  seconds: 'seconds since 1970',
  milliseconds: 'milliseconds since 1970',
  microseconds: 'microseconds since 1970',
  ymd: 'year, month, day: 2026-03-01 10:00:00, 2026/03/01 10:00 UTC',
  dmy: 'day, month, year: 01.03.2026 10:00, 01/03/2026',
  mdy: 'month, day, year: 03/01/2026 10:00',
  digits: '20260301 or 20260301100000',
};

/** From here on a number of seconds would lie beyond the year 5000, so it is milliseconds. */
const millisecondsFrom = 100_000_000_000;
const number = /^\d{1,17}(?:\.\d{1,9})?$/;
const clock = /(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?/.source;
const zone = / *(Z|UTC|GMT|[+-]\d\d:?\d\d)?/.source;
const yearFirst = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${clock}${zone}$`);
const yearLast = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${clock}${zone}$`);
const packed = /^(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?(Z)?$/;

export type TimeReader = (value: unknown) => number | undefined;

/** `offsetMinutes`: the zone of times that name none, east of UTC. */
export function timeReader(form: TimeForm, offsetMinutes = 0): TimeReader {
  switch (form) {
    case 'auto':
      return (value) => parseTime(value) ?? epoch(value, null);
    case 'iso':
      return parseTime;
    case 'seconds':
      return (value) => epoch(value, 1000);
    case 'milliseconds':
      return (value) => epoch(value, 1);
    case 'microseconds':
      return (value) => epoch(value, 0.001);
    case 'ymd':
      return (value) => dated(value, yearFirst, [1, 3, 4], offsetMinutes);
    case 'dmy':
      return (value) => dated(value, yearLast, [4, 3, 1], offsetMinutes);
    case 'mdy':
      return (value) => dated(value, yearLast, [4, 1, 3], offsetMinutes);
    case 'digits':
      return (value) => digits(value, offsetMinutes);
  }
}

/** `+02:00`, `-0530`, `Z`, `UTC` as minutes east of UTC; undefined for what is none. */
export function offsetOf(text: string): number | undefined {
  if (/^(?:Z|UTC|GMT)$/i.test(text)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [hours, minutes] = [Number(match[2]), Number(match[3])];
  return hours > 14 || minutes > 59 ? undefined : (hours * 60 + minutes) * (match[1] === '-' ? -1 : 1);
}

/** `factor`: ms of one unit; null: seconds or milliseconds, by their size. */
function epoch(value: unknown, factor: number | null): number | undefined {
  const read = typeof value === 'number' ? value : typeof value === 'string' && number.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(read) || read < 0) return undefined;
  return Math.round(read * (factor ?? (read < millisecondsFrom ? 1000 : 1)));
}

function dated(value: unknown, pattern: RegExp, [year, month, day]: readonly [number, number, number], offset: number): number | undefined {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  if (match === null) return undefined;
  const [, , , , , hour = '0', minute = '0', second = '0', fraction = '0', own] = match;
  const parts = [match[year], match[month], match[day], hour, minute, second].map(Number);
  const east = own === undefined ? offset : offsetOf(own);
  return east === undefined ? undefined : moment(parts, Math.trunc(Number(`0.${fraction}`) * 1000), east);
}

function digits(value: unknown, offset: number): number | undefined {
  const match = packed.exec(typeof value === 'number' ? value.toString() : typeof value === 'string' ? value : '');
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', own] = match;
  return moment([year, month, day, hour, minute, second].map(Number), 0, own === undefined ? offset : 0);
}

/** A moment from its parts, if there is such a day and hour. */
function moment(
  [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[],
  ms: number,
  offset: number,
): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  return new Date(at).getUTCDate() === day ? at - offset * 60_000 : undefined;
}
