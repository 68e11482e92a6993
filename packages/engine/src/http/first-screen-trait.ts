// The value of a trait in a few words. It knows the forms in which traits are folded (lists with stamps, times and counts by name), and
// tells a form that it does not know as JSON.
import { isObject } from './json-body.js';

const shownMax = 6;

/** null when there is nothing in it. */
export function traitText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return listText(value);
  if (!isObject(value)) return JSON.stringify(value);
  const times = Object.entries(value).filter((entry): entry is [string, number] => isTime(entry[1]));
  if (times.length > 0 && times.length === Object.keys(value).length) {
    return few(times.map(([name, at]) => `${name} on ${timeText(at)}`));
  }
  const counts = new Map<string, number>();
  tally(value, null, counts);
  return counts.size === 0 ? null : few([...counts].map(([name, count]) => `${name} \u00d7 ${count}`));
}

/** A moment with its day. */
export function timeText(ms: number): string {
  return `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }).format(ms)} UTC`;
}

function listText(list: readonly unknown[]): string | null {
  if (list.length === 0) return null;
  const values = list.map((each: unknown) => (Array.isArray(each) ? String(each[2]) : JSON.stringify(each)));
  return `${values.length > shownMax ? '\u2026 \u2192 ' : ''}${values.slice(-shownMax).join(' \u2192 ')}`;
}

/** Sums counts under the name nearest to them that is no calendar day. */
function tally(value: object, name: string | null, counts: Map<string, number>): void {
  for (const [key, part] of Object.entries(value)) {
    if (key === 'newest') continue;
    const plain = /^\d+$/.test(key) || key === 'days' ? name : key;
    if (isObject(part)) tally(part, plain, counts);
    else if (typeof part === 'number' && plain !== null) counts.set(plain, (counts.get(plain) ?? 0) + part);
  }
}

function few(texts: readonly string[]): string {
  const more = texts.length - shownMax;
  return texts.slice(0, shownMax).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value > 946_684_800_000;
}
