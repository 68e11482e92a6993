// The value of a trait to read: days and moments as dates, sums in whole units. For the page of an archive; the file beside it has the
// value as it is kept.
import { isoText } from '../base/calendar.js';
import { dayMs } from '../base/day.js';
import type { TraitSpec } from '../model/definitions.js';
import type { TraitKind } from '../understand/trait.js';

const hourMs = 3_600_000;

/** `value`: as the trait's view gives it; `spec`: of one that is defined. What has another form is told as JSON. */
export function traitTold(kind: TraitKind, value: unknown, spec?: TraitSpec): string {
  if (Array.isArray(value)) return joined(value.map(stampTold));
  if (!isRecord(value)) return JSON.stringify(value);
  const each = (told: (of: unknown) => string): string => joined(Object.entries(value).map(([name, of]) => `${name}: ${told(of)}`));
  switch (kind) {
    case 'recency':
      return each((at) => (typeof at === 'number' ? isoText(at) : JSON.stringify(at)));
    case 'counter':
      return each((days) =>
        isRecord(days) ? listed(Object.entries(days).map(([day, count]) => `${String(count)} on ${dayText(Number(day))}`)) : '',
      );
    case 'sum':
      return each((days) =>
        listed(pairsOf(days).map(([day, amount]) => `${amount / (spec?.kind === 'sum' ? spec.scale : 1)} on ${dayText(day)}`)),
      );
    case 'hours':
      return each((hours) => listed(pairsOf(hours).map(([hour, count]) => `${count} at ${isoText(hour * hourMs).slice(0, 13)} h UTC`)));
    case 'window':
      return isRecord(value['days']) ? joined(Object.entries(value['days']).map(dayTold)) : JSON.stringify(value);
    default:
      return JSON.stringify(value);
  }
}

/** Moment, position, value. */
function stampTold(stamp: unknown): string {
  const parts: readonly unknown[] = Array.isArray(stamp) ? stamp : [];
  const [at, , value] = parts;
  return typeof at === 'number' ? `${String(value)} (${isoText(at)})` : JSON.stringify(stamp);
}

function dayTold([day, counts]: readonly [string, unknown]): string {
  const told = isRecord(counts) ? Object.entries(counts).map(([name, count]) => `${name} (${String(count)})`) : [];
  return `${dayText(Number(day))}: ${listed(told)}`;
}

function dayText(day: number): string {
  return isoText(day * dayMs).slice(0, 10);
}

/** Of a flat list: bucket, amount, bucket, amount, ... */
function pairsOf(list: unknown): (readonly [bucket: number, amount: number])[] {
  const flat: readonly unknown[] = Array.isArray(list) ? list : [];
  return flat.flatMap((bucket, at) => (at % 2 === 0 ? [[Number(bucket), Number(flat[at + 1])] as const] : []));
}

function listed(parts: readonly string[]): string {
  return parts.join(', ');
}

function joined(parts: readonly string[]): string {
  return parts.join('; ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
