// What has no canonical text (half of a surrogate pair, 1e999) is refused where it comes in, at its place, and nothing of it is kept.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Doorway } from './doorway.suite.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
  await doorway.rig.say('ann', 'granted', 'personalise');
});
afterAll(() => doorway.close());

const half = String.raw`"smile \ud83d"`;

describe('events', () => {
  test.each([
    ['half of a pair', `{"product_id":${half}}`, '/properties/product_id'],
    ['half of a pair, deep', `{"product_id":"tea","context":{"a":{"b":${half}}}}`, '/properties/context'],
    ['half of a pair in a name', `{"product_id":"tea","context":{${half}:1}}`, '/properties/context'],
    ['a number beyond all numbers, deep', '{"product_id":"tea","context":{"x":1e999}}', '/properties/context'],
  ])('%s', async (_, properties, field) => {
    const { head } = doorway.rig.engine.log;
    const bad = `{"type":"track","event":"Product Viewed","messageId":"${field}","userId":"ann","properties":${properties}}`;
    const { status, body } = await doorway.post('/v1/batch', `{"batch":[${bad}]}`);
    expect([status, body.rejected.map((each) => [each.code, each.field])]).toEqual([200, [['event_property', field]]]);
    expect(doorway.rig.engine.log.head).toBe(head);
  });

  test('what is dropped anyhow may be anything, and whole pairs are text', async () => {
    const properties = String.raw`{"product_id":"\ud83d\ude00","undeclared":"\ud83d"}`;
    const event = `{"event":"Product Viewed","messageId":"whole","userId":"ann","properties":${properties}}`;
    expect((await doorway.post('/v1/track', event)).body.accepted).toBe(1);
    expect((await doorway.rig.dump()).join('\n')).toContain('😀');
  });
});

test.each([
  ['/v1/items', `{"items":[{"id":"tea","title":${half}}]}`, 'item_shape', '/items/0/title'],
  ['/v1/items', `{"items":[{"id":"tea","attributes":{${half}:1}}]}`, 'item_shape', '/items/0/attributes'],
  ['/v1/bases', `{"eventType":"item.viewed","purpose":"service","basis":"contract","reason":${half}}`, 'body_shape', '/reason'],
  ['/v1/subjects/ann/requests', `{"kind":"human_review","wish":{"text":${half}}}`, 'body_shape', '/wish/text'],
  ['/v1/subjects/ann/requests', `{"kind":"correct","wish":{"event":"whole","properties":{"a":${half}}}}`, 'body_shape', '/wish/properties'],
  [
    '/v1/subjects/ann/requests',
    `{"kind":"access","authority":{"kind":"agent","by":"x","evidence":${half}}}`,
    'body_shape',
    '/authority/evidence',
  ],
  ['/v1/subjects/ann/links', `{"other":"bob","evidence":${half}}`, 'body_shape', '/evidence'],
  ['/v1/subjects/ann/recipients', `{"recipient":"r","reference":${half},"purpose":"share"}`, 'body_shape', '/reference'],
  ['/v1/subjects/ann/corrections', `{"id":"whole","properties":{"product_id":${half}}}`, 'event_property', '/properties/product_id'],
  ['/v1/points/home/restart', `{"by":"ann","reason":${half}}`, 'body_shape', '/reason'],
  ['/v1/decide/home', '{"subject":"ann","filter":{"priceMax":1e999}}', 'body_shape', '/filter'],
  ['/v1/decide/home', `{"subject":"ann","filter":{"attributes":{"colour":${half}}}}`, 'body_shape', '/filter'],
  ['/v1/plan/trip', `{"subject":"ann","mustSee":[${half}]}`, 'body_shape', ''],
])('%s refuses %s', async (path, text, code, field) => {
  const { head } = doorway.rig.engine.log;
  const { body } = await doorway.post(path, text);
  expect(body.error).toMatchObject({ code, ...(field === '' ? {} : { field }) });
  expect(doorway.rig.engine.log.head).toBe(head);
});
