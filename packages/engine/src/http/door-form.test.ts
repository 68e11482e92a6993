// What a route promises of its answers holds also where the door or the path is at fault, before there is a body to look at.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Doorway } from './doorway.suite.js';
import { openApiDocument } from './open-api-document.js';
import { portalDoor } from './portal.suite.js';

interface Documented {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: { readonly default: { readonly content: object } } }>>>
  >;
}
const documented = openApiDocument() as Documented;

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

test.each([
  ['/ofrep/v1/evaluate/flags', {}],
  ['/ofrep/v1/evaluate/flags/home', { key: 'home' }],
])('%s tells a page of a foreign origin no in the words of OpenFeature', async (path, named) => {
  const headers = { Origin: 'https://elsewhere.example', 'Content-Type': 'application/json' };
  const answer = await fetch(`${doorway.url}${path}`, { method: 'POST', headers, body: '{}' });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({
    ...named,
    errorCode: 'GENERAL',
    errorDetails: expect.stringContaining('origin_not_allowed'),
  });
});

test.each(['%C3%28', '%00', 'x'.repeat(257)])('parting /v1/subjects/%s from another id is refused: nobody has that id', async (id) => {
  const { status, body } = await doorway.post(`/v1/subjects/${id}/links`, { other: 'bob', linked: false });
  expect([status, body.error.code]).toEqual([404, 'subject_unknown']);
});

test('every route tells what is wrong in a form that the OpenAPI document names', async () => {
  const portal = await portalDoor();
  for (const [path, methods] of Object.entries(documented.paths))
    for (const [method, { responses }] of Object.entries(methods)) {
      const url = portal.url + path.replace(/\{\w+\}/g, '%C3%28');
      const answer = await fetch(url, { method: method.toUpperCase(), redirect: 'manual', ...(method === 'post' ? { body: '{' } : {}) });
      const type = answer.headers.get('content-type')?.split(';')[0];
      if (answer.status >= 400) expect([path, ...Object.keys(responses.default.content)]).toContain(type);
      expect(answer.status).toBeLessThan(500);
      await answer.body?.cancel();
    }
  await portal.close();
});
