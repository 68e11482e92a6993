// A trait for the eyes of the person whose it is, by the kind of the trait: counts by what was done, moments as dates, items by their
// titles. How many at which day or hour is in the copy that they may have.
import { limits } from '../base/limits.js';
import type { TraitSpec } from '../model/definitions.js';
import type { TraitKind } from '../understand/trait.js';
import { isObject } from './json-body.js';
import { dateOf, isolated, listOf, numberOf } from './portal-page.js';
import type { PortalLanguage, PortalWords } from './portal-words.js';

export interface Naming {
  readonly lang: PortalLanguage;
  /** What an event type is called. */
  readonly type: (name: string) => string;
  readonly item: (id: string) => string;
}

const shownMax = 8;

/** What it is called: the built-in ones in words; those of packs by their kind, then by their own names. */
export function traitName({ traits, traitKinds }: PortalWords, name: string, kind: TraitKind): string {
  return traits[name] ?? `${traitKinds[kind]}: ${isolated(name)}`;
}

/** `spec`: of a trait that a pack defines. */
export function traitValue(naming: Naming, kind: TraitKind, value: unknown, spec?: TraitSpec): string {
  const text = textOf(naming, kind, value, spec);
  return text.length > limits.portalValueCharsMax ? `${text.slice(0, limits.portalValueCharsMax)}\u2026` : text;
}

function textOf({ lang, type, item }: Naming, kind: TraitKind, value: unknown, spec: TraitSpec | undefined): string {
  const many = (names: readonly string[]): string => listOf(lang, names);
  if (kind === 'recency' && isObject(value)) {
    return many(Object.entries(value).map(([name, at]) => `${type(name)}: ${typeof at === 'number' ? dateOf(lang, at) : ''}`));
  }
  if (kind === 'counter' && isObject(value)) {
    return many(Object.entries(value).map(([name, days]) => `${type(name)}: ${numberOf(lang, sumOf(days))}`));
  }
  if ((kind === 'sum' || kind === 'hours') && isObject(value)) {
    const scale = spec?.kind === 'sum' ? spec.scale : 1;
    return many(Object.entries(value).map(([name, buckets]) => `${type(name)}: ${numberOf(lang, bucketSum(buckets) / scale)}`));
  }
  if (kind === 'window' && isObject(value)) {
    const counts = new Map<string, number>();
    for (const day of Object.values(isObject(value['days']) ? value['days'] : {})) {
      for (const [id, count] of Object.entries(isObject(day) ? day : {})) counts.set(id, (counts.get(id) ?? 0) + sumOf(count));
    }
    const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, shownMax);
    return many(most.map(([id, count]) => `${item(id)} (${numberOf(lang, count)})`));
  }
  if (Array.isArray(value)) {
    // Stamped values: [moment, position, value], oldest first.
    const stamped: readonly unknown[] = value;
    const told = spec?.kind === 'sequence' && spec.types === true ? type : item;
    return many(stamped.slice(-shownMax).map((each) => told(String(Array.isArray(each) ? each.at(-1) : each))));
  }
  return typeof value === 'string' ? isolated(value) : JSON.stringify(value);
}

/** Of day or hour, amount, day or hour, amount, ... */
function bucketSum(buckets: unknown): number {
  const list: readonly unknown[] = Array.isArray(buckets) ? buckets : [];
  return list.reduce<number>((sum, each, at) => sum + (at % 2 === 1 && typeof each === 'number' ? each : 0), 0);
}

/** A count, or the sum of the counts of days. */
function sumOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return isObject(value) ? Object.values(value).reduce<number>((sum, each) => sum + (typeof each === 'number' ? each : 0), 0) : 0;
}
