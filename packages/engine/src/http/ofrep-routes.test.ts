// OFREP 0.3.0 against a real server: shapes, reasons, errors, and what an evaluation leaves in the log.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemTypes } from '../model/system-event.js';
import { decodeEvent } from '../model/event-codec.js';
import { SmallDoor } from './first-screen-door.suite.js';
import { addOfrep } from './ofrep-routes.js';

const one = '/ofrep/v1/evaluate/flags/home';
const bulk = '/ofrep/v1/evaluate/flags';
let door: SmallDoor;
beforeEach(async () => {
  door = await SmallDoor.open(({ rig, metrics, table }) => addOfrep(table, { engine: rig.engine, clock: rig.clock, metrics }));
  await door.rig.engine.upsertItems(['cup', 'pot', 'tea'].map((id) => ({ id, title: `The ${id}` })));
});
afterEach(() => door.close());

const decisions = (): number => {
  const { log } = door.rig.engine;
  return [...log.read(0)].filter((each) => each.bytes !== null && decodeEvent(each.bytes, each.mask).type === systemTypes.decisionMade)
    .length;
};

describe('one flag', () => {
  test('for a person who grants: the list as value, the best item as variant, the why as metadata', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    await door.rig.visit('ann', 'tea');
    const { status, body } = await door.post(one, { context: { targetingKey: 'ann', exclude: ['tea'], email: 'not used' } });
    expect(status).toBe(200);
    expect(body).toEqual({
      key: 'home',
      value: { items: ['cup', 'pot'] },
      variant: 'cup',
      reason: 'TARGETING_MATCH',
      metadata: {
        decisionId: expect.stringMatching(/^d_/),
        mode: 'personal',
        policyVersion: 'rank/4',
        propensity: expect.any(Number),
        why: expect.stringMatching(/\.$/),
        whyUrl: `/v1/decisions/${body.metadata.decisionId}`,
      },
    });
    expect(door.rig.engine.why(body.metadata.decisionId)).toMatchObject({ ok: true, value: { decision: { subject: 'ann' } } });
  });

  test('for nobody, for a stranger, under an objection: contextual, from what the context carries', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    const asked = [{}, { targetingKey: 'bob' }, { targetingKey: 'ann', gpc: true }];
    const got = await Promise.all(asked.map((context) => door.post(one, { context: { items: ['tea'], ...context } })));
    expect(got.map(({ body }) => [body.reason, body.metadata.mode, body.metadata.because])).toEqual([
      ['STATIC', 'contextual', 'no_subject'],
      ['STATIC', 'contextual', 'no_grant'],
      ['STATIC', 'contextual', 'objection_signal'],
    ]);
    const signalled = await door.post(one, { context: { targetingKey: 'ann' } }, { 'Sec-GPC': '1' });
    expect(signalled.body.metadata.because).toBe('objection_signal');
    expect((await door.post(one)).body.metadata.because).toBe('no_subject');
  });

  test('metadata holds nothing but texts, numbers and booleans, even of an empty list', async () => {
    const { body } = await door.post(one, { context: { exclude: ['cup', 'pot', 'tea'] } });
    expect(body).toMatchObject({ value: { items: [] }, variant: 'none' });
    for (const each of Object.values(body.metadata)) expect(['string', 'number', 'boolean']).toContain(typeof each);
  });

  const refusals: [name: string, path: string, body: unknown, status: number, errorCode: string, details: RegExp][] = [
    ['no such point', '/ofrep/v1/evaluate/flags/nowhere', {}, 404, 'FLAG_NOT_FOUND', /decision point/],
    ['no JSON', one, '{', 400, 'PARSE_ERROR', /JSON/],
    ['a list', one, [], 400, 'INVALID_CONTEXT', /object/],
    ['a context that is a list', one, { context: [] }, 400, 'INVALID_CONTEXT', /object/],
    ['an empty key', one, { context: { targetingKey: '' } }, 400, 'TARGETING_KEY_MISSING', /empty/],
    ['a key that is a number', one, { context: { targetingKey: 5 } }, 400, 'INVALID_CONTEXT', /targetingKey/],
    ['a key too long', one, { context: { targetingKey: 'x'.repeat(257) } }, 400, 'INVALID_CONTEXT', /\/context\/targetingKey/],
    ['items that are no list', one, { context: { items: 'tea' } }, 400, 'INVALID_CONTEXT', /\/context\/items/],
    ['a filter that is not known', one, { context: { filter: { colour: 1 } } }, 400, 'INVALID_CONTEXT', /\/context\/filter/],
    ['gpc that is a text', one, { context: { gpc: '1' } }, 400, 'INVALID_CONTEXT', /gpc/],
  ];
  test.each(refusals)('%s', async (_name, path, body, status, errorCode, details) => {
    const reply = await door.post(path, body);
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({ key: path.split('/').at(-1), errorCode, errorDetails: expect.stringMatching(details) });
    expect(JSON.stringify(reply.body)).not.toContain('xxx');
    expect(decisions()).toBe(0);
  });
});

describe('all flags', () => {
  test('one tag while the same would be decided; a 304 logs nothing', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    const context = { targetingKey: 'ann' };
    const first = await door.post(bulk, { context });
    expect(first.body.flags).toHaveLength(1);
    expect(first.body.flags[0]).toMatchObject({ key: 'home', value: { items: expect.any(Array) } });
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[0-9a-f]{16}"$/);
    expect(decisions()).toBe(1);
    for (const header of [tag, `"x", ${tag}`, tag.replace('W/', '')]) {
      const again = await door.post(bulk, { context }, { 'If-None-Match': header });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, null, tag]);
    }
    expect(decisions()).toBe(1);
    expect((await door.post(bulk, { context })).headers.get('etag')).toBe(tag);
    expect((await door.post(bulk, { context }, { 'If-None-Match': '"other"' })).status).toBe(200);
    expect(decisions()).toBe(3);
  });

  test('another tag for another person, other consent, another list', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    const tagOf = async (context: object): Promise<string | null> => (await door.post(bulk, { context })).headers.get('etag');
    const tags = [await tagOf({ targetingKey: 'ann' }), await tagOf({ targetingKey: 'bob' }), await tagOf({}), await tagOf({ limit: 1 })];
    await door.rig.say('ann', 'withdrawn', 'personalise');
    tags.push(await tagOf({ targetingKey: 'ann' }));
    await door.rig.say('ann', 'granted', 'personalise');
    tags.push(await tagOf({ targetingKey: 'ann' }));
    await door.rig.engine.upsertItems([{ id: 'a new one' }]);
    tags.push(await tagOf({ targetingKey: 'ann' }));
    expect(new Set(tags).size).toBe(tags.length);
  });

  test('the tag does not follow the draw: many looks, some of them drawn uniformly, have one', async () => {
    const tags = new Set<string | null>();
    const reasons = new Set<string>();
    for (let look = 0; look < 300; look += 1) {
      const { headers, body } = await door.post(bulk, {});
      tags.add(headers.get('etag'));
      reasons.add(body.flags[0].reason);
    }
    expect([...reasons].sort()).toEqual(['SPLIT', 'STATIC']);
    expect(tags.size).toBe(1);
  });

  test('a broken body', async () => {
    expect((await door.post(bulk, '{')).body).toEqual({ errorCode: 'PARSE_ERROR', errorDetails: expect.any(String) });
  });
});
