// POST /v1/batch: Segment's shape against a real server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { Doorway, view } from './doorway.suite.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
  await doorway.rig.say('ann', 'granted', 'personalise', 'train');
});
afterAll(() => doorway.close());

const rejectedCodes = async (body: unknown): Promise<[number, string, string | null][]> => {
  const reply = await doorway.post('/v1/batch', body);
  expect(reply.status).toBe(200);
  expect(reply.body.success).toBe(true);
  return reply.body.rejected.map((each) => [each.index, each.code, each.field]);
};

const minutesAgo = (minutes: number): string => new Date(doorway.rig.clock.now() - minutes * 60_000).toISOString();

describe('what is taken', () => {
  test('one event as the body', async () => {
    const reply = await doorway.post('/v1/batch', view('ann', 'tea'));
    expect([reply.status, reply.body]).toEqual([200, { success: true, accepted: 1, rejected: [] }]);
  });

  test('a batch keeps what is good, and names the rest by its own place', async () => {
    const bad = { ...view('ann', 'tea'), messageId: 'no-type', type: 'sing' };
    const unknown = { ...view('ann', 'tea'), messageId: 'unknown', event: 'Nothing Known' };
    const stranger = view('bob', 'tea', { messageId: 'stranger' });
    const reply = await doorway.post('/v1/batch', { batch: [bad, view('ann', 'cup'), unknown, stranger, view('ann', 'pot')] });
    expect(reply.body.accepted).toBe(2);
    expect(reply.body.rejected.map((each) => [each.index, each.messageId, each.code])).toEqual([
      [0, 'no-type', 'event_shape'],
      [2, 'unknown', 'event_type_unknown'],
      [3, 'stranger', 'no_grant'],
    ]);
    expect(reply.body.rejected[3 - 1]?.hint).toContain('consent');
  });

  test('a repeated messageId is one event', async () => {
    const event = view('ann', 'tea');
    expect(await rejectedCodes({ batch: [event, event] })).toEqual([[1, 'duplicate', null]]);
    expect(await rejectedCodes(event)).toEqual([[0, 'duplicate', null]]);
  });

  test('anonymousId stands in for a userId that is absent, null or empty', async () => {
    await doorway.rig.say('anon', 'granted', 'personalise');
    for (const userId of [undefined, null, ''])
      expect(await rejectedCodes({ batch: [{ ...view('x', 'tea'), userId, anonymousId: 'anon' }] })).toEqual([]);
    expect(doorway.rig.engine.profile('anon')).toMatchObject({ ok: true, value: { events: 4 } });
  });

  test('the content type is not looked at, a query is ignored', async () => {
    const reply = await doorway.post('/v1/batch?writeKey=x', JSON.stringify(view('ann', 'tea')), { 'Content-Type': 'text/plain' });
    expect(reply.body.accepted).toBe(1);
  });

  test('choices that come with an event hold for it; unknown categories say nothing', async () => {
    const context = { consent: { categoryPreferences: { personalise: true, train: false, Advertising: true } } };
    expect(await rejectedCodes(view('cas', 'tea', { context }))).toEqual([]);
    expect(doorway.rig.engine.core.gate.standing('cas')?.stands.personalise?.choice).toBe('granted');
    expect(await rejectedCodes({ context, batch: [view('dan', 'tea')] })).toEqual([]);
    const wrong = { consent: { categoryPreferences: { personalise: 'yes' } } };
    expect(await rejectedCodes(view('eve', 'tea', { context: wrong }))).toEqual([
      [0, 'event_shape', '/context/consent/categoryPreferences/personalise'],
    ]);
  });

  test('a repeat brings back no consent that was withdrawn since, and may still refuse', async () => {
    const { rig } = doorway;
    const stood = (): string | undefined => rig.engine.core.gate.standing('flo')?.stands.personalise?.choice;
    const event = view('flo', 'tea', { context: { consent: { categoryPreferences: { personalise: true } } } });
    expect(await rejectedCodes(event)).toEqual([]);
    rig.clock.advance(1000);
    await rig.say('flo', 'withdrawn', 'personalise');
    rig.clock.advance(1000);
    const { head } = rig.engine.log;
    expect(await rejectedCodes(event)).toEqual([[0, 'no_grant', null]]);
    expect(await rejectedCodes({ batch: [event, event] })).toEqual([
      [0, 'no_grant', null],
      [1, 'no_grant', null],
    ]);
    expect([stood(), rig.engine.log.head]).toEqual(['withdrawn', head]);
    await rig.say('flo', 'granted', 'personalise');
    const refusing = { ...event, context: { consent: { categoryPreferences: { personalise: false } } } };
    expect(await rejectedCodes(refusing)).toEqual([[0, 'no_grant', null]]);
    expect(stood()).toBe('denied');
  });
});

