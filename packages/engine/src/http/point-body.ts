// The body that starts a stopped point again, {by, reason}, and what a point tells of itself.
import { fail, ok, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { isObject } from './json-body.js';
import { isReason } from './reason.js';

/** Fails with body_shape and the place. */
export function parseRestart(body: unknown): Result<{ readonly by: string; readonly reason: string }> {
  if (!isObject(body)) return fail('body_shape', '');
  const { by, reason } = body;
  if (!isReason(by)) return fail('body_shape', '/by');
  return isReason(reason) ? ok({ by, reason }) : fail('body_shape', '/reason');
}

/** Whether the point runs, and what its experiment says now. Counts and rates, nobody's ids. */
export function pointAnswer(name: string, { core, choosing }: Engine): Result<object> {
  if (choosing.point(name) === undefined) return fail('point_unknown');
  const { era, stop } = core.choices.point(name);
  return ok({ point: name, era, stop, experiment: choosing.report(name) ?? null });
}
