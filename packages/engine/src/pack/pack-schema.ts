// The shape of a pack as a JSON schema: what a file that somebody wrote is held against before anything reads it.
import { Type, type TSchema } from '@sinclair/typebox';
import { purposes } from '../model/purpose.js';
import { namePattern } from '../understand/segments/check-definitions.js';

const exact = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1, maxLength: 512 });
const name = Type.String({ pattern: namePattern.source });
const oneOfThese = (values: readonly string[]): TSchema => Type.Unsafe({ type: 'string', enum: [...values] });
const purpose = oneOfThese(purposes);
const days = Type.Integer({ minimum: 1 });
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const list = (item: TSchema): TSchema => Type.Optional(Type.Array(item));
const some = (item: TSchema): TSchema => Type.Array(item, { minItems: 1 });
/** Amounts of these are added up: one that is there twice would count twice. */
const types = Type.Array(text, { minItems: 1, uniqueItems: true });
const bounds = { atLeast: Type.Optional(Type.Number()), atMost: Type.Optional(Type.Number()) };
const predicate = Type.Unsafe<object>({ $ref: '#/$defs/predicate' });

const trait = Type.Union([
  Type.Object({ name, purpose, kind: oneOfThese(['counter', 'recency']) }, exact),
  Type.Object({ name, purpose, kind: Type.Literal('sum'), property: text, scale: Type.Integer() }, exact),
  Type.Object({ name, purpose, kind: Type.Literal('hours'), days }, exact),
  Type.Object(
    {
      name,
      purpose,
      kind: Type.Literal('sequence'),
      max: Type.Integer(),
      property: Type.Optional(text),
      types: Type.Optional(Type.Boolean()),
    },
    exact,
  ),
  Type.Object({ name, purpose, kind: Type.Literal('window'), days, property: Type.Optional(text) }, exact),
  Type.Object({ name, purpose, kind: Type.Literal('last_value'), property: text }, exact),
]);

const conditions = Type.Union([
  Type.Object({ all: some(predicate) }, exact),
  Type.Object({ any: some(predicate) }, exact),
  Type.Object({ not: predicate }, exact),
  Type.Object({ count: name, of: types, days, ...bounds }, exact),
  Type.Object({ seen: name, of: types, days }, exact),
  Type.Object({ times: name, value: text, days, ...bounds }, exact),
  Type.Object({ last: name, days, oneOf: Type.Optional(some(scalar)), ...bounds }, exact),
  Type.Object({ sequence: name, contains: some(text), days }, exact),
  Type.Object({ band: name, measure: name, ...bounds }, exact),
]);

