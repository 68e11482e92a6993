// The parts of a decide body that only choosing goes by: {among, context: {segment, features, languages}}; and the whole body to a choice
// request. The parts are checked for every point, so that a mistake shows wherever it is made; what they may hold says
// influence/choice-request.ts, where every request passes.
import { limits } from '../base/limits.js';
import { fail, type Result } from '../base/result.js';
import { checkChoice } from '../influence/choice-request.js';
import type { Asked } from '../model/asked.js';
import type { ChoiceRequest } from '../model/choice.js';
import { subjectOf } from './body-subject.js';
import { isObject, refusal, type JsonObject } from './json-body.js';

/** Fails with body_shape and the place. */
export function parseSituation(body: JsonObject): Result<ChoiceRequest> {
  return checkChoice('', situationIn(body));
}

/** Fails with body_shape or body_too_deep and the place. */
export function parseChoose(point: string, body: unknown, gpc: boolean): Result<ChoiceRequest> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.bodyBytesMax);
  if (refused !== null) return fail(refused);
  const subject = subjectOf(body, 'body_shape');
  if (!subject.ok) return subject;
  const context = body['context'] ?? undefined;
  if (context !== undefined && !isObject(context)) return fail('body_shape', '/context');
  return checkChoice(point, { ...situationIn(body), subject: subject.value, gpc });
}

function situationIn({ among, context }: JsonObject): Asked<ChoiceRequest> {
  const { segment, features, languages }: JsonObject = isObject(context) ? context : {};
  return { among, segment, features, languages };
}
