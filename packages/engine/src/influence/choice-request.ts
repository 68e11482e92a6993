// What a request to choose may hold: checked here alone, whoever asks, since all of it stands in the record or is learned from.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Asked } from '../model/asked.js';
import type { ChoiceRequest } from '../model/choice.js';
import { isId, isIds, unlessEmpty } from '../model/id.js';
import { ridgeFeaturesMax } from '../predict/arms/arm-ridges.js';
import { isSegment } from './choose.js';

const languagesMax = 20;

/** Fails with body_shape and the place, as a body over HTTP has it. */
export function checkChoice(point: string, asked: Asked<ChoiceRequest>): Result<ChoiceRequest> {
  const subject = unlessEmpty(asked.subject);
  // A part that is null is absent, as everywhere in a body.
  const segment = asked.segment ?? undefined;
  const features = asked.features ?? undefined;
  const among = asked.among ?? undefined;
  const languages = asked.languages ?? undefined;
  const gpc = asked.gpc ?? undefined;
  if (subject !== undefined && !isId(subject)) return fail('body_shape', '/subject');
  if (among !== undefined && !isIds(among, limits.choiceActionsMax)) return fail('body_shape', '/among');
  if (segment !== undefined && !(isId(segment) && isSegment(segment))) return fail('body_shape', '/context/segment');
  if (features !== undefined && !areFeatures(features)) return fail('body_shape', '/context/features');
  if (languages !== undefined && !isIds(languages, languagesMax)) return fail('body_shape', '/context/languages');
  if (gpc !== undefined && typeof gpc !== 'boolean') return fail('body_shape', '/gpc');
  return ok({
    point,
    ...(subject === undefined ? {} : { subject }),
    ...(segment === undefined ? {} : { segment }),
    ...(features === undefined ? {} : { features }),
    ...(among === undefined ? {} : { among }),
    ...(languages === undefined ? {} : { languages }),
    ...(gpc === true ? { gpc } : {}),
  });
}

function areFeatures(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length >= ridgeFeaturesMax) return false;
  return value.every((each) => typeof each === 'number' && each >= -1 && each <= 1);
}
