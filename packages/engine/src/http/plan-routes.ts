// Routes of plans: asked for, changed, explained; and the publication of a pack's model.
//   POST /v1/plan/POINT {subject?, group?, windows, start?, end?, budget?, pace?, mustSee?, avoid?, disruption?}
// Fails with body_shape and the place, besides what planning fails with.
import { Type } from '@sinclair/typebox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isSayable } from '../base/canonical-json.js';
import { limits } from '../base/limits.js';
import { lazily } from '../base/lazily.js';
import { fail, ok, type Result } from '../base/result.js';
import type { PlanRequest } from '../model/plan.js';
import type { Engine } from '../runtime/engine.js';
import { answer } from './cold-answer.js';
import { subjectOf } from './body-subject.js';
import { isObject, refusal, type JsonObject } from './json-body.js';
import { carriesObjection } from './objection-signal.js';
import { planSchemas } from './plan-schemas.js';
import type { RouteTable } from './route-table.js';
import { parseTime } from './time.js';
import { isPage, unmasked } from './unmasked-answer.js';

interface PlanBody extends Omit<PlanRequest, 'point' | 'subject' | 'gpc' | 'windows' | 'disruption'> {
  readonly windows?: readonly { readonly from: string; readonly until: string }[];
  readonly disruption?: Omit<NonNullable<PlanRequest['disruption']>, 'at' | 'done'> & {
    readonly at?: string;
    readonly done?: readonly string[];
  };
}

const fitsOf = lazily(() => new Ajv2020({ strict: false }).compile<PlanBody>(planSchemas['PlanRequest'] ?? Type.Never()));

export function addPlans(table: RouteTable, engine: Engine): void {
  table.add('POST', '/v1/plan/:point', { needs: 'write' }, async (asked) => {
    const body = asked.json();
    const request = body.ok ? parsePlan(asked.param('point'), body.value, carriesObjection(asked)) : body;
    if (!request.ok) return answer(request);
    const planned = await engine.planning.plan(request.value);
    const why = planned.ok ? engine.planning.why(planned.value.id) : planned;
    if (!why.ok) return answer(why);
    // What became of it is left out: nothing can have yet.
    const { plan, summary, stops, passedOver, changes, reproducible } = why.value;
    const told = { summary, stops, passedOver, changes, reproducible };
    const { id, mode, contextualBecause, total, refused, members, membersLeftOut, leftOut, position, epoch } = plan;
    const because = contextualBecause ?? null;
    return answer(ok({ planId: id, mode, because, ...told, total, refused, members, membersLeftOut, leftOut, position, epoch }));
  });
  table.add('GET', '/v1/plans/:id', { needs: 'write' }, ({ param, key }) => {
    const read = () => engine.planning.why(param('id'));
    return isPage(key) ? answer(read()) : unmasked(engine, key, read, ({ plan }) => [plan.subject]);
  });
  table.add('POST', '/v1/models/:name/publication', { needs: 'admin' }, async ({ param }) =>
    answer(await engine.packModelling.publish(param('name'))),
  );
}

export function parsePlan(point: string, body: unknown, gpc: boolean): Result<PlanRequest> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.bodyBytesMax);
  if (refused !== null) return fail(refused);
  const subject = subjectOf(body, 'body_shape');
  if (!subject.ok) return subject;
  const given = bodyOf(withoutNulls(body));
  if (!given.ok) return given;
  const { group, start, end, utcOffsetMinutes, budget, pace, mustSee, avoid, disruption } = given.value;
  const windows: { from: number; until: number }[] = [];
  for (const [at, window] of (given.value.windows ?? []).entries()) {
    const [from, until] = [parseTime(window.from), parseTime(window.until)];
    if (from === undefined || until === undefined) return fail('body_shape', `/windows/${at}`);
    windows.push({ from, until });
  }
  const at = disruption?.at === undefined ? undefined : parseTime(disruption.at);
  if (disruption?.at !== undefined && at === undefined) return fail('body_shape', '/disruption/at');
  const { at: _at, ...happened } = disruption ?? { plan: '' };
  return ok({
    point,
    ...(subject.value === undefined ? {} : { subject: subject.value }),
    ...(group === undefined ? {} : { group }),
    ...(given.value.windows === undefined ? {} : { windows }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes }),
    ...(budget === undefined ? {} : { budget }),
    ...(pace === undefined ? {} : { pace }),
    ...(mustSee === undefined ? {} : { mustSee }),
    ...(avoid === undefined ? {} : { avoid }),
    ...(disruption === undefined ? {} : { disruption: { ...happened, done: disruption.done ?? [], ...(at === undefined ? {} : { at }) } }),
    ...(gpc ? { gpc } : {}),
  });
}

/** A part that is null is absent, also of what happened. */
function withoutNulls(body: JsonObject): JsonObject {
  const there = Object.entries(body).filter(([, part]) => part !== null);
  return Object.fromEntries(there.map(([name, part]) => [name, name === 'disruption' && isObject(part) ? withoutNulls(part) : part]));
}

function bodyOf(value: unknown): Result<PlanBody> {
  const fits = fitsOf();
  return fits(value) && isSayable(value) ? ok(value) : fail('body_shape', fits.errors?.[0]?.instancePath ?? '');
}
