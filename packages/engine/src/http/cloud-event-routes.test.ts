// CloudEvents 1.0.2 in its three modes against a real server, and each way in which an event can be wrong.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Rejects } from '../access/rejects.js';
import { errors, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { addCloudEvents } from './cloud-event-routes.js';
import { SmallDoor } from './first-screen-door.suite.js';

let door: SmallDoor;
let rejects: Rejects;
beforeEach(async () => {
  door = await SmallDoor.open(({ rig, metrics, table }) => {
    rejects = new Rejects(rig.clock);
    addCloudEvents(table, { engine: rig.engine, clock: rig.clock, metrics, rejects });
  });
});
afterEach(() => door.close());

const structured = { 'Content-Type': 'application/cloudevents+json; charset=utf-8' };
const batched = { 'Content-Type': 'application/cloudevents-batch+json' };
let ids = 0;
const event = (more: object = {}): Record<string, unknown> => {
  ids += 1;
  const base = { specversion: '1.0', id: `e${ids}`, source: '/shop', type: 'item.viewed', subject: 'ann', data: { product_id: 'tea' } };
  return { ...base, consent: 'personalise=granted train=granted', ...more };
};
const all = { success: true, accepted: 1, rejected: [] };

describe('modes', () => {
  test('structured', async () => {
    const time = new Date(door.rig.clock.now() - 1000).toISOString();
    const reply = await door.post('/v1/events', event({ time, consentorigin: 'banner' }), structured);
    expect([reply.status, reply.body]).toEqual([200, all]);
    const profile = door.rig.engine.profile('ann');
    expect(profile).toMatchObject({ ok: true, value: { traits: { last_seen: { 'item.viewed': door.rig.clock.now() - 1000 } } } });
  });

  test('batched, with one refused in the middle', async () => {
    const reply = await door.post('/v1/events', [event(), event({ type: 'no.such.type', id: 'odd' }), event()], batched);
    const { hint } = errors.event_type_unknown;
    expect(reply.body).toEqual({
      success: true,
      accepted: 2,
      rejected: [{ index: 1, messageId: 'odd', code: 'event_type_unknown', field: '/type', hint }],
    });
  });

  test('binary: attributes in headers, percent-encoded', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'b1',
      'ce-source': '/shop',
      'ce-type': 'item.viewed',
      'ce-subject': 'J%C3%BCrgen',
      'ce-consent': 'personalise=granted',
      'Content-Type': 'application/json',
    };
    expect((await door.post('/v1/events', { product_id: 'tea' }, headers)).body).toEqual(all);
    expect(door.rig.engine.profile('Jürgen').ok).toBe(true);
    // A quoted string of HTTP is what stands between its quotes (HTTP binding 1.0.2, 3.1.3.2).
    const quoted = { ...headers, 'ce-id': 'b2', 'ce-subject': '"Zo\\%C3%AB"', 'ce-consent': '"personalise=granted"' };
    expect((await door.post('/v1/events', { product_id: 'tea' }, quoted)).body).toEqual(all);
    expect(door.rig.engine.profile('Zo\u00eb').ok).toBe(true);
    const broken = await door.post('/v1/events', { product_id: 'tea' }, { ...headers, 'ce-subject': '%ff' });
    expect([broken.status, broken.body.accepted]).toEqual([200, 0]);
    expect(broken.body.rejected).toMatchObject([{ index: 0, code: 'event_shape', field: '/subject' }]);
  });

  test('an attribute that is null is as if it were not there', async () => {
    const unset = { time: null, datacontenttype: null, dataschema: null, data_base64: null, consentorigin: null, extension: null };
    expect((await door.post('/v1/events', event(unset), structured)).body).toEqual(all);
    // Granted already: nothing else need come with it.
    expect((await door.post('/v1/events', event({ consent: null }), structured)).body).toEqual(all);
    const without = await door.post('/v1/events', event({ subject: null }), structured);
    expect(without.body.rejected).toMatchObject([{ code: 'event_shape', field: '/subject' }]);
  });

  test('source and id together are the message id', async () => {
    const twice = event();
    const got = await door.post('/v1/events', [twice, twice, { ...twice, source: '/other' }], batched);
    expect(got.body).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'duplicate', messageId: twice['id'] }] });
  });

  test('no grant, nothing kept; an objection counts', async () => {
    const reply = await door.post('/v1/events', event({ consent: undefined }), structured);
    expect(reply.body).toMatchObject({ accepted: 0, rejected: [{ code: 'no_grant' }] });
    expect(door.rig.engine.profile('ann').ok).toBe(false);
    expect(door.metrics.rejectedBy('no_grant')).toBe(1);
  });
});

