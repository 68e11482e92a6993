// Canonical JSON by RFC 8785 (JCS): the one textual form that dumps, hashes and signatures use. What JSON cannot say is refused instead of
// dropped, since two different values would then look equal: undefined, functions, symbols, holes, numbers that are not finite. Text with a
// lone surrogate is refused, too: it has no UTF-8.
import canonicalize from 'canonicalize';
import { assert } from './assert.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The canonical text of a JSON value. Throws on what is no JSON value (see above). */
export function canonicalJson(value: unknown): string {
  refuseUnsayable(value);
  const text = canonicalize(value);
  assert(text !== undefined, 'a canonical value is a JSON value');
  return text;
}

/**
 * Has a value of JSON.parse a canonical text? Not with half of a surrogate pair, nor with 1e999, which is Infinity in memory and null in a
 * log: state would not be the fold of what was written. Cheap, for the way in of every event.
 */
export function isSayable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSayable);
  return Object.entries(value).every(([name, part]) => name.isWellFormed() && isSayable(part));
}

const unsayable: ReadonlySet<string> = new Set(['undefined', 'function', 'symbol', 'bigint']);

function refuseUnsayable(value: unknown): void {
  assert(!unsayable.has(typeof value), 'a canonical value holds no undefined');
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) for (let index = 0; index < value.length; index += 1) refuseUnsayable(value[index]);
  else for (const part of Object.values(value)) refuseUnsayable(part);
}
