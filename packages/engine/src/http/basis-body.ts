// The body of POST /v1/bases: {eventType, purpose, basis, reason, keepDays?, keepFrom?}: the deployment declares, with its reason, that a
// lawful basis other than consent holds. Only for purposes that the type itself names as declared: a type that asks for consent cannot be
// talked out of it.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Registry } from '../consent/registry.js';
import { isPurpose } from '../model/purpose.js';
import { keepFroms, lawfulBases, type BasisDeclaration, type KeepFrom, type LawfulBasis } from '../model/system-event.js';
import { isObject, refusal } from './json-body.js';
import { isReason } from './reason.js';

/** Fails with body_shape, event_type_unknown, purpose_unknown or basis_not_declarable and the place. */
export function parseBasis(body: unknown, registry: Registry): Result<BasisDeclaration> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.eventBytesMax);
  if (refused !== null) return fail(refused);
  const { eventType, purpose, basis, reason, keepDays, keepFrom } = body;
  if (typeof eventType !== 'string') return fail('body_shape', '/eventType');
  if (!isBasis(basis)) return fail('body_shape', '/basis');
  if (!isReason(reason)) return fail('body_shape', '/reason');
  if (!isPurpose(purpose)) return fail('purpose_unknown', '/purpose');
  const known = registry.known(eventType);
  if (known === undefined) return fail('event_type_unknown', '/eventType');
  if (known.type.purposes[purpose] !== 'declared') return fail('basis_not_declarable', '/purpose');
  if (keepDays !== undefined && typeof keepDays !== 'number') return fail('body_shape', '/keepDays');
  if (keepFrom !== undefined && (keepDays === undefined || !isKeepFrom(keepFrom))) return fail('body_shape', '/keepFrom');
  const kept = keepDays === undefined ? {} : { keepDays, ...(keepFrom === undefined ? {} : { keepFrom }) };
  return ok({ eventType: known.type.name, purpose, basis, reason, ...kept });
}

function isKeepFrom(value: unknown): value is KeepFrom {
  return keepFroms.some((from) => from === value);
}

export function isBasis(value: unknown): value is LawfulBasis {
  return lawfulBases.some((basis) => basis === value);
}
