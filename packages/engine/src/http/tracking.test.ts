// Segment's and RudderStack's tracking API: every path, every call, packed bodies, what SDKs ask for before they send, a shop's first
// minute.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { Doorway, view } from './doorway.suite.js';
import { trackingPaths } from './tracking-paths.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
  await doorway.rig.say('ann', 'granted', 'personalise', 'train', 'analytics');
});
afterAll(() => doorway.close());

let ids = 0;
const call = (more: object): object => ({ userId: 'ann', messageId: `c${(ids += 1)}`, ...more });
/** Type and properties of the newest event in the log. */
const newest = (): [type: unknown, subject: unknown, properties: unknown] => {
  const { log } = doorway.rig.engine;
  const fields: unknown[] = JSON.parse(Buffer.from(log.readOne(log.head - 1)?.bytes ?? []).toString('utf8'));
  return [fields[2], fields[1], fields.find((field) => typeof field === 'object' && field !== null)];
};

const said: { readonly [name: string]: [event: object, type: string, properties: object] } = {
  track: [{ event: 'Product Viewed', properties: { product_id: 'tea' } }, 'item.viewed', { product_id: 'tea' }],
  identify: [{ traits: { plan: 'gold', email: 'ann@example.org', name: 'Ann' } }, 'identify', { plan: 'gold' }],
  page: [{ name: 'Home', properties: { path: '/' } }, 'page.viewed', { name: 'Home', path: '/' }],
  screen: [{ name: 'Start' }, 'screen', { name: 'Start' }],
  group: [{ groupId: 'g1', traits: { employees: 4 } }, 'group', { groupId: 'g1', employees: 4 }],
  alias: [{ previousId: 'anon-1' }, 'alias', { previousId: 'anon-1' }],
};

describe('every path', () => {
  test.each([...trackingPaths].filter(([, name]) => name !== 'batch'))('%s is %s', async (path, name) => {
    const [event, type, properties] = said[name] ?? [{}, '', {}];
    const reply = await doorway.post(path, call(event));
    expect(reply.body).toEqual({ success: true, accepted: 1, rejected: [] });
    expect(newest()).toEqual([type, 'ann', properties]);
  });

  test.each([...trackingPaths].filter(([, name]) => name === 'batch'))('%s takes all calls at once', async (path) => {
    const batch = Object.entries(said).map(([type, [event]]) => call({ ...event, type }));
    expect((await doorway.post(path, { batch, sentAt: new Date(doorway.rig.clock.now()).toISOString() })).body.accepted).toBe(6);
  });

  test('the path decides what a call is, whatever the body says', async () => {
    await doorway.post('/v1/i', call({ type: 'track', event: 'Product Viewed', traits: { plan: 'tin' } }));
    expect(newest()).toEqual(['identify', 'ann', { plan: 'tin' }]);
  });

  test('group without groupId and alias without previousId are refused by name', async () => {
    const places = async (path: string, body: object) =>
      (await doorway.post(path, call(body))).body.rejected.map(({ code, field }) => [code, field]);
    expect(await places('/v1/group', {})).toEqual([['event_shape', '/groupId']]);
    expect(await places('/v1/alias', { previousId: 'a\u0000b' })).toEqual([['event_shape', '/previousId']]);
    expect(await places('/v1/identify', { traits: [] })).toEqual([['event_shape', '/traits']]);
  });

  test('a person without a grant leaves nothing by any of them', async () => {
    const head = doorway.rig.engine.log.head;
    const batch = Object.entries(said).map(([type, [event]]) => ({ ...call({ ...event, type }), userId: 'nobody' }));
    const { body } = await doorway.post('/v1/batch', { batch });
    expect([body.accepted, new Set(body.rejected.map(({ code }) => code))]).toEqual([0, new Set(['no_grant'])]);
    expect(doorway.rig.engine.log.head).toBe(head);
  });
});

