// Expected failures are returned as data: a caller cannot forget one, and nothing already accepted is lost by a throw.
import type { ErrorCode } from './errors.js';

/** A coded failure. `field` is a JSON pointer into the input; `detail` never holds a value from it. */
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
