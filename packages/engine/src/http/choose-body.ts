// The parts of a decide body that only choosing goes by: {among, context: {segment, features, languages}}; and the whole body to a choice
// request. The parts are checked for every point, so that a mistake shows wherever it is made.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { ChoiceRequest } from '../model/choice.js';
import { isSegment } from '../influence/choose.js';
import { ridgeFeaturesMax } from '../predict/arms/arm-ridges.js';
import { isId, isIds, subjectOf } from './id.js';
import { isObject, refusal, type JsonObject } from './json-body.js';

export type Situation = Pick<ChoiceRequest, 'among' | 'segment' | 'features' | 'languages'>;

const languagesMax = 20;

/** Fails with body_shape and the place. */
export function parseSituation(body: JsonObject): Result<Situation> {
  const { among, context } = body;
  if (among !== undefined && !isIds(among, limits.choiceActionsMax)) return fail('body_shape', '/among');
  const { segment, features, languages }: JsonObject = isObject(context) ? context : {};
  if (segment !== undefined && !(isId(segment) && isSegment(segment))) return fail('body_shape', '/context/segment');
  if (features !== undefined && !areFeatures(features)) return fail('body_shape', '/context/features');
  if (languages !== undefined && !isIds(languages, languagesMax)) return fail('body_shape', '/context/languages');
  return ok({
    ...(among === undefined ? {} : { among }),
    ...(segment === undefined ? {} : { segment }),
    ...(features === undefined ? {} : { features }),
    ...(languages === undefined ? {} : { languages }),
  });
}

/** Fails with body_shape or body_too_deep and the place. */
export function parseChoose(point: string, body: unknown, gpc: boolean): Result<ChoiceRequest> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.bodyBytesMax);
  if (refused !== null) return fail(refused);
  const subject = subjectOf(body, 'body_shape');
  if (!subject.ok) return subject;
  if (body['context'] !== undefined && !isObject(body['context'])) return fail('body_shape', '/context');
  const situation = parseSituation(body);
  if (!situation.ok) return situation;
  return ok({ point, ...(subject.value === undefined ? {} : { subject: subject.value }), ...situation.value, ...(gpc ? { gpc } : {}) });
}

function areFeatures(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length >= ridgeFeaturesMax) return false;
  return value.every((each) => typeof each === 'number' && each >= -1 && each <= 1);
}