describe('bodies as clients send them', () => {
  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/json'])('gzip labelled %s', async (type) => {
    const body = gzipSync(JSON.stringify({ batch: [view('ann', 'tea'), view('ann', 'cup')] }));
    for (const more of [{}, { 'Content-Encoding': 'gzip' }]) {
      const reply = await doorway.post('/v1/batch', body, { 'Content-Type': type, ...more });
      expect(reply.status).toBe(200);
    }
  });

  test('what is refused is named by the messageId of its sender, packed or not, in a batch or alone', async () => {
    const wrong = [
      view('ann', 'tea'),
      { ...view('ann', 'tea'), messageId: 'no type', type: 'trick' },
      { ...view('ann', 'tea'), messageId: 'not known', event: 'Video Watched' },
      'not an object',
      { ...view('stranger', 'tea'), messageId: 'no grant' },
    ];
    const names = async (path: string, body: unknown) =>
      (await doorway.post(path, body)).body.rejected.map(({ index, messageId, code }) => [index, messageId, code]);
    const refused = [
      [1, 'no type', 'event_shape'],
      [2, 'not known', 'event_type_unknown'],
      [3, null, 'event_shape'],
      [4, 'no grant', 'no_grant'],
    ];
    expect(await names('/v1/batch', { batch: wrong })).toEqual(refused);
    expect(await names('/v1/batch', gzipSync(JSON.stringify({ batch: wrong })))).toEqual([
      [0, expect.any(String), 'duplicate'],
      ...refused,
    ]);
    expect(await names('/v1/batch', wrong[2])).toEqual([[0, 'not known', 'event_type_unknown']]);
    expect(await names('/v1/track', { ...view('stranger', 'tea'), messageId: 'alone', batch: wrong })).toEqual([[0, 'alone', 'no_grant']]);
  });

  test('packed bodies come in everywhere', async () => {
    expect((await doorway.post('/v1/decide/home', gzipSync('{}'))).status).toBe(200);
    expect((await doorway.post('/v1/items', gzipSync('{"items":[{"id":"z"}]}'))).body.accepted).toBe(1);
  });
});

describe('what SDKs ask for before they send', () => {
  const get = async (path: string) => JSON.parse(JSON.stringify((await doorway.send('GET', path)).body));

  test('settings of a source, as analytics-next accepts them', async () => {
    expect(await get('/v1/projects/wk/settings')).toMatchObject({
      integrations: { 'Segment.io': { apiKey: 'wk' } },
      plan: { track: { __default: { enabled: true } } },
    });
  });

  test('sourceConfig, as RudderStack asks for it', async () => {
    expect(await get('/sourceConfig/?p=web&writeKey=wk')).toMatchObject({ source: { enabled: true, destinations: [], writeKey: 'wk' } });
  });

  test('event types, with what each takes', async () => {
    const { eventTypes } = await get('/v1/event-types');
    expect(eventTypes).toContainEqual(expect.objectContaining({ name: 'item.viewed', aliases: ['Product Viewed', 'view_item'] }));
  });
});

describe('a shop in its first minute', () => {
  test.each([
    ['Product Viewed', { product_id: 'tea' }, 'item.viewed'],
    ['Product Clicked', { product_id: 'tea' }, 'item.clicked'],
    ['Product Added', { product_id: 'tea' }, 'item.added'],
    ['Product Removed', { product_id: 'tea' }, 'item.removed'],
    ['Order Completed', { order_id: 'o', products: [{ product_id: 'tea' }] }, 'order.completed'],
    ['Products Searched', { query: 'green' }, 'list.viewed'],
    ['Checkout Started', { total: 3 }, 'checkout.started'],
    ['view_item', { items: [{ item_id: 'tea', price: 4.5 }] }, 'item.viewed'],
    ['add_to_cart', { items: [{ item_id: 'tea', quantity: 2 }] }, 'item.added'],
    ['remove_from_cart', { item_id: 'tea' }, 'item.removed'],
    ['purchase', { transaction_id: 'o', value: 9, items: [{ item_id: 'tea' }] }, 'order.completed'],
  ])('%s', async (event, properties, type) => {
    expect((await doorway.post('/v1/track', call({ event, properties }))).body.rejected).toEqual([]);
    expect(newest()[0]).toBe(type);
  });

  test("GA4's words become ours", async () => {
    await doorway.post('/v1/track', call({ event: 'view_item', properties: { items: [{ item_id: 'tea', price: 4.5 }] } }));
    expect(newest()[2]).toEqual({ product_id: 'tea', price: 4.5 });
    await doorway.post('/v1/track', call({ event: 'purchase', properties: { transaction_id: 'o7', value: 9, currency: 'EUR' } }));
    expect(newest()[2]).toEqual({ order_id: 'o7', total: 9, currency: 'EUR' });
  });

  test('a name that is not known: which, and where to look', async () => {
    const { body } = await doorway.post('/v1/track', call({ event: 'Video Watched' }));
    expect(body.rejected).toMatchObject([
      { code: 'event_type_unknown', field: '/event', hint: expect.stringContaining('/v1/event-types') },
    ]);
    const long = await doorway.post('/v1/track', call({ event: 'x'.repeat(limits.idCharsMax + 1) }));
    expect(long.body.rejected[0]?.code).toBe('event_type_unknown');
  });
});
