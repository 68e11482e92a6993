// Shapes of plans over the wire. The body of a request is parsed by its schema, compiled once: the two cannot say different things.
import { Type, type TSchema } from '@sinclair/typebox';
import { limits } from '../base/limits.js';
import { delayMinutesMax, utcOffsetMinutesMax } from '../influence/plan-request.js';
import { paces } from '../model/plan.js';

const open = { additionalProperties: true } as const;
const opt = (schema: TSchema): TSchema => Type.Optional(schema);
const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
/** Of a body: null is absent. */
const optional = (schema: TSchema): TSchema => opt(nullable(schema));
export const planId = Type.String({
  minLength: 1,
  maxLength: limits.idCharsMax,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]*$',
});
const time = Type.String({
  description: 'ISO 8601 with a zone',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)$',
});
const ms = Type.Integer({ description: 'ms since 1970 UTC' });
const list = (max: number): TSchema => Type.Array(planId, { maxItems: max });
const money = Type.Object({
  amount: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'minor units' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
});
const reason = Type.Object({
  kind: Type.String(),
  contribution: Type.Number(),
  people: opt(Type.Integer({ minimum: limits.evidencePeopleMin })),
});
const stop = {
  item: Type.String(),
  arriveAt: ms,
  leaveAt: ms,
  walkMinutes: Type.Integer({ minimum: 0 }),
  price: nullable(Type.Integer()),
  mustSee: Type.Boolean(),
  score: Type.Number(),
  reasons: Type.Array(reason),
  state: Type.Union([Type.Literal('done'), Type.Literal('kept'), Type.Literal('moved'), Type.Literal('new')]),
};
const told = {
  summary: Type.String(),
  stops: Type.Array(Type.Object({ ...stop, title: Type.String(), why: Type.Array(Type.String()) })),
  passedOver: Type.Array(Type.String()),
  changes: Type.Array(Type.String()),
  reproducible: Type.Boolean(),
};
/** What became of a decision. */
export const became = {
  exposures: Type.Array(Type.Array(Type.Union([Type.Number(), Type.String()]))),
  outcomes: Type.Array(Type.Array(Type.Union([Type.Number(), Type.String()]))),
};
const refused = nullable(Type.Object({ rule: Type.String(), items: Type.Array(Type.String()) }));
const mode = Type.Union([Type.Literal('personal'), Type.Literal('contextual')]);

export const planSchemas: Readonly<Record<string, TSchema>> = {
  PlanRequest: Type.Object(
    {
      subject: optional(Type.String({ maxLength: limits.idCharsMax })),
      userId: optional(Type.String({ maxLength: limits.idCharsMax })),
      anonymousId: optional(Type.String({ maxLength: limits.idCharsMax })),
      group: optional(list(limits.planMembersMax)),
      windows: optional(Type.Array(Type.Object({ from: time, until: time }), { minItems: 1, maxItems: limits.planWindowsMax })),
      start: optional(planId),
      end: optional(planId),
      utcOffsetMinutes: optional(Type.Integer({ minimum: -utcOffsetMinutesMax, maximum: utcOffsetMinutesMax })),
      budget: optional(money),
      pace: optional(Type.Unsafe<string>({ type: 'string', enum: [...paces] })),
      mustSee: optional(list(limits.planListMax)),
      avoid: optional(list(limits.planListMax)),
      disruption: optional(
        Type.Object({
          plan: planId,
          done: optional(list(limits.planListMax)),
          at: optional(time),
          delayMinutes: optional(Type.Integer({ minimum: 0, maximum: delayMinutesMax })),
          closed: optional(list(limits.planListMax)),
          here: optional(planId),
        }),
      ),
    },
    open,
  ),
  PlanAnswer: Type.Object({
    planId: Type.String(),
    mode,
    because: nullable(Type.String()),
    ...told,
    total: nullable(money),
    refused,
    members: Type.Integer({ minimum: 0 }),
    membersLeftOut: Type.Integer({ minimum: 0 }),
    leftOut: Type.Record(Type.String(), Type.Integer()),
    position: Type.Integer(),
    epoch: nullable(Type.Integer()),
  }),
  PlanWhy: Type.Object({
    plan: Type.Object(
      {
        id: Type.String(),
        point: Type.String(),
        kind: Type.Literal('plan'),
        mode,
        subject: nullable(Type.String()),
        at: ms,
        position: Type.Integer(),
        stops: Type.Array(Type.Object(stop)),
        refused,
      },
      open,
    ),
    ...told,
    ...became,
  }),
  PublicationAnswer: Type.Object({ model: Type.String() }),
};