describe('a refusal on an event that is refused', () => {
  const no = { consent: { categoryPreferences: { personalise: false, train: 'no', share: true } } };
  const cases: [name: string, more: Record<string, unknown>][] = [
    ['a clock at 1970', { timestamp: '1970-01-01T00:02:00Z' }],
    ['an unreadable time', { timestamp: 'yesterday' }],
    ['no messageId', { messageId: undefined }],
    ['an unknown call', { type: 'sing' }],
    ['no event name', { event: undefined }],
    ['properties that are a list', { properties: [] }],
    ['more than an event may have', { properties: { text: 'x'.repeat(limits.eventBytesMax) } }],
    ['a preference that cannot be read', {}],
  ];
  for (const [index, [name, more]] of cases.entries()) {
    test(`is heard, and a grant is not: ${name}`, async () => {
      const subject = `refuses-${index}`;
      const { rig } = doorway;
      await rig.say(subject, 'granted', 'personalise', 'train');
      const bad = { ...view(subject, 'tea'), ...more, context: no };
      const reply = await doorway.post('/v1/batch', { batch: [bad, view(subject, 'cup')] });
      expect([reply.body.accepted, reply.body.rejected.map((each) => each.index)]).toEqual([1, [0]]);
      const stands = rig.engine.core.gate.standing(subject)?.stands;
      expect([stands?.personalise?.choice, stands?.train?.choice, stands?.share]).toEqual(['denied', 'granted', undefined]);
      // What stands beside the list counts for it, and the signal of the browser does.
      const late = { ...view(subject, 'tea'), timestamp: 'yesterday' };
      await doorway.post('/v1/batch', { batch: [late], context: { consent: { categoryPreferences: { train: false } } } });
      expect(rig.engine.core.gate.standing(subject)?.stands.train?.choice).toBe('denied');
      await rig.say(subject, 'granted', 'share');
      await doorway.post('/v1/batch', { batch: [late] }, { 'Sec-GPC': '1' });
      expect(rig.engine.core.gate.standing(subject)?.stands.share?.choice).toBe('objected');
    });
  }

  test('is not, where nobody is named', async () => {
    const { head } = doorway.rig.engine.log;
    expect(await rejectedCodes({ batch: [{ ...view('ann', 'tea'), userId: undefined, context: no }, 'x'] })).toHaveLength(2);
    expect(doorway.rig.engine.log.head).toBe(head);
  });
});

describe('times', () => {
  const occurredAt = async (event: Record<string, unknown>, sentAt?: string): Promise<number | string> => {
    const reply = await doorway.post('/v1/batch', { batch: [event], ...(sentAt === undefined ? {} : { sentAt }) });
    if (reply.body.accepted === 0) return reply.body.rejected[0]?.code ?? '';
    const { log } = doorway.rig.engine;
    const entry = log.readOne(log.head - 1);
    return (JSON.parse(Buffer.from(entry?.bytes ?? []).toString('utf8'))[3] - doorway.rig.clock.now()) / 60_000;
  };

  test('originalTimestamp is the time where there is no timestamp', async () => {
    doorway.rig.clock.advance(3 * 60 * 60_000);
    expect(await occurredAt(view('ann', 'tea', { originalTimestamp: minutesAgo(10) }))).toBe(-10);
    expect(await occurredAt(view('ann', 'tea', { originalTimestamp: minutesAgo(70), timestamp: null }), minutesAgo(60))).toBe(-10);
    expect(await occurredAt(view('ann', 'tea', { originalTimestamp: 'soon', timestamp: minutesAgo(5) }))).toBe(-5);
    expect(await rejectedCodes(view('ann', 'tea', { originalTimestamp: 'soon' }))).toEqual([[0, 'event_time', '/originalTimestamp']]);
    // Captured before the grant, sent after it: without the time it would be taken for one of now.
    await doorway.rig.say('kay', 'granted', 'personalise');
    expect(await rejectedCodes(view('kay', 'tea', { originalTimestamp: minutesAgo(60) }))).toEqual([[0, 'captured_before_grant', null]]);
  });

  test('a clock that is off is corrected by sentAt, never to later than now', async () => {
    doorway.rig.clock.advance(3 * 60 * 60_000);
    expect(await occurredAt(view('ann', 'tea', { timestamp: minutesAgo(10) }))).toBe(-10);
    expect(await occurredAt(view('ann', 'tea', { timestamp: minutesAgo(70) }), minutesAgo(60))).toBe(-10);
    expect(await occurredAt(view('ann', 'tea', { timestamp: minutesAgo(-50) }), minutesAgo(-60))).toBe(-10);
    expect(await occurredAt(view('ann', 'tea', { timestamp: minutesAgo(59) }), minutesAgo(60))).toBe(0);
    expect(await occurredAt(view('ann', 'tea', { timestamp: minutesAgo(70), sentAt: minutesAgo(65) }), minutesAgo(0))).toBe(-5);
    expect(await occurredAt(view('ann', 'tea'))).toBe(0);
  });

  test('a clock that is off by more than is believed is not corrected; absurd times are refused', async () => {
    expect(await occurredAt(view('ann', 'tea', { timestamp: minutesAgo(20) }), minutesAgo(60 * 25))).toBe(-20);
    for (const timestamp of [
      '1970-01-01T00:00:00Z',
      '2100-01-01T00:00:00Z',
      '2026-01-01',
      '2026-01-01T00:00:00',
      'yesterday',
      1_700_000_000_000,
    ]) {
      expect(await occurredAt(view('ann', 'tea', { timestamp }))).toBe('event_time');
    }
  });
});