const rule = Type.Object(
  {
    type: oneOfThese(['string', 'number', 'integer', 'boolean', 'strings', 'object', 'objects']),
    required: Type.Optional(Type.Boolean()),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    unit: Type.Optional(text),
  },
  exact,
);
const eventType = Type.Object(
  {
    name: text,
    aliases: list(text),
    category: oneOfThese(['behavioural', 'transactional', 'location', 'health', 'biometric', 'financial', 'preference']),
    purposes: Type.Unsafe<object>({
      type: 'object',
      minProperties: 1,
      propertyNames: purpose,
      additionalProperties: oneOfThese(['consent', 'declared']),
    }),
    properties: Type.Record(text, rule),
    item: Type.Optional(text),
    counts: Type.Optional(Type.Boolean()),
    retentionDays: Type.Integer({ minimum: 1, maximum: 3650 }),
  },
  exact,
);
const measure = Type.Object({ name, as: oneOfThese(['count', 'sum', 'recency']), trait: name, of: types }, exact);
const point = Type.Object(
  {
    name: text,
    kind: Type.Literal('rank'),
    limit: Type.Integer({ minimum: 1 }),
    model: Type.Optional(name),
    uniformPpm: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    countsAs: Type.Optional(oneOfThese(['page', 'email', 'push', 'sms'])),
  },
  exact,
);
const planPoint = Type.Object({ name: text, kind: Type.Literal('plan'), model: name, categories: some(text) }, exact);
const share = Type.Integer({ minimum: 0, maximum: 1_000_000 });
/** What it must be beyond its shape is asked of influence/point-rules.ts. */
const channel = oneOfThese(['page', 'email', 'push', 'sms']);
const count = Type.Integer({ minimum: 0 });
const hour = (most: number): TSchema => Type.Integer({ minimum: 0, maximum: most });
const words = Type.Record(Type.String(), Type.String());
const template = Type.Object(
  {
    id: text,
    texts: words,
    accept: Type.Optional(words),
    refuse: Type.Optional(words),
    claims: Type.Array(Type.Object({ kind: oneOfThese(['countdown', 'scarcity']), item: text }, exact)),
  },
  exact,
);
const experiment = Type.Object(
  {
    name: text,
    arms: Type.Array(Type.Object({ name: text, weight: Type.Integer({ minimum: 1 }), use: oneOfThese(['policy', 'uniform']) }, exact)),
    covariate: Type.Optional(Type.Object({ trait: text, of: types, days }, exact)),
    groups: list(text),
  },
  exact,
);
/** To the last bound: one that is misspelt would let pass what it was to stop. */
const choicePoint = Type.Object(
  {
    name: text,
    kind: Type.Literal('choose'),
    model: Type.Optional(Type.Object({ name, cuts: some(Type.Number()) }, exact)),
    actions: some(
      Type.Object(
        {
          id: text,
          kind: oneOfThese(['offer', 'nudge', 'message']),
          channel,
          category: text,
          ageMin: Type.Optional(Type.Integer({ minimum: 1 })),
          perDayMax: Type.Optional(count),
          template: Type.Optional(template),
        },
        exact,
      ),
    ),
    learner: oneOfThese(['thompson', 'ridge']),
    features: Type.Array(text),
    halfLifeDays: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    floorPpm: share,
    uniformPpm: share,
    holdoutPpm: share,
    objective: Type.Object({ outcome: text, welfare: Type.Optional(Type.Object({ outcome: text, allowedPpm: share }, exact)) }, exact),
    guardrails: Type.Object(
      {
        caps: Type.Array(Type.Object({ channels: some(channel), withinMs: Type.Integer({ minimum: 1 }), max: count }, exact)),
        fatigue: Type.Optional(Type.Object({ ignoredMax: Type.Integer({ minimum: 1 }), pauseMs: Type.Integer({ minimum: 1 }) }, exact)),
        quiet: Type.Optional(Type.Object({ from: hour(23), until: hour(24) }, exact)),
        zones: list(text),
        deny: Type.Array(text),
        vulnerable: Type.Array(Type.Object({ declared: text, categories: some(text) }, exact)),
      },
      exact,
    ),
    experiment: Type.Optional(experiment),
  },
  exact,
);
const learns = { name, learnsFrom: types };
const model = Type.Union([
  Type.Object({ name: Type.Literal('next_item'), learnsFrom: types }, exact),
  Type.Object({ ...learns, kind: Type.Literal('places'), categories: some(text) }, exact),
  Type.Object({ ...learns, kind: Type.Literal('baskets'), list: text, id: text }, exact),
  Type.Object({ ...learns, kind: Type.Literal('propensity'), target: text }, exact),
  Type.Object({ ...learns, kind: Type.Literal('lifetime'), value: text, days: Type.Integer({ minimum: 1, maximum: 730 }) }, exact),
]);
const filter = Type.Object(
  {
    category: list(text),
    priceMin: Type.Optional(Type.Number()),
    priceMax: Type.Optional(Type.Number()),
    inStock: Type.Optional(Type.Boolean()),
    attributes: Type.Optional(Type.Record(text, scalar)),
  },
  exact,
);
const kinds = ['visits_like_yours', 'went_on_to', 'further_on', 'bought_with', 'other', 'popular', 'in_catalogue', 'pinned'];

export const packSchema: object = {
  ...Type.Object(
    {
      name,
      version: Type.Integer({ minimum: 1 }),
      title: text,
      eventTypes: list(eventType),
      traits: list(trait),
      segments: list(Type.Object({ name, purpose, title: Type.Optional(text), when: predicate }, exact)),
      cutPoints: list(Type.Object({ name, purpose, days, bands: Type.Integer(), measures: some(measure) }, exact)),
      models: list(model),
      decisionPoints: list(Type.Union([point, planPoint, choicePoint])),
      guardrails: list(Type.Object({ name, point: text, only: filter, because: text }, exact)),
      reasons: Type.Optional(Type.Unsafe<object>({ type: 'object', propertyNames: oneOfThese(kinds), additionalProperties: text })),
    },
    exact,
  ),
  $defs: { predicate: conditions },
};
