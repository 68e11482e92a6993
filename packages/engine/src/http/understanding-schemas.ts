// Shapes of segments and insights in the OpenAPI document.
import { Type, type TSchema } from '@sinclair/typebox';
import { limits } from '../base/limits.js';
import { purposes } from '../model/purpose.js';

const people = Type.Union([Type.Integer({ minimum: limits.evidencePeopleMin }), Type.Null()], {
  description: 'null: fewer than `fewerThan`',
});
const summary = {
  name: Type.String(),
  title: Type.String(),
  purpose: Type.Unsafe<string>({ type: 'string', enum: [...purposes] }),
  people,
  fewerThan: Type.Optional(Type.Integer()),
};

export const understandingSchemas: Readonly<Record<string, TSchema>> = {
  Segments: Type.Object({ segments: Type.Array(Type.Object(summary)) }),
  Segment: Type.Object({
    ...summary,
    members: Type.Optional(Type.Array(Type.String())),
    next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
  Lookalikes: Type.Object({
    lookalikes: Type.Array(
      Type.Object({
        subject: Type.String(),
        score: Type.Number(),
        reasons: Type.Array(
          Type.Object({ feature: Type.String(), contribution: Type.Number(), members: Type.Integer(), others: Type.Integer() }),
        ),
      }),
    ),
  }),
  CutPointsTold: Type.Object({ published: Type.Array(Type.String()), withheld: Type.Array(Type.String()) }),
  Insight: Type.Object({
    trait: Type.String(),
    rate: Type.Number({ description: 'at most this share of the findings is expected to be nothing' }),
    tests: Type.Integer(),
    people: Type.Union([Type.Integer({ minimum: limits.evidencePeopleMin }), Type.Null()], { description: 'null: fewer than five' }),
    findings: Type.Array(Type.Object({ p: Type.Number(), q: Type.Number() }, { additionalProperties: true })),
  }),
};
