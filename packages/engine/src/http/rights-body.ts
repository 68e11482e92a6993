// Bodies of what is asked for a person: {restricted, origin} freezes or lifts; {id, properties} corrects the event of that messageId;
// {other, linked, evidence} says that another id is theirs, or is no more.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Properties } from '../model/event.js';
import { isId } from '../model/id.js';
import { isObject, refusal } from './json-body.js';
import { isReason } from './reason.js';

export interface RestrictionBody {
  readonly restricted: boolean;
  readonly origin: string;
}

/** Fails with body_shape and the place. */
export function parseRestriction(body: unknown): Result<RestrictionBody> {
  if (!isObject(body)) return fail('body_shape', '');
  const { restricted, origin = 'api' } = body;
  if (typeof restricted !== 'boolean') return fail('body_shape', '/restricted');
  return isId(origin) ? ok({ restricted, origin }) : fail('body_shape', '/origin');
}

export interface CorrectionBody {
  readonly id: string;
  readonly properties: Properties;
}

/** Fails with body_shape, body_too_deep or event_too_large and the place. */
export function parseCorrection(body: unknown): Result<CorrectionBody> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.eventBytesMax);
  if (refused !== null) return fail(refused);
  const { id, properties } = body;
  if (!isId(id)) return fail('body_shape', '/id');
  return isObject(properties) ? ok({ id, properties }) : fail('body_shape', '/properties');
}

export interface LinkBody {
  readonly other: string;
  readonly linked: boolean;
  readonly evidence: string;
}

/** Fails with body_shape and the place. */
export function parseLink(body: unknown): Result<LinkBody> {
  if (!isObject(body)) return fail('body_shape', '');
  const { other, linked = true, evidence } = body;
  if (!isId(other)) return fail('body_shape', '/other');
  if (typeof linked !== 'boolean') return fail('body_shape', '/linked');
  if (linked && !isReason(evidence)) return fail('body_shape', '/evidence');
  return ok({ other, linked, evidence: typeof evidence === 'string' ? evidence : '' });
}
