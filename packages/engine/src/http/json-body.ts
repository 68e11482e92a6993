// Bytes of a body to a value, and the check that the value is harmless: no key that could reach a prototype, not too deep, not too wide.
// One walk over what JSON.parse gave, no copy. A failure names a code, never a value.
import { isUtf8 } from 'node:buffer';
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One JSON value in UTF-8; a byte order mark before it is passed over, as RFC 8259, 8.1 lets a parser do: some tools write one unasked. */
export function parseJson(bytes: Buffer): Result<unknown> {
  if (!isUtf8(bytes)) return fail('body_not_json');
  const text = bytes.toString('utf8');
  try {
    return ok(JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text));
  } catch {
    return fail('body_not_json');
  }
}

// Budgets of the walk in progress: it is synchronous, so one of each will do.
let keysLeft = 0;
let charsLeft = 0;

/**
 * Why a value may not come in, or null. Depth and keys by limits.jsonDepthMax and jsonKeysMax; size as characters of keys and strings, with
 * 8 for any other value: close to the bytes of the JSON, at a fraction of the cost.
 */
export function refusal(value: unknown, charsMax: number): ErrorCode | null {
  keysLeft = limits.jsonKeysMax;
  charsLeft = charsMax;
  return visit(value, limits.jsonDepthMax);
}

function visit(value: unknown, depthLeft: number): ErrorCode | null {
  if (typeof value === 'string') return spend(value.length);
  if (typeof value !== 'object' || value === null) return spend(8);
  if (depthLeft === 0) return 'body_too_deep';
  if (Array.isArray(value)) {
    for (const part of value) {
      const code = visit(part, depthLeft - 1);
      if (code !== null) return code;
    }
    return null;
  }
  if (!isObject(value)) return null;
  // for-in, because it makes no array; a value from JSON.parse inherits nothing enumerable.
  for (const key in value) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') return 'body_shape';
    keysLeft -= 1;
    if (keysLeft < 0) return 'body_too_deep';
    const code = spend(key.length) ?? visit(value[key], depthLeft - 1);
    if (code !== null) return code;
  }
  return null;
}

function spend(chars: number): ErrorCode | null {
  charsLeft -= chars;
  return charsLeft < 0 ? 'event_too_large' : null;
}
