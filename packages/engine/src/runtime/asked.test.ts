// What a host in the same process may ask is checked as over HTTP: nothing comes into a record that the log could not say, and nothing
// larger than it is made for.
import { expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import type { ChoicePoint, ChoiceRequest } from '../model/choice.js';
import type { RankRequest } from '../model/decision.js';
import type { PlanRequest } from '../model/plan.js';
import { combine } from '../pack/combined.js';
import { travel } from '../packs/travel.js';
import { defaultPoints } from './engine.js';
import { Rig } from './rig.suite.js';
import { surroundings } from './surroundings.js';

const nudge: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: [{ id: 'a', kind: 'nudge', channel: 'page', category: 'tea' }],
  learner: 'ridge',
  features: ['cart'],
  halfLifeDays: null,
  floorPpm: 20_000,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order' },
  guardrails: { caps: [], deny: [], vulnerable: [] },
};

async function opened(): Promise<Rig> {
  const rig = await Rig.open();
  const { definitions, points, eventTypes, planPoints } = combine([travel], { ...surroundings, decisionPoints: defaultPoints });
  rig.definitions = definitions;
  rig.choicePoints = [nudge];
  await rig.engine.close();
  await rig.start(points, { eventTypes, planPoints });
  await rig.say('ann', 'granted', 'personalise');
  return rig;
}

const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `i${at}`);
const half = '\ud800';
/** As a host gives it that is not held by types. */
const anything = (value: unknown) => JSON.parse('{}', () => value);

test('a ranking, a choice and a plan are refused by place, and the log can say all that was recorded', async () => {
  const { engine, clock } = await opened();
  const ranks: readonly (readonly [string, Partial<RankRequest>])[] = [
    ...[NaN, 0, -1, 1.5, limits.rankLimitMax + 1].map((limit) => ['/limit', { limit }] as const),
    ['/pins', { pins: many(limits.rankLimitMax + 1) }],
    ['/pins', { pins: anything([{ a: 1 }]) }],
    ['/exclude', { exclude: [half] }],
    ['/exclude', { exclude: many(limits.excludePerRequestMax + 1) }],
    ['/context/items', { context: { items: anything('tea') } }],
    ['/filter', { filter: { priceMin: NaN } }],
    ['/filter', { filter: anything({ colour: 'red' }) }],
    ['/subject', { subject: 'x'.repeat(limits.idCharsMax + 1) }],
    ['/gpc', { gpc: anything('1') }],
  ];
  for (const [field, more] of ranks) {
    expect(engine.rank({ point: 'home', ...more }), JSON.stringify(more)).toMatchObject({ ok: false, code: 'body_shape', field });
  }
  const choices: readonly (readonly [string, Partial<ChoiceRequest>])[] = [
    ['/context/features', { features: [NaN] }],
    ['/context/features', { features: [2] }],
    ['/context/segment', { segment: half }],
    ['/among', { among: many(limits.choiceActionsMax + 1) }],
    ['/context/languages', { languages: anything([1]) }],
    ['/gpc', { gpc: anything(1) }],
  ];
  for (const [field, more] of choices) {
    const chosen = await engine.chooseAction({ point: 'nudge', subject: 'ann', ...more });
    expect(chosen, JSON.stringify(more)).toMatchObject({ ok: false, code: 'body_shape', field });
  }
  const window = { from: clock.now() + 3_600_000, until: clock.now() + 7_200_000 };
  const plans: readonly (readonly [string, Partial<PlanRequest>])[] = [
    ['/budget', { budget: { amount: NaN, currency: 'EUR' } }],
    ['/budget', { budget: { amount: 1, currency: half } }],
    ['/windows', { windows: [{ from: NaN, until: NaN }] }],
    ['/utcOffsetMinutes', { utcOffsetMinutes: NaN }],
    ['/pace', { pace: anything('hurried') }],
    ['/mustSee', { mustSee: [half] }],
    ['/avoid', { avoid: many(limits.planListMax + 1) }],
    ['/group', { group: many(limits.planMembersMax + 1) }],
    ['/disruption', { disruption: { plan: 'p', done: [], delayMinutes: NaN } }],
    ['/gpc', { gpc: anything('1') }],
  ];
  for (const [field, more] of plans) {
    const planned = await engine.planning.plan({ point: 'itinerary', subject: 'ann', windows: [window], ...more });
    expect(planned, JSON.stringify(more)).toMatchObject({ ok: false, code: 'body_shape', field });
  }
  expect([...(await engine.dump())].length).toBeGreaterThan(0);
  await engine.close();
});

