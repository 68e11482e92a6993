// Canonical JSON by RFC 8785 (JCS): the one textual form that dumps, hashes and signatures use. `undefined` is refused, since JCS
// implementations drop it silently and two different states would then look equal.
import canonicalize from 'canonicalize';
import { assert } from './assert.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The canonical text of a JSON value. Fails (assertion) on undefined, functions and non-finite numbers. */
export function canonicalJson(value: unknown): string {
  refuseUndefined(value);
  const text = canonicalize(value);
  assert(text !== undefined, 'a canonical value is a JSON value');
  return text;
}

function refuseUndefined(value: unknown): void {
  assert(value !== undefined && typeof value !== 'function', 'a canonical value holds no undefined');
  if (value === null || typeof value !== 'object') return;
  for (const part of Object.values(value)) refuseUndefined(part);
}
