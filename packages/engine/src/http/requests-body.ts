// Bodies of requests of people: {kind, wish?, authority?} and, where the host does not vouch, {subject, proof}. What is wrong is refused
// with body_shape and the place.
import { isSayable } from '../base/canonical-json.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { isPurpose } from '../model/purpose.js';
import { requestKinds, type Authority, type Disclosure, type RequestKind, type Wish } from '../model/request.js';
import type { Proof } from '../runtime/desk.js';
import { isId } from '../model/id.js';
import { isObject, refusal } from './json-body.js';
import { isReason } from './reason.js';

export interface RequestBody {
  readonly kind: RequestKind;
  readonly wish: Wish;
  readonly authority: Authority | null;
}

const authorities = ['guardian', 'agent', 'assisted'] as const;

export function parseRequest(body: unknown): Result<RequestBody> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.eventBytesMax);
  if (refused !== null) return fail(refused);
  const kind = requestKinds.find((each) => each === body['kind']);
  if (kind === undefined) return fail('body_shape', '/kind');
  const wish = wishIn(kind, body['wish'] ?? {});
  if (!wish.ok) return wish;
  const authority = authorityIn(body['authority'] ?? null);
  return authority.ok ? ok({ kind, wish: wish.value, authority: authority.value }) : authority;
}

export function parseProof(body: unknown): Result<{ readonly subject: string; readonly proof: Proof }> {
  if (!isObject(body)) return fail('body_shape', '');
  const { subject, proof } = body;
  if (!isId(subject)) return fail('body_shape', '/subject');
  if (!isObject(proof)) return fail('body_shape', '/proof');
  const { kind, token, challenge, publicKey, signature } = proof;
  if (kind === 'link' && isText(token)) return ok({ subject, proof: { kind, token } });
  if (kind === 'device' && isText(challenge) && isText(publicKey) && isText(signature))
    return ok({ subject, proof: { kind, challenge, publicKey, signature } });
  return fail('body_shape', '/proof');
}

export function parsePublicKey(body: unknown): Result<string> {
  return isObject(body) ? publicKeyOf(body['publicKey'], '/publicKey') : fail('body_shape', '');
}

/** An Ed25519 public key: 32 bytes in base64url. */
export function publicKeyOf(value: unknown, field: string): Result<string> {
  return typeof value === 'string' && /^[\w-]{43}$/u.test(value) ? ok(value) : fail('body_shape', field);
}

/** A text that is kept: why it takes longer or is refused, what was answered. */
export function parseText(body: unknown, name: 'reason' | 'text'): Result<string> {
  if (!isObject(body)) return fail('body_shape', '');
  const text = body[name];
  return isReason(text) ? ok(text) : fail('body_shape', `/${name}`);
}

export function parseDisclosure(body: unknown): Result<Disclosure> {
  if (!isObject(body)) return fail('body_shape', '');
  const { recipient, reference, purpose } = body;
  if (!isId(recipient)) return fail('body_shape', '/recipient');
  if (!isId(reference)) return fail('body_shape', '/reference');
  return isPurpose(purpose) ? ok({ recipient, reference, purpose }) : fail('purpose_unknown', '/purpose');
}

function wishIn(kind: RequestKind, given: unknown): Result<Wish> {
  if (!isObject(given)) return fail('body_shape', '/wish');
  const { purposes, event, properties, decision, text } = given;
  if (kind === 'object') {
    const isList = Array.isArray(purposes) && purposes.length > 0 && purposes.every(isPurpose);
    return isList ? ok({ purposes }) : fail('purpose_unknown', '/wish/purposes');
  }
  if (kind === 'correct') {
    if (!isId(event)) return fail('body_shape', '/wish/event');
    return isObject(properties) && isSayable(properties) ? ok({ event, properties }) : fail('body_shape', '/wish/properties');
  }
  if (kind === 'human_review') {
    if (decision !== undefined && !isId(decision)) return fail('body_shape', '/wish/decision');
    if (text === undefined ? decision === undefined : !isReason(text)) return fail('body_shape', '/wish/text');
    return ok({ ...(decision === undefined ? {} : { decision }), ...(isReason(text) ? { text } : {}) });
  }
  return ok({});
}

function authorityIn(given: unknown): Result<Authority | null> {
  if (given === null) return ok(null);
  if (!isObject(given)) return fail('body_shape', '/authority');
  const { by, evidence } = given;
  const kind = authorities.find((each) => each === given['kind']);
  if (kind === undefined) return fail('body_shape', '/authority/kind');
  if (!isId(by)) return fail('body_shape', '/authority/by');
  return isReason(evidence) ? ok({ kind, by, evidence }) : fail('body_shape', '/authority/evidence');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.reasonCharsMax;
}