describe('refusals of one event', () => {
  const cases: [name: string, more: object, code: ErrorCode, field: string | null][] = [
    ['another version', { specversion: '0.3' }, 'event_shape', '/specversion'],
    ['no id', { id: undefined }, 'event_shape', '/id'],
    ['no source', { source: undefined }, 'event_shape', '/source'],
    ['a source with a space', { source: 'a b' }, 'event_shape', '/source'],
    ['no type', { type: undefined }, 'event_shape', '/type'],
    ['no subject', { subject: undefined }, 'event_shape', '/subject'],
    ['no time', { time: 'yesterday' }, 'event_time', '/time'],
    ['an absurd time', { time: '1970-01-01T00:00:00Z' }, 'event_time', '/time'],
    ['data that is a text', { data: 'tea' }, 'event_shape', '/data'],
    ['data of another type', { datacontenttype: 'text/xml' }, 'event_shape', '/datacontenttype'],
    ['packed data', { data_base64: 'AA==' }, 'event_shape', '/data_base64'],
    ['a property that does not fit', { data: { product_id: 5 } }, 'event_property', '/data/product_id'],
    ['a value out of range', { data: { product_id: 'tea', price: -1 } }, 'event_range', '/data/price'],
    ['consent that is no list', { consent: 'personalise' }, 'event_shape', '/consent'],
    ['a choice that is none', { consent: 'personalise=yes' }, 'event_shape', '/consent'],
    ['two choices at once', { consent: 'train=granted train=denied' }, 'event_shape', '/consent'],
    ['an unknown purpose', { consent: 'profit=granted' }, 'purpose_unknown', '/consent'],
    ['an empty consent', { consent: '' }, 'event_shape', '/consent'],
    ['too large', { data: { product_id: 'x'.repeat(limits.eventBytesMax) } }, 'event_too_large', null],
  ];
  test.each(cases)('%s', async (_name, more, code, field) => {
    const { body } = await door.post('/v1/events', [event(more)], batched);
    expect(body).toMatchObject({ accepted: 0, rejected: [{ index: 0, code, field }] });
  });
});

test('binary: a header that cannot be decoded refuses the event at its attribute, and of an unknown extension nothing', async () => {
  const sent = async (more: Record<string, string>) => {
    const named = { 'ce-specversion': '1.0', 'ce-id': 'b1', 'ce-source': '/shop', 'ce-type': 'item.viewed', 'ce-subject': 'ann' };
    const consent = { 'ce-consent': 'personalise=granted', 'Content-Type': 'application/json' };
    const { status, body } = await door.post('/v1/events', { product_id: 'tea' }, { ...named, ...consent, ...more });
    return [status, body.accepted, body.rejected];
  };
  const refused = (code: ErrorCode, field: string, messageId: string | null = 'b1') => [
    200,
    0,
    [expect.objectContaining({ code, field, messageId })],
  ];
  expect(await sent({ 'ce-subject': '100%' })).toEqual(refused('event_shape', '/subject'));
  expect(await sent({ 'ce-time': '%zz' })).toEqual(refused('event_time', '/time'));
  expect(await sent({ 'ce-id': '%zz' })).toEqual(refused('event_shape', '/id', null));
  expect(await sent({ 'ce-consent': '%zz' })).toEqual(refused('event_shape', '/consent'));
  expect(await sent({ 'ce-maria-secret': '%zz' })).toEqual([200, 1, []]);
});

test('refusals of a whole request', async () => {
  const codeOf = async (body: unknown, headers: Record<string, string>): Promise<string> =>
    (await door.post('/v1/events', body, headers)).body.error.code;
  expect(await codeOf('{', structured)).toBe('body_not_json');
  expect(await codeOf([], structured)).toBe('body_shape');
  expect(await codeOf({}, batched)).toBe('body_shape');
  expect(await codeOf(Array(limits.batchEventsMax + 1).fill(0), batched)).toBe('batch_too_long');
});

describe('a refusal on an event that is refused', () => {
  for (const [name, more] of [
    ['no specversion', { specversion: undefined }],
    ['no id', { id: undefined }],
    ['an unreadable time', { time: 'yesterday' }],
    ['a time at 1970', { time: '1970-01-01T00:02:00Z' }],
    ['no object as data', { data: 7 }],
    ['an origin that cannot be read', { consentorigin: 7 }],
    ['a choice that cannot be read', { consent: 'train=perhaps personalise=withdrawn share=granted' }],
    ['two choices that contradict one another', { consent: 'personalise=withdrawn personalise=granted share=granted' }],
  ] as const) {
    test(`is heard, and a grant is not: ${name}`, async () => {
      const { rig } = door;
      await rig.say('ann', 'granted', 'personalise', 'train');
      const consent = 'personalise=withdrawn share=granted';
      const reply = await door.post('/v1/events', event({ consent, ...more }), structured);
      expect([reply.status, reply.body.accepted, reply.body.rejected.length]).toEqual([200, 0, 1]);
      const stands = rig.engine.core.gate.standing('ann')?.stands;
      expect([stands?.personalise?.choice, stands?.train?.choice, stands?.share]).toEqual(['withdrawn', 'granted', undefined]);
    });
  }
});

test('what is refused is counted by kind, as in a batch, without a value', async () => {
  await door.post('/v1/events', event({ type: 'no.such.type' }), structured);
  await door.post('/v1/events', event({ data: { product_id: 5 } }), structured);
  await door.post('/v1/events', event({ time: 'yesterday' }), structured);
  await door.post('/v1/events', event({ consent: null, subject: 'stranger' }), structured);
  await door.post('/v1/events', '[', structured);
  const kind = { key: null, source: null, count: 1 };
  expect(rejects.list(null, 10).toSorted((a, b) => (a.code < b.code ? -1 : 1))).toMatchObject([
    { ...kind, code: 'body_not_json', field: null, type: null },
    { ...kind, code: 'event_property', field: '/data/product_id', type: 'item.viewed' },
    { ...kind, code: 'event_time', field: '/time', type: 'item.viewed' },
    { ...kind, code: 'event_type_unknown', field: '/type', type: null },
    { ...kind, code: 'no_grant', field: null, type: 'item.viewed' },
  ]);
});