test('an empty name is nobody, as over HTTP', async () => {
  const { engine, clock } = await opened();
  const nobody = { subject: '' };
  expect(engine.rank({ point: 'home', ...nobody })).toMatchObject({ ok: true, value: { contextualBecause: 'no_subject' } });
  expect(await engine.chooseAction({ point: 'nudge', ...nobody })).toMatchObject({ ok: true, value: { contextualBecause: 'no_subject' } });
  const window = { from: clock.now() + 3_600_000, until: clock.now() + 7_200_000 };
  const planned = await engine.planning.plan({ point: 'itinerary', windows: [window], ...nobody });
  expect(planned).toMatchObject({ ok: true, value: { contextualBecause: 'no_subject' } });
  await engine.close();
});

test('events, choices and items that are out of form are refused by place, and the engine goes on', async () => {
  const rig = await opened();
  const { engine, clock } = rig;
  const long = 'x'.repeat(5_000);
  const consent = { choices: { personalise: 'granted' }, origin: 'x' } as const;
  const event = { id: 'm1', subject: 'ann', type: 'item.viewed', occurredAt: clock.now(), source: 's', properties: { product_id: 'tea' } };
  const events: readonly (readonly [string, object])[] = [
    ['/id', { id: undefined }],
    ['/id', { id: long }],
    ['/subject', { subject: undefined }],
    ['/subject', { subject: 42 }],
    ['/subject', { subject: long, consent }],
    ['/subject', { subject: half, consent }],
    ['/type', { type: undefined }],
    ['/source', { source: undefined }],
    ['/source', { source: half }],
    ['/properties', { properties: undefined }],
    ['/origin', { consent: { choices: {} } }],
    ['/choices', { consent: { origin: 'x' } }],
    ['/choices/train', { consent: { origin: 'x', choices: { train: 'maybe' } } }],
  ];
  for (const [field, more] of events) {
    const done = await engine.accept([anything({ ...event, ...more })]);
    expect(done, field).toMatchObject({ ok: true, value: { accepted: 0, rejections: [{ index: 0, code: 'event_shape', field }] } });
  }
  expect(await engine.accept([event])).toMatchObject({ ok: true, value: { accepted: 1 } });
  expect(await engine.choose(long, consent)).toEqual({ ok: false, code: 'body_shape', field: '/subject' });
  expect(await engine.choose(anything(42), consent)).toEqual({ ok: false, code: 'body_shape', field: '/subject' });
  expect(await engine.choose('ann', anything({ choices: {} }))).toEqual({ ok: false, code: 'body_shape', field: '/origin' });
  expect(await engine.choose('ann', anything({ origin: 'x', choices: { train: 'maybe' } }))).toEqual({
    ok: false,
    code: 'body_shape',
    field: '/choices/train',
  });
  expect(await engine.choose('ann', anything({ origin: 'x', choices: { personalize: 'granted' } }))).toMatchObject({
    code: 'purpose_unknown',
  });
  expect(await engine.choose('ann', consent, NaN)).toEqual({ ok: false, code: 'event_time', field: '/timestamp' });
  expect(await engine.upsertItems([{ id: 'tea' }, { id: long }])).toMatchObject({ code: 'item_shape', field: '/items/1' });
  expect(await engine.retireItems([half])).toMatchObject({ code: 'item_shape', field: '/0' });
  expect([...(await engine.dump())].length).toBeGreaterThan(0);
  expect(rig.halted).toBeNull();
  await engine.close();
});
