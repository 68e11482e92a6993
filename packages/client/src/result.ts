// Expected failures are returned, as the engine in process does: a caller cannot forget one.
import type { ErrorCode } from './api.js';

/** A coded failure (docs/errors.md). `field` is a JSON pointer into what was sent. */
export interface Failure {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly field?: string;
  readonly detail?: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(code: ErrorCode, field?: string, detail?: string): Failure {
  return { ok: false, code, ...(field === undefined ? {} : { field }), ...(detail === undefined ? {} : { detail }) };
}
