// Whom a body speaks of. Clients of several origins name the person in several ways.
import { fail, ok, type Result } from '../base/result.js';
import type { ErrorCode } from '../base/errors.js';
import { isId, unlessEmpty } from '../model/id.js';
import type { JsonObject } from './json-body.js';

const names = ['subject', 'userId', 'anonymousId'] as const;

/** Whom a body speaks of: subject, else userId, else anonymousId; null and '' count as absent. undefined: nobody is named. */
export function subjectOf(body: JsonObject, code: ErrorCode): Result<string | undefined> {
  for (const name of names) {
    const value = unlessEmpty(body[name]);
    if (value === undefined) continue;
    return isId(value) ? ok(value) : fail(code, `/${name}`);
  }
  return ok(undefined);
}
