// The body of POST /v1/decide/:point to a rank request. What its parts may hold is checked where every request passes
// (influence/rank-request.ts). A part that is not known is ignored, but for a filter's.
import { limits } from '../base/limits.js';
import { fail, type Result } from '../base/result.js';
import { checkRank } from '../influence/rank-request.js';
import type { RankRequest } from '../model/decision.js';
import { subjectOf } from './body-subject.js';
import { parseSituation } from './choose-body.js';
import { isObject, refusal } from './json-body.js';

/** `gpc`: the request carried an objection signal. Fails with body_shape or body_too_deep and the place. */
export function parseDecide(point: string, body: unknown, gpc: boolean): Result<RankRequest> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.bodyBytesMax);
  if (refused !== null) return fail(refused);
  const subject = subjectOf(body, 'body_shape');
  if (!subject.ok) return subject;
  const { context, filter, exclude, pins, limit } = body;
  const asked = checkRank(point, { subject: subject.value, context, filter, exclude, pins, limit, gpc });
  if (!asked.ok) return asked;
  const situation = parseSituation(body);
  return situation.ok ? asked : situation;
}
