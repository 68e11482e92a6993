// The body that starts a stopped point again, {by, reason}, and what a point tells of itself: of its experiment nothing that counts fewer
// than limits.evidencePeopleMin people, and no number so exactly that one person more or less could be read from it.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Effect } from '../influence/experiment/confidence-sequence.js';
import type { Report } from '../influence/experiment/report.js';
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

/** A report as it may leave. */
export interface ToldReport extends Omit<Report, 'people' | 'crossed' | 'sampleRatio'> {
  /** null: fewer than limits.evidencePeopleMin; else rounded down to a multiple of it. */
  readonly people: { readonly [arm: string]: number | null };
  readonly crossed: number | null;
  /** `p` is null while an arm has so few. */
  readonly sampleRatio: { readonly p: number | null; readonly alarm: boolean };
}

/** Whether the point runs, and what its experiment says now. Counts and rates, nobody's ids. */
export function pointAnswer(name: string, { core, choosing }: Engine): Result<object> {
  if (choosing.point(name) === undefined) return fail('point_unknown');
  const { era, stop } = core.choices.point(name);
  const report = choosing.report(name);
  return ok({ point: name, era, stop, experiment: report === undefined ? null : toldReport(report) });
}

export function toldReport(report: Report): ToldReport {
  const { people, crossed, effect, covaried, sampleRatio, groups } = report;
  const counts = Object.entries(people).map(([arm, count]) => [arm, toldCount(count)] as const);
  const isFew = counts.some(([, count]) => count === null);
  return {
    ...report,
    people: Object.fromEntries(counts),
    crossed: toldCount(crossed),
    effect: toldEffect(effect),
    covaried: covaried === null ? null : { slope: rounded(covaried.slope), width: rounded(covaried.width) },
    sampleRatio: { p: isFew ? null : rounded(sampleRatio.p), alarm: sampleRatio.alarm },
    groups: groups.map((each) => ({ ...each, effect: toldEffect(each.effect), p: rounded(each.p) })),
  };
}

function toldEffect(effect: Effect | null): Effect | null {
  if (effect === null) return null;
  const { difference, low, high, n } = effect;
  return { difference: rounded(difference), low: rounded(low), high: rounded(high), n: toldCount(n) ?? 0 };
}

function toldCount(count: number): number | null {
  return count < limits.evidencePeopleMin ? null : count - (count % limits.evidencePeopleMin);
}

/** To four places: a hundredth of a percentage point, as the conclusion says it. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
