// The body of an OFREP evaluation, {context: {targetingKey, ...}}, to what a decision point is asked. The targeting key is the subject; the
// attributes that a decision reads are those of POST /v1/decide (items, exclude, pins, limit, filter) and `gpc`. All others are ignored and
// nowhere kept: OpenFeature contexts often carry more about a person than a decision may use.
// Source: OpenFeature Remote Evaluation Protocol 0.3.0, evaluationRequest.
import { ok, type Result } from '../base/result.js';
import type { RankRequest } from '../model/decision.js';
import { parseDecide } from './decide-body.js';
import { isObject, parseJson } from './json-body.js';

/** The error codes of OpenFeature that this server gives. */
export type OfrepCode = 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL';

export interface OfrepFailure {
  readonly ok: false;
  readonly errorCode: OfrepCode;
  readonly errorDetails: string;
}

/** Everything that a rank request holds but the point. */
export type OfrepAsk = Omit<RankRequest, 'point'>;

export type OfrepParsed = { readonly ok: true; readonly value: OfrepAsk } | OfrepFailure;

/** `objects`: the request carried an objection signal. An empty body asks for nobody. */
export function parseOfrep(bytes: Buffer, objects: boolean): OfrepParsed {
  const body: Result<unknown> = bytes.length === 0 ? ok({}) : parseJson(bytes);
  if (!body.ok) return failure('PARSE_ERROR', 'The body is not JSON in UTF-8.');
  if (!isObject(body.value)) return failure('INVALID_CONTEXT', 'The body is not an object with a context.');
  const context = body.value['context'] ?? {};
  if (!isObject(context)) return failure('INVALID_CONTEXT', 'The context is not an object.');
  const { items, exclude, pins, limit, filter } = context;
  const targetingKey = context['targetingKey'] ?? undefined;
  const gpc = context['gpc'] ?? undefined;
  if (targetingKey === '') return failure('TARGETING_KEY_MISSING', 'The targetingKey is empty; leave it out to ask for nobody.');
  if (targetingKey !== undefined && typeof targetingKey !== 'string') return failure('INVALID_CONTEXT', 'The targetingKey is not a text.');
  if (gpc !== undefined && typeof gpc !== 'boolean') return failure('INVALID_CONTEXT', 'The attribute gpc is not true or false.');
  const asked = {
    ...(targetingKey === undefined ? {} : { subject: targetingKey }),
    ...(items === undefined ? {} : { context: { items } }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(pins === undefined ? {} : { pins }),
    ...(limit === undefined ? {} : { limit }),
    ...(filter === undefined ? {} : { filter }),
  };
  const parsed = parseDecide('', asked, objects || gpc === true);
  if (!parsed.ok) return failure('INVALID_CONTEXT', `The context does not fit at ${placeOf(parsed.field)}.`);
  const { point: _none, ...value } = parsed.value;
  return { ok: true, value };
}

export function failure(errorCode: OfrepCode, errorDetails: string): OfrepFailure {
  return { ok: false, errorCode, errorDetails };
}

/** The member as the sender wrote it: /context/targetingKey, /context/items, ... */
function placeOf(field: string | undefined): string {
  if (field === undefined || field === '') return '/context';
  if (field === '/subject') return '/context/targetingKey';
  return field.startsWith('/context/') ? field : `/context${field}`;
}
