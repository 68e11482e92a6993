// Times as clients write them: ISO 8601 with a zone, since a time without one means a different moment on every machine.
import { dateOf, momentOf } from '../base/calendar.js';
import { limits } from '../base/limits.js';

const isoWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

// What was read last: where events come many in a ms, the same text comes again and again.
let lastText = '';
let lastMs: number | undefined;

/** ms since 1970 UTC, or undefined when it cannot be read. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (value === lastText) return lastMs;
  const ms = isoWithZone.test(value) && isDay(value) ? Date.parse(value) : NaN;
  lastMs = Number.isNaN(ms) ? undefined : ms;
  // Not every text is kept: it may be as long as a body.
  lastText = lastMs === undefined ? '' : value;
  return lastMs;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const day = Number(text.slice(8, 10));
  if (day <= 28) return true;
  return dateOf(momentOf({ year: Number(text.slice(0, 4)), month: Number(text.slice(5, 7)), day, ms: 0 })).day === day;
}

/**
 * How far a client's clock stood off when it sent, ms to add to its times: what `sentAt` lacks to `receivedAt`. 0 when it did not say, or
 * when the clock is further off than limits.clockCorrectionMsMax: such a clock is not believed enough to be corrected.
 */
export function skewOf(sentAt: unknown, receivedAt: number): number {
  const sent = parseTime(sentAt);
  if (sent === undefined) return 0;
  const skewMs = receivedAt - sent;
  return Math.abs(skewMs) > limits.clockCorrectionMsMax ? 0 : skewMs;
}
