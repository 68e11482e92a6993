// POST /v1/consents: a choice counts whatever clock it was made on, and a refused one is no success.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errors } from '../base/errors.js';
import { Doorway } from './doorway.suite.js';
import { parsePlan } from './plan-routes.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

const stood = (subject: string): string | undefined => doorway.rig.engine.core.gate.standing(subject)?.stands.personalise?.choice;

test('a withdrawal counts on a clock that stands before 1970', async () => {
  for (const timestamp of ['1970-01-01T00:00:00+01:00', '1969-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
    await doorway.rig.say('ann', 'granted', 'personalise');
    const reply = await doorway.post('/v1/consents', { subject: 'ann', choices: { personalise: 'withdrawn' }, timestamp });
    expect([reply.status, reply.body.success, stood('ann')]).toEqual([200, true, 'withdrawn']);
    doorway.rig.clock.advance(1000);
  }
});

test('a choice from before an erasure is refused, with a status that says so', async () => {
  await doorway.rig.say('bob', 'granted', 'personalise');
  const before = new Date(doorway.rig.clock.now() - 1000).toISOString();
  await doorway.rig.engine.erase(['bob']);
  const reply = await doorway.post('/v1/consents', { subject: 'bob', choices: { personalise: 'granted' }, timestamp: before });
  expect([reply.status, reply.body.error.code, stood('bob')]).toEqual([409, 'subject_erased', undefined]);
  expect(errors.subject_erased.status).toBe(200);
});

test('a part of a body that is null is absent: of consents, decisions, plans and OFREP', async () => {
  const nothing = { origin: null, notice: null, device: null, timestamp: null, sentAt: null };
  const reply = await doorway.post('/v1/consents', { subject: 'cyd', choices: { personalise: 'granted' }, ...nothing });
  expect([reply.status, stood('cyd')]).toEqual([200, 'granted']);
  const filter = { category: null, priceMin: null, priceMax: null, inStock: null, attributes: null };
  const within = { items: null, segment: null, features: null, languages: null };
  for (const parts of [
    { context: null, filter: null },
    { context: within, filter },
  ])
    expect((await doorway.post('/v1/decide/home', { limit: null, pins: null, exclude: null, among: null, ...parts })).status).toBe(200);
  const asked = { targetingKey: null, items: null, limit: null, filter: null, gpc: null };
  for (const context of [null, asked]) expect((await doorway.post('/ofrep/v1/evaluate/flags/home', { context })).status).toBe(200);
  const window = { from: '2026-01-01T08:00:00Z', until: '2026-01-01T18:00:00Z' };
  const disruption = { plan: 'd_1', at: null, here: null, closed: null, delayMinutes: null };
  expect(parsePlan('trip', { windows: [window], start: null, budget: null, group: null, disruption }, false)).toEqual({
    ok: true,
    value: {
      point: 'trip',
      windows: [{ from: Date.parse(window.from), until: Date.parse(window.until) }],
      disruption: { plan: 'd_1', done: [] },
    },
  });
});
