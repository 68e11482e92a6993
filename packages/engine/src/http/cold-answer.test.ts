// Answers about people stay out of every cache; what is the same for everybody does not have to.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Doorway, view } from './doorway.suite.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
  await doorway.rig.say('ann', 'granted', 'personalise');
});
afterAll(() => doorway.close());

const kept = async (method: string, path: string, body?: unknown): Promise<string | null> =>
  (await doorway.send(method, path, body)).headers.get('cache-control');

test('no answer about a person is stored by a cache, be it an error', async () => {
  const decided = await doorway.post('/v1/decide/home', { userId: 'ann' });
  expect(decided.headers.get('cache-control')).toBe('no-store');
  expect(await kept('POST', '/v1/batch', view('ann', 'tea'))).toBe('no-store');
  expect(await kept('POST', '/v1/consents', { subject: 'ann', choices: { train: 'granted' } })).toBe('no-store');
  for (const path of [
    `/v1/decisions/${decided.body.decisionId}`,
    '/v1/decisions/none',
    '/v1/subjects/ann',
    '/v1/segments',
    '/v1/nothing',
  ]) {
    expect([path, await kept('GET', path)]).toEqual([path, 'no-store']);
  }
  expect(await kept('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: 'ann' } })).toBe('private, no-cache');
});

test('what says the same to everybody may be', async () => {
  for (const path of ['/openapi.json', '/.well-known/gpc.json']) expect([path, await kept('GET', path)]).toEqual([path, null]);
});
