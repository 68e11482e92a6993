// What a request to plan may hold: checked here whoever asks, since it stands in the record, which has to be sayable in the log. Over HTTP
// the published schema comes before it (http/plan-schemas.ts), where times are texts.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Asked } from '../model/asked.js';
import { isId, isIds, unlessEmpty } from '../model/id.js';
import { paces, type Disruption, type PlanRequest } from '../model/plan.js';

/** Furthest any place on earth stands from UTC, minutes; a week of delay. */
export const utcOffsetMinutesMax = 14 * 60;
export const delayMinutesMax = 7 * 24 * 60;

/** Fails with body_shape and the place. */
export function checkPlan(asked: PlanRequest): Result<PlanRequest> {
  const { subject: given, ...rest } = asked;
  const subject = unlessEmpty(given);
  if (subject !== undefined && !isId(subject)) return fail('body_shape', '/subject');
  const checks: { readonly [Part in keyof typeof rest]-?: (value: unknown) => boolean } = {
    point: (value) => typeof value === 'string',
    group: (value) => isIds(value, limits.planMembersMax),
    windows: (value) => Array.isArray(value) && value.length <= limits.planWindowsMax && value.every(isWindow),
    start: isId,
    end: isId,
    utcOffsetMinutes: (value) => isWithin(value, -utcOffsetMinutesMax, utcOffsetMinutesMax),
    budget: isMoney,
    pace: (value) => paces.some((pace) => pace === value),
    mustSee: (value) => isIds(value, limits.planListMax),
    avoid: (value) => isIds(value, limits.planListMax),
    disruption: isDisruption,
    gpc: (value) => typeof value === 'boolean',
  };
  for (const [part, check] of Object.entries(checks)) {
    const value: unknown = Reflect.get(rest, part);
    if (value !== undefined && !check(value)) return fail('body_shape', `/${part}`);
  }
  return ok({ ...rest, ...(subject === undefined ? {} : { subject }) });
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

function isMs(value: unknown): value is number {
  return isWithin(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function isParts(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWindow(value: unknown): boolean {
  return isParts(value) && isMs(value['from']) && isMs(value['until']);
}

function isMoney(value: unknown): boolean {
  if (!isParts(value) || !isWithin(value['amount'], 0, Number.MAX_SAFE_INTEGER)) return false;
  return typeof value['currency'] === 'string' && /^[A-Z]{3}$/.test(value['currency']);
}

function isDisruption(value: unknown): boolean {
  if (!isParts(value)) return false;
  const { plan, done, at, delayMinutes, closed, here }: Asked<Disruption> = value;
  return (
    isId(plan) &&
    isIds(done, limits.planListMax) &&
    (at === undefined || isMs(at)) &&
    (delayMinutes === undefined || isWithin(delayMinutes, 0, delayMinutesMax)) &&
    (closed === undefined || isIds(closed, limits.planListMax)) &&
    (here === undefined || isId(here))
  );
}
