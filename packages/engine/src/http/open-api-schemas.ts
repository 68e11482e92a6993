// The shapes that go over the wire, as TypeBox schemas: components of the OpenAPI document. Bodies that are parsed by hand for speed have
// their schema here, beside the list of what a schema cannot say; open-api.test.ts holds each parser and its schema to one another.
// What no schema says: sizes of a whole event, depth, numbers of keys, dates that exist in no calendar.
import { Type, type TSchema } from '@sinclair/typebox';
import { errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { ridgeFeaturesMax } from '../predict/arms/arm-ridges.js';
import { purposes } from '../model/purpose.js';
import { requestKinds } from '../model/request.js';
import { choices, keepFroms, lawfulBases } from '../model/system-event.js';
import { itemSchema, wellFormed } from './item-body.js';
import { became, planSchemas } from './plan-schemas.js';
import { understandingSchemas } from './understanding-schemas.js';

/** A component by its name. */
export function ref(name: string): TSchema {
  return Type.Unsafe({ $ref: `#/components/schemas/${name}` });
}

const oneOfThese = (values: readonly string[]): TSchema => Type.Unsafe({ type: 'string', enum: [...values] });
/** As http/id.ts takes them: no control characters, no half of a surrogate pair. */
const id = Type.String({ minLength: 1, maxLength: limits.idCharsMax, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]*$' });
/** As http/reason.ts takes it. */
const ownWords = Type.String({ maxLength: limits.reasonCharsMax, pattern: '^(?=[\\s\\S]*\\S)[^\\ud800-\\udfff]*$' });
const ids = (max: number): TSchema => Type.Array(id, { maxItems: max });
const time = Type.String({
  description: 'ISO 8601 with a zone',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)$',
});
/** Ed25519: 32 bytes in base64url. */
const publicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const ms = Type.Integer({ description: 'ms since 1970 UTC' });
const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
const open = { additionalProperties: true } as const;
const opt = (schema: TSchema): TSchema => Type.Optional(schema);
/** Of a body: null is absent. */
const optional = (schema: TSchema): TSchema => opt(nullable(schema));
const itemValue = Type.Union([Type.String(wellFormed), Type.Number(), Type.Boolean()]);
const attributes = Type.Unsafe<object>({ type: 'object', propertyNames: id, additionalProperties: itemValue });

/** Whom a body names: `subject`, else `userId`, else `anonymousId`; null and '' count as absent, and what comes after is not looked at. */
function naming(nobody: boolean): TSchema {
  const blank = Type.Unsafe({ enum: [null, ''] });
  const cases = [
    Type.Object({ subject: id }, open),
    Type.Object({ subject: opt(blank), userId: id }, open),
    Type.Object({ subject: opt(blank), userId: opt(blank), anonymousId: id }, open),
    ...(nobody ? [Type.Object({ subject: opt(blank), userId: opt(blank), anonymousId: opt(blank) }, open)] : []),
  ];
  return Type.Union(cases);
}

/** Segment's place for consent. What is no object there says nothing, and so do names that are no purpose of ours. */
const context = Type.Unsafe<object>({
  properties: {
    library: {},
    consent: {
      properties: { categoryPreferences: { properties: Object.fromEntries(purposes.map((each) => [each, { type: 'boolean' }])) } },
    },
  },
});

/** One call, to the path that says which: a `type` beside it is not looked at, nor is `originalTimestamp` beside a `timestamp`. */
function call(parts: Record<string, TSchema>): TSchema {
  const times = { timestamp: opt(nullable(time)), originalTimestamp: opt(nullable(time)) };
  return Type.Intersect([Type.Object({ messageId: id, ...times, context: opt(ref('Context')), ...parts }, open), naming(false)]);
}
const typed = (types: readonly string[], name: string): TSchema =>
  Type.Intersect([Type.Object({ type: oneOfThese(types) }, open), ref(name)]);
const bag = opt(nullable(Type.Object({}, open)));

const reason = Type.Object(
  {
    kind: oneOfThese(['visits_like_yours', 'went_on_to', 'further_on', 'bought_with', 'other', 'popular', 'in_catalogue', 'pinned']),
    item: opt(Type.String()),
    contribution: Type.Number(),
    people: opt(Type.Integer({ minimum: limits.evidencePeopleMin })),
  },
  open,
);
const rankedItem = { item: id, score: Type.Number(), propensity: Type.Number({ minimum: 0, maximum: 1 }), reasons: Type.Array(reason) };
const mode = oneOfThese(['personal', 'contextual']);
const because = oneOfThese(['no_subject', 'no_grant', 'superseded', 'objection_signal']);
const code = oneOfThese(Object.keys(errors));

export const schemas: Readonly<Record<string, TSchema>> = {
  Id: id,
  Purpose: oneOfThese(purposes),
  Choice: oneOfThese(choices),
  StandChoice: oneOfThese([...choices, 'lapsed']),
  ErrorCode: code,
  Context: context,
  Item: itemSchema,
  ItemFilter: Type.Object(
    {
      category: optional(Type.Union([id, ids(limits.excludePerRequestMax)])),
      priceMin: optional(Type.Number()),
      priceMax: optional(Type.Number()),
      inStock: optional(Type.Boolean()),
      attributes: optional(attributes),
    },
    { additionalProperties: false },
  ),
  Error: Type.Object({
    error: Type.Object({ code: ref('ErrorCode'), sentence: Type.String(), hint: Type.String(), field: opt(Type.String()) }),
  }),
  TrackCall: call({ event: Type.String({ minLength: 1 }), properties: bag }),
  PageCall: call({ properties: bag }),
  IdentifyCall: call({ traits: bag }),
  GroupCall: call({ groupId: id, traits: bag }),
  AliasCall: call({ previousId: id, properties: bag }),
  TrackingEvent: Type.Union([
    typed(['track'], 'TrackCall'),
    typed(['page', 'screen'], 'PageCall'),
    typed(['identify'], 'IdentifyCall'),
    typed(['group'], 'GroupCall'),
    typed(['alias'], 'AliasCall'),
  ]),
  BatchRequest: Type.Object(
    {
      batch: Type.Array(ref('TrackingEvent'), { maxItems: limits.batchEventsMax }),
      sentAt: opt(Type.String()),
      context: opt(ref('Context')),
    },
    open,
  ),
  BatchAnswer: Type.Object({
    success: Type.Literal(true),
    accepted: Type.Integer({ minimum: 0 }),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        messageId: nullable(Type.String()),
        code: ref('ErrorCode'),
        field: nullable(Type.String()),
        hint: Type.String(),
      }),
    ),
  }),
  CloudEvent: Type.Intersect([
    Type.Object(
      {
        specversion: Type.Literal('1.0'),
        id,
        source: Type.String({ ...id, pattern: '^[^\\u0000-\\u0020\\u007f-\\u009f\\ud800-\\udfff]+$' }),
        type: id,
        subject: id,
        time: opt(nullable(time)),
        consent: opt(
          nullable(
            Type.String({
              pattern: `^ *(${purposes.join('|')})=(${choices.join('|')})( +(${purposes.join('|')})=(${choices.join('|')}))* *$`,
            }),
          ),
        ),
        consentorigin: opt(nullable(id)),
        data_base64: opt(Type.Null()),
      },
      open,
    ),
    Type.Union([
      Type.Object({ data: opt(Type.Null()) }, open),
      Type.Object(
        { data: Type.Object({}, open), datacontenttype: opt(nullable(Type.String({ pattern: '^[^/]+/(.*\\+)?json *(;.*)?$' }))) },
        open,
      ),
    ]),
  ]),
  ItemsRequest: Type.Object({ items: Type.Array(ref('Item'), { maxItems: limits.itemsPerRequestMax }) }, open),
  ItemsAnswer: Type.Object({ success: Type.Literal(true), accepted: Type.Integer({ minimum: 0 }) }),
  Notice: Type.Object(
    {
      id,
      version: id,
      language: Type.String({ pattern: '^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}$' }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    },
    open,
  ),
  ConsentRequest: Type.Intersect([
    Type.Object(
      {
        choices: Type.Unsafe<object>({ type: 'object', propertyNames: ref('Purpose'), additionalProperties: ref('Choice') }),
        origin: opt(nullable(id)),
        notice: opt(nullable(ref('Notice'))),
        device: optional(publicKey),
        timestamp: optional(time),
        sentAt: optional(time),
      },
      open,
    ),
    naming(false),
  ]),
  ConsentAnswer: Type.Object({ success: Type.Literal(true), epoch: Type.Integer(), device: opt(Type.Boolean()) }),
  RestrictionRequest: Type.Object({ restricted: Type.Boolean(), origin: opt(id) }, open),
  LinkRequest: Type.Object(
    { other: id, linked: opt(Type.Boolean()), evidence: opt(Type.String({ maxLength: limits.reasonCharsMax, ...wellFormed })) },
    open,
  ),
  LinkAnswer: Type.Object({ success: Type.Literal(true), ids: Type.Array(id) }),
  CorrectionRequest: Type.Object({ id, properties: Type.Object({}, open) }, open),
  CorrectionAnswer: Type.Object({ success: Type.Literal(true), touched: Type.Array(Type.String()) }),
  BasisRequest: Type.Object(
    {
      eventType: Type.String(),
      purpose: ref('Purpose'),
      basis: oneOfThese(lawfulBases),
      keepDays: opt(Type.Integer({ minimum: 1, maximum: limits.keepDaysMax })),
      keepFrom: opt(oneOfThese(keepFroms)),
      reason: ownWords,
    },
    open,
  ),
  BasisAnswer: Type.Object({ success: Type.Literal(true) }),
  DecideRequest: Type.Intersect([
    Type.Object(
      {
        context: optional(
          Type.Object(
            {
              items: optional(ids(limits.excludePerRequestMax)),
              segment: optional(Type.String({ ...id, maxLength: limits.choiceSegmentCharsMax })),
              features: optional(Type.Array(Type.Number({ minimum: -1, maximum: 1 }), { maxItems: ridgeFeaturesMax - 1 })),
              languages: optional(ids(20)),
            },
            open,
          ),
        ),
        among: optional(ids(limits.choiceActionsMax)),
        exclude: optional(ids(limits.excludePerRequestMax)),
        pins: optional(ids(limits.rankLimitMax)),
        limit: optional(Type.Integer({ minimum: 1, maximum: limits.rankLimitMax })),
        filter: optional(ref('ItemFilter')),
      },
      open,
    ),
    naming(true),
  ]),
  DecideAnswer: Type.Object({
    decisionId: Type.String(),
    mode,
    because: nullable(because),
    summary: Type.String(),
    items: Type.Array(Type.Object({ ...rankedItem, title: nullable(Type.String()), why: Type.Array(Type.String()) })),
    position: Type.Integer(),
    epoch: nullable(Type.Integer()),
    choice: opt(
      Type.Object({
        action: nullable(Type.String()),
        channel: nullable(Type.String()),
        text: nullable(Type.String()),
        held: nullable(Type.String()),
        exclusions: Type.Array(Type.String()),
      }),
    ),
  }),
  ChoiceWhy: Type.Object({
    choice: Type.Object(
      {
        id: Type.String(),
        point: Type.String(),
        kind: Type.Literal('choose'),
        mode,
        subject: nullable(Type.String()),
        at: ms,
        position: Type.Integer(),
        action: nullable(Type.String()),
        propensity: Type.Number({ minimum: 0, maximum: 1 }),
        candidates: Type.Array(
          Type.Object({ action: Type.String(), mean: Type.Number(), deviation: Type.Number(), probability: Type.Number() }),
        ),
        excluded: Type.Array(Type.Object({ action: Type.String(), rule: Type.String() })),
      },
      open,
    ),
    summary: Type.String(),
    exclusions: Type.Array(Type.String()),
    ...became,
    reproducible: Type.Boolean(),
  }),
  PointAnswer: Type.Object({
    point: Type.String(),
    era: Type.Integer(),
    stop: nullable(Type.Object({ point: Type.String(), group: nullable(Type.String()), low: Type.Number(), n: Type.Integer() })),
    experiment: nullable(
      Type.Object(
        {
          verdict: Type.String(),
          conclusion: Type.String(),
          people: Type.Record(Type.String(), nullable(Type.Integer({ minimum: limits.evidencePeopleMin }))),
          crossed: nullable(Type.Integer({ minimum: limits.evidencePeopleMin })),
          groups: Type.Array(Type.Object({ group: Type.String(), verdict: Type.String(), p: Type.Number() }, open)),
        },
        open,
      ),
    ),
  }),
  PreviewAnswer: Type.Object({
    point: Type.String(),
    kind: Type.String(),
    mode,
    because: nullable(because),
    held: nullable(Type.String()),
    offered: Type.Array(
      Type.Object({ id: Type.String(), probability: Type.Number({ minimum: 0, maximum: 1 }), text: opt(nullable(Type.String())) }),
    ),
    stopped: Type.Array(Type.Object({ id: nullable(Type.String()), count: Type.Integer(), rule: Type.String(), why: Type.String() })),
  }),
  RestartRequest: Type.Object(
    {
      by: ownWords,
      reason: ownWords,
    },
    open,
  ),
  RestartAnswer: Type.Object({ success: Type.Literal(true) }),
  Why: Type.Object({
    decision: Type.Object(
      {
        id: Type.String(),
        point: Type.String(),
        kind: Type.String(),
        mode,
        contextualBecause: opt(because),
        basis: opt(oneOfThese(lawfulBases)),
        subject: nullable(Type.String()),
        epoch: nullable(Type.Integer()),
        at: ms,
        position: Type.Integer(),
        policy: Type.String(),
        inputs: Type.Array(Type.String()),
        answer: Type.Array(Type.Object(rankedItem)),
      },
      open,
    ),
    summary: Type.String(),
    items: Type.Array(Type.Object({ ...rankedItem, title: Type.String(), why: Type.Array(Type.String()) })),
    exclusions: Type.Array(Type.String()),
    ...became,
    reproducible: Type.Boolean(),
  }),
  PortalLink: Type.Object({ path: Type.String(), expiresAt: ms }),
  WhyInFull: Type.Object(
    {
      problems: Type.Array(Type.String()),
      sums: Type.Array(Type.Object({ item: Type.String(), score: Type.Number(), sum: Type.Number() })),
      corrected: nullable(Type.Integer()),
      counterfactual: nullable(
        Type.Object({
          first: nullable(Type.String()),
          asRecorded: Type.Boolean(),
          without: Type.Array(Type.Object({ kind: Type.String(), name: Type.String() })),
          instead: nullable(Type.String()),
          position: Type.Integer(),
          tried: Type.Integer(),
        }),
      ),
    },
    open,
  ),
  Profile: Type.Object({
    subject: Type.String(),
    ids: Type.Array(Type.String()),
    consent: nullable(
      Type.Object({
        epoch: Type.Integer(),
        restricted: opt(Type.Literal(true)),
        stands: Type.Record(
          Type.String(),
          Type.Object({
            choice: ref('StandChoice'),
            since: Type.Integer(),
            at: ms,
            receivedAt: ms,
            signal: opt(Type.Literal(true)),
            refusedUntil: opt(ms),
          }),
        ),
      }),
    ),
    traits: Type.Record(Type.String(), Type.Unknown(), { description: 'as they are kept: days as numbers since 1970, moments as ms' }),
    told: Type.Record(Type.String(), Type.String(), { description: 'the traits to read: dates, whole units' }),
    segments: Type.Array(
      Type.Object({
        name: Type.String(),
        title: Type.String(),
        isMember: Type.Boolean(),
        facts: Type.Array(Type.Array(Type.Integer(), { description: 'position, calendar day, 1 entered or 0 left' })),
      }),
    ),
    events: Type.Integer({ minimum: 0 }),
  }),
  ...planSchemas,
  ...understandingSchemas,
  ErasureAnswer: Type.Object({
    success: Type.Literal(true),
    events: Type.Integer({ minimum: 0 }),
    receipt: Type.String(),
    erasedAt: Type.Integer(),
    deadlineAt: Type.Integer(),
    kept: opt(Type.Array(ref('KeptNote'))),
    document: nullable(Type.String()),
    salts: opt(Type.Array(Type.String(), { description: 'where `document` is null: what the copy would have held' })),
  }),
  KeptNote: Type.Object({
    kind: oneOfThese(['obligation', 'hold']),
    name: Type.String(),
    eventType: nullable(Type.String()),
    events: Type.Integer({ minimum: 0 }),
    until: nullable(Type.String()),
  }),
  LedgerInclusion: Type.Object({
    leafIdx: Type.Integer(),
    treeSize: Type.Integer(),
    root: Type.String(),
    leafHash: Type.String(),
    proof: Type.Array(Type.String()),
    wantErr: Type.Literal(false),
  }),
  LedgerConsistency: Type.Object({
    size1: Type.Integer(),
    size2: Type.Integer(),
    root1: Type.String(),
    root2: Type.String(),
    proof: Type.Array(Type.String()),
    wantErr: Type.Literal(false),
  }),
  ProofToken: Type.Object({ token: Type.String(), expiresAt: ms }),
  ChallengeRequest: Type.Object({ subject: id }, open),
  DeviceRequest: Type.Object({ publicKey }, open),
  FirstDeviceRequest: Type.Object({ subject: id, publicKey }, open),
  EntryChallenge: Type.Object({ challenge: Type.String(), expiresAt: ms }),
  DeviceEntryRequest: Type.Object(
    { challenge: Type.String(), publicKey, signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }) },
    open,
  ),
  DeviceAnswer: Type.Object({ keys: Type.Integer() }),
  RequestWish: Type.Object(
    {
      purposes: opt(Type.Array(ref('Purpose'), { minItems: 1 })),
      event: opt(id),
      properties: opt(Type.Object({}, open)),
      decision: opt(id),
      text: opt(ownWords),
    },
    open,
  ),
  RequestAuthority: Type.Object(
    {
      kind: oneOfThese(['guardian', 'agent', 'assisted']),
      by: id,
      evidence: ownWords,
    },
    open,
  ),
  SubjectRequest: Type.Object(
    { kind: oneOfThese(requestKinds), wish: opt(ref('RequestWish')), authority: opt(nullable(ref('RequestAuthority'))) },
    open,
  ),
  ProvenRequest: Type.Object(
    {
      subject: id,
      proof: Type.Union([
        Type.Object({ kind: Type.Literal('link'), token: Type.String() }, open),
        Type.Object({ kind: Type.Literal('device'), challenge: Type.String(), publicKey: Type.String(), signature: Type.String() }, open),
      ]),
      kind: oneOfThese(requestKinds),
      wish: opt(ref('RequestWish')),
      authority: opt(nullable(ref('RequestAuthority'))),
    },
    open,
  ),
  ReasonRequest: Type.Object({ reason: ownWords }, open),
  TextRequest: Type.Object({ text: ownWords }, open),
  RequestView: Type.Object({
    request: Type.String(),
    subject: Type.String(),
    kind: oneOfThese(requestKinds),
    state: oneOfThese(['open', 'answered', 'refused']),
    openedAt: ms,
    dueAt: ms,
    extended: Type.Boolean(),
    overdue: Type.Boolean(),
    closedAt: nullable(ms),
    proof: oneOfThese(['account', 'link', 'device']),
    authority: nullable(ref('RequestAuthority')),
    wish: ref('RequestWish'),
    steps: Type.Array(
      Type.Object({
        request: Type.String(),
        step: oneOfThese(['extended', 'answered', 'refused']),
        text: Type.String(),
        dueAt: opt(ms),
        at: ms,
      }),
    ),
  }),
  RequestAnswer: Type.Union([ref('RequestView'), Type.Object({ receipt: Type.String() })]),
  RequestList: Type.Object({ requests: Type.Array(ref('RequestView')) }),
  DisclosureRequest: Type.Object({ recipient: id, reference: id, purpose: ref('Purpose') }, open),
  DisclosureAnswer: Type.Object({ recipients: Type.Integer() }),
  NoticeList: Type.Object({
    notices: Type.Array(
      Type.Object({
        notice: Type.String(),
        recipient: Type.String(),
        reference: Type.String(),
        kind: oneOfThese(['erased', 'corrected', 'restricted']),
        owedAt: ms,
        dueAt: ms,
        overdue: Type.Boolean(),
      }),
    ),
  }),
  Acknowledgement: Type.Object({ acknowledgedAt: ms }),
  BackupRequest: Type.Object({ to: Type.String({ description: 'an absolute path on the machine of the server' }) }, open),
  BackupAnswer: Type.Object({ success: Type.Literal(true), state: Type.String() }),
  BackupStatus: Type.Object({
    state: oneOfThese(['none', 'running', 'done', 'failed']),
    done: nullable(
      Type.Object({
        at: ms,
        head: Type.Integer(),
        redactions: Type.Integer(),
        erased: Type.Integer(),
        files: Type.Integer(),
        bytes: Type.Integer(),
        pauseMs: Type.Number(),
      }),
    ),
    code: nullable(Type.String()),
  }),
  Health: Type.Object(
    {
      status: oneOfThese(['ok', 'degraded', 'stopped']),
      events: Type.Integer(),
      waitingEvents: Type.Integer(),
      items: Type.Integer(),
      visits: Type.Integer(),
      points: Type.Array(Type.String(), { description: 'those that rank' }),
      decisionPoints: Type.Array(Type.Object({ name: Type.String(), kind: oneOfThese(['rank', 'choose', 'plan']) })),
      durability: Type.String(),
      overdue: Type.Object({ requests: Type.Integer(), notices: Type.Integer(), erasures: Type.Integer() }),
      failing: nullable(Type.String()),
    },
    open,
  ),
  OfrepRequest: Type.Object(
    {
      context: optional(
        Type.Object(
          {
            targetingKey: optional(id),
            items: optional(ids(limits.excludePerRequestMax)),
            exclude: optional(ids(limits.excludePerRequestMax)),
            pins: optional(ids(limits.rankLimitMax)),
            limit: optional(Type.Integer({ minimum: 1, maximum: limits.rankLimitMax })),
            filter: optional(ref('ItemFilter')),
            gpc: optional(Type.Boolean()),
          },
          open,
        ),
      ),
    },
    open,
  ),
  OfrepFlag: Type.Object({
    key: Type.String(),
    value: Type.Object({ items: Type.Array(Type.String()) }),
    variant: Type.String(),
    reason: oneOfThese(['TARGETING_MATCH', 'SPLIT', 'STATIC']),
    metadata: Type.Record(Type.String(), itemValue),
  }),
  OfrepFlags: Type.Object({ flags: Type.Array(ref('OfrepFlag')) }),
  OfrepFailure: Type.Object({
    key: opt(Type.String()),
    errorCode: oneOfThese(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'FLAG_NOT_FOUND', 'GENERAL']),
    errorDetails: Type.String(),
  }),
};