describe('what is refused in one event', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
  const wide = Object.fromEntries(Array.from({ length: limits.jsonKeysMax + 1 }, (_, index) => [`k${index}`, 1]));
  const cases: [name: string, event: unknown, code: string, field: string | null][] = [
    ['not an object', 'x', 'event_shape', null],
    ['null', null, 'event_shape', null],
    ['no messageId', { ...view('ann', 'tea'), messageId: undefined }, 'event_shape', '/messageId'],
    ['a messageId that is a number', { ...view('ann', 'tea'), messageId: 7 }, 'event_shape', '/messageId'],
    ['nobody', { ...view('ann', 'tea'), userId: undefined }, 'event_shape', '/userId'],
    ['an id too long', view('x'.repeat(limits.idCharsMax + 1), 'tea'), 'event_shape', '/userId'],
    ['a control character in an id', view('a\u0000b', 'tea'), 'event_shape', '/userId'],
    ['half a surrogate pair in an id', view('a\ud800', 'tea'), 'event_shape', '/userId'],
    ['no event name', { ...view('ann', 'tea'), event: undefined }, 'event_shape', '/event'],
    ['properties that are a list', view('ann', 'tea', { properties: [] }), 'event_shape', '/properties'],
    ['an inherited name as type', view('ann', 'tea', { type: 'toString' }), 'event_shape', '/type'],
    ['a type of the engine itself', view('ann', 'tea', { event: 'consent.changed' }), 'event_type_unknown', '/event'],
    ['a property of the wrong type', view('ann', 'tea', { properties: { product_id: 7 } }), 'event_property', '/properties/product_id'],
    ['a missing property', view('ann', 'tea', { properties: {} }), 'event_property', '/properties/product_id'],
    ['a price out of range', view('ann', 'tea', { properties: { product_id: 'tea', price: -1 } }), 'event_range', '/properties/price'],
    ['too deep', view('ann', 'tea', { properties: nested(limits.jsonDepthMax) }), 'body_too_deep', null],
    ['too many keys', view('ann', 'tea', { properties: wide }), 'body_too_deep', null],
    [
      'too large',
      view('ann', 'tea', { properties: { product_id: 'tea', query: 'x'.repeat(limits.eventBytesMax) } }),
      'event_too_large',
      null,
    ],
  ];
  test.each(cases)('%s', async (_, event, code, field) => {
    expect(await rejectedCodes({ batch: [event, view('ann', 'tea')] })).toEqual([[0, code, field]]);
  });

  test('ids at the limit and outside the basic plane pass', async () => {
    for (const id of ['x'.repeat(limits.idCharsMax), 'żółw 🐢']) {
      await doorway.rig.say(id, 'granted', 'personalise');
      expect(await rejectedCodes(view(id, 'tea'))).toEqual([]);
    }
  });

  test('a depth at the limit passes', async () => {
    expect(
      await rejectedCodes(view('ann', 'tea', { properties: { product_id: 'tea', context: nested(limits.jsonDepthMax - 3) } })),
    ).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('a key %s, wherever it stands', async (key) => {
    for (const event of [
      `{"${key}":{"x":1},"type":"track"}`,
      `{"type":"track","properties":{"a":[{"${key}":1}]}}`,
      `{"type":"track","context":{"${key}":{"polluted":1}}}`,
    ]) {
      const reply = await doorway.post('/v1/batch', `{"batch":[${event}]}`);
      expect(reply.body.rejected[0]?.code).toBe('body_shape');
    }
    expect((await doorway.post('/v1/batch', `{"batch":[],"${key}":{}}`)).body.error.code).toBe('body_shape');
    expect((await doorway.post('/v1/batch', `{"batch":[],"context":{"${key}":{}}}`)).body.error.code).toBe('body_shape');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('an answer repeats no value but a well-formed messageId', async () => {
    const secret = 'se\u0001cret-value';
    const reply = await doorway.post('/v1/batch', {
      batch: [view(secret, secret, { messageId: secret, type: secret }), { [secret]: secret }],
    });
    expect(JSON.stringify(reply.body)).not.toContain('cret-value');
    expect(reply.body.rejected[0]?.messageId).toBeNull();
  });
});
