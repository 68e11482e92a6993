// Plans over HTTP: asked for, changed and explained, answers that fit their schemas, bodies that do not refused with the place, and an
// objection signal that is heard.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyRing } from '../access/key-ring.js';
import type { KeyKind } from '../access/key-kind.js';
import { KeyStore } from '../access/key-store.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { combine } from '../pack/combined.js';
import { travel } from '../packs/travel.js';
import { shopTypes } from '../runtime/shop-types.js';
import type { Rig } from '../runtime/rig.suite.js';
import { surroundings } from '../runtime/surroundings.js';
import { Doorway, type Reply } from './doorway.suite.js';
import { openApiDocument } from './open-api-document.js';
import { parsePlan } from './plan-routes.js';

/** A door with the travel pack's plan point, and with keys if there are to be some. */
function opened(keysOf: (rig: Rig) => Promise<KeyRing | undefined>): Promise<Doorway> {
  return Doorway.open(async (rig) => {
    const added = combine([travel], { ...surroundings, eventTypes: shopTypes, decisionPoints: [] });
    rig.definitions = added.definitions;
    await rig.engine.close();
    await rig.start(added.points, { eventTypes: added.eventTypes, planPoints: added.planPoints });
    const keys = await keysOf(rig);
    return { engine: rig.engine, ...(keys === undefined ? {} : { keys }) };
  });
}

let doorway: Doorway;
beforeAll(async () => {
  doorway = await opened(() => Promise.resolve(undefined));
  const place = (id: string, longitude: number, price: number): object => ({
    id,
    category: 'place',
    price,
    currency: 'EUR',
    attributes: { latitude: 55.95, longitude, opening_hours: '09:00-17:00', visit_minutes: 60 },
  });
  await doorway.post('/v1/items', { items: [place('castle', -3.2, 1900), place('museum', -3.19, 0), place('park', -3.18, 0)] });
});
afterAll(() => doorway.close());

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const document: object = JSON.parse(JSON.stringify(openApiDocument()));
ajv.addSchema(document, 'api');

function expectToFit(name: string, { status, body }: Reply): void {
  expect(status, JSON.stringify(body)).toBe(200);
  const fits = ajv.getSchema(`api#/components/schemas/${name}`);
  expect(fits?.(body), `${name} ${JSON.stringify(fits?.errors)} ${JSON.stringify(body)}`).toBe(true);
}

const windows = [{ from: '2026-02-02T09:00:00Z', until: '2026-02-02T17:00:00Z' }];

