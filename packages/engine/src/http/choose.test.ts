// Choice points over HTTP: the same route as every decision, answers that fit their schemas, and the restart by a named human.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from './open-api-document.js';
import type { ChoicePoint } from '../model/choice.js';
import { Doorway, type Reply } from './doorway.suite.js';

const point: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: [
    { id: 'a', kind: 'nudge', channel: 'page', category: 'tea' },
    { id: 'b', kind: 'message', channel: 'email', category: 'tea' },
  ],
  learner: 'ridge',
  features: ['cart', 'evening'],
  halfLifeDays: null,
  floorPpm: 20_000,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order' },
  guardrails: { caps: [], deny: [], vulnerable: [] },
};

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open(async (rig) => {
    rig.choicePoints = [point];
    await rig.restart();
    return { engine: rig.engine };
  });
});
afterAll(() => doorway.close());

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const document: object = JSON.parse(JSON.stringify(openApiDocument()));
ajv.addSchema(document, 'api');

function expectToFit(name: string, { status, body }: Reply): void {
  expect(status).toBe(200);
  const fits = ajv.getSchema(`api#/components/schemas/${name}`);
  expect(fits?.(body), `${name} ${JSON.stringify(fits?.errors)} ${JSON.stringify(body)}`).toBe(true);
}

describe('a choice point', () => {
  test('stands in /health with its kind, beside those that rank', async () => {
    const reply = await doorway.send('GET', '/health');
    expectToFit('Health', reply);
    const decisionPoints = [
      { name: 'home', kind: 'rank' },
      { name: 'nudge', kind: 'choose' },
    ];
    expect(reply.body).toMatchObject({ points: ['home'], decisionPoints });
  });

  test('chooses, says why, and names what was stopped', async () => {
    const reply = await doorway.post('/v1/decide/nudge', { context: { segment: 'evening', features: [0.5, -1] } });
    expectToFit('DecideAnswer', reply);
    expect(reply.body).toMatchObject({
      mode: 'contextual',
      because: 'no_subject',
      choice: { action: 'a', channel: 'page', text: null, held: null, exclusions: [expect.stringContaining('"b" was left out')] },
      items: [{ item: 'a', propensity: 1 }],
    });
    const why = await doorway.send('GET', `/v1/choices/${reply.body['decisionId']}`);
    expectToFit('ChoiceWhy', why);
    expect(why.body).toMatchObject({ reproducible: true, choice: { segment: 'evening', features: [64, 32, -64] } });
    await doorway.post('/v1/consents', { subject: 'eve', choices: { personalise: 'granted' } });
    const { decisionId } = (await doorway.post('/v1/decide/nudge', { userId: 'eve', among: ['a'] })).body;
    const outcome = { type: 'track', event: 'outcome', userId: 'eve', messageId: 'won', properties: { decisionId, kind: 'order' } };
    expect(await doorway.post('/v1/batch', { batch: [outcome] })).toMatchObject({ body: { accepted: 1 } });
    const won = await doorway.send('GET', `/v1/choices/${decisionId}`);
    expectToFit('ChoiceWhy', won);
    expect(won.body).toMatchObject({ exposures: [], outcomes: [[expect.any(Number), 'order', '']] });
    const none = await doorway.post('/v1/decide/nudge', { among: ['b'] });
    expect(none.body).toMatchObject({ choice: { action: null, held: 'nothing_left' }, items: [] });
  });

  test('refuses what it cannot read', async () => {
    for (const [body, field] of [
      [{ among: 'a' }, '/among'],
      [{ context: { features: [2] } }, '/context/features'],
      [{ context: { segment: 5 } }, '/context/segment'],
      [{ context: { segment: 'ward-7|arrived' } }, '/context/segment'],
      [{ context: { languages: [5] } }, '/context/languages'],
      [{ context: 5 }, '/context'],
    ] as const)
      expect(await doorway.post('/v1/decide/nudge', body)).toMatchObject({ status: 400, body: { error: { code: 'body_shape', field } } });
    expect((await doorway.send('GET', '/v1/choices/none')).status).toBe(404);
  });

  test('shows operators what somebody would be offered, and what not by which rule, and logs nothing', async () => {
    const { log } = doorway.rig.engine;
    const head = log.head;
    const reply = await doorway.post('/v1/points/nudge/preview', { userId: 'ada', context: { features: [0.5, -1] } });
    expectToFit('PreviewAnswer', reply);
    expect(reply.body).toMatchObject({
      kind: 'choose',
      mode: 'contextual',
      offered: [{ id: 'a', probability: 1 }],
      stopped: [{ id: 'b', rule: 'person_unknown', why: expect.stringContaining('"b" was left out') }],
    });
    const list = await doorway.post('/v1/points/home/preview', { userId: 'ada' });
    expectToFit('PreviewAnswer', list);
    expect(JSON.stringify([reply.body, list.body])).not.toContain('ada');
    expect((await doorway.post('/v1/points/none/preview', {})).status).toBe(404);
    expect(log.head).toBe(head);
  });

  test('tells of itself, and is started again only when it was stopped', async () => {
    expectToFit('PointAnswer', await doorway.send('GET', '/v1/points/nudge'));
    expect((await doorway.send('GET', '/v1/points/none')).status).toBe(404);
    const restart = await doorway.post('/v1/points/nudge/restart', { by: 'Ada', reason: 'corrected' });
    expect(restart).toMatchObject({ status: 409, body: { error: { code: 'point_running' } } });
    expect((await doorway.post('/v1/points/nudge/restart', { by: ' ', reason: 'corrected' })).status).toBe(400);
    expect(doorway.bugs).toEqual([]);
  });
});