describe('a plan point', () => {
  test('stands in /health with its kind', async () => {
    const reply = await doorway.send('GET', '/health');
    expectToFit('Health', reply);
    expect(reply.body).toMatchObject({ decisionPoints: expect.arrayContaining([{ name: 'itinerary', kind: 'plan' }]) });
  });

  test('plans, says why, and changes a plan', async () => {
    await doorway.post('/v1/consents', { subject: 'ann', choices: { personalise: 'granted' } });
    const reply = await doorway.post('/v1/plan/itinerary', {
      subject: 'ann',
      windows,
      mustSee: ['castle'],
      budget: { amount: 2000, currency: 'EUR' },
    });
    expectToFit('PlanAnswer', reply);
    expect(reply.body).toMatchObject({
      mode: 'personal',
      because: null,
      refused: null,
      total: { amount: 1900, currency: 'EUR' },
      reproducible: true,
    });
    const { planId } = JSON.parse(JSON.stringify(reply.body)) as { planId: string };
    const why = await doorway.send('GET', `/v1/plans/${planId}`);
    expectToFit('PlanWhy', why);
    expect(why.body).toMatchObject({ exposures: [], outcomes: [] });
    const properties = { decisionId: planId, item: 'castle' };
    const shown = { type: 'track', event: 'exposure', userId: 'ann', messageId: 'shown', properties };
    const bought = { type: 'track', event: 'outcome', userId: 'ann', messageId: 'bought', properties: { ...properties, kind: 'ticket' } };
    expect(await doorway.post('/v1/batch', { batch: [shown, bought] })).toMatchObject({ body: { accepted: 2 } });
    const later = await doorway.send('GET', `/v1/plans/${planId}`);
    expectToFit('PlanWhy', later);
    expect(later.body).toMatchObject({ exposures: [[expect.any(Number), 'castle']], outcomes: [[expect.any(Number), 'ticket', 'castle']] });
    const disruption = { plan: planId, done: [], closed: ['museum'], at: '2026-02-02T09:30:00Z', delayMinutes: 10 };
    const changed = await doorway.post('/v1/plan/itinerary', { subject: 'ann', disruption });
    expectToFit('PlanAnswer', changed);
    expect(changed.body).toMatchObject({ changes: expect.arrayContaining(['museum is out: it is closed.']) });
    const refused = await doorway.post('/v1/plan/itinerary', { windows, mustSee: ['castle'], budget: { amount: 5, currency: 'EUR' } });
    expectToFit('PlanAnswer', refused);
    expect(refused.body).toMatchObject({ mode: 'contextual', because: 'no_subject', refused: { rule: 'over_budget', items: ['castle'] } });
  });

  test('hears an objection signal', async () => {
    const reply = await doorway.post('/v1/plan/itinerary', { subject: 'ann', windows, group: ['bob'] }, { 'Sec-GPC': '1' });
    expect(reply.body).toMatchObject({ mode: 'contextual', because: 'objection_signal', members: 0 });
  });

  test('refuses by a code and the place', async () => {
    const code = async (point: string, body: unknown): Promise<unknown> => (await doorway.post(`/v1/plan/${point}`, body)).body.error;
    expect(await code('none', { windows })).toMatchObject({ code: 'point_unknown' });
    expect(await code('itinerary', {})).toMatchObject({ code: 'plan_windows', field: '/windows' });
    expect(await code('itinerary', { windows: [{ from: 'now', until: 'then' }] })).toMatchObject({ code: 'body_shape' });
    expect(await code('itinerary', { windows, budget: { amount: 1.5, currency: 'EUR' } })).toMatchObject({
      code: 'body_shape',
      field: '/budget/amount',
    });
    expect(await code('itinerary', { windows, pace: 'hasty' })).toMatchObject({ code: 'body_shape', field: '/pace' });
    expect(await code('itinerary', { windows, start: 'nowhere' })).toMatchObject({ code: 'plan_start', field: '/start' });
    expect(await code('itinerary', { subject: 'ann', disruption: { plan: 'd_no' } })).toMatchObject({ code: 'plan_unknown' });
    expect((await doorway.send('GET', '/v1/plans/d_no')).body.error).toMatchObject({ code: 'plan_unknown' });
    expect((await doorway.post('/v1/models/trips/publication')).body.error).toMatchObject({ code: 'model_too_few' });
    expect((await doorway.post('/v1/models/none/publication')).body.error).toMatchObject({ code: 'model_unknown' });
  });

  test('takes whom a body names as every route does, and nothing that is odd', () => {
    const parsed = parsePlan('p', { anonymousId: 'a', windows }, false);
    expect(parsed).toMatchObject({ ok: true, value: { subject: 'a', windows: [{ from: Date.parse('2026-02-02T09:00:00Z') }] } });
    for (const body of [
      null,
      [],
      'x',
      { windows: [] },
      { group: [5] },
      { mustSee: 'castle' },
      { utcOffsetMinutes: 900 },
      { subject: 'a\u0007' },
    ])
      expect(parsePlan('p', body, false).ok, JSON.stringify(body)).toBe(false);
  });
});

test('whoever reads the plan of a person with a key of an operator is noted; a page with its write key is none', async () => {
  const texts: Partial<Record<KeyKind, string>> = {};
  const door = await opened(async ({ disk, clock }) => {
    const store = new KeyStore(disk, new SeededEntropy(8));
    for (const kind of ['write', 'secret'] as const) {
      const made = await store.add(kind, clock.now());
      if (made.ok) texts[kind] = made.value.text;
    }
    return new KeyRing({ store, clock });
  });
  try {
    const { engine } = door.rig;
    await engine.choose('ann', { choices: { personalise: 'granted' }, origin: 'test' });
    const times = windows.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));
    const planned = await engine.planning.plan({ point: 'itinerary', subject: 'ann', windows: times });
    const read = async (kind: KeyKind): Promise<number> => {
      const path = `/v1/plans/${planned.ok ? planned.value.id : ''}`;
      const { status } = await door.send('GET', path, undefined, { Authorization: `Bearer ${texts[kind]}` });
      expect(status).toBe(200);
      return engine.log.head;
    };
    const { head } = engine.log;
    expect(await read('write')).toBe(head);
    expect(await read('secret')).toBe(head + 1);
    expect(await read('secret')).toBe(head + 1);
  } finally {
    await door.close();
  }
});
