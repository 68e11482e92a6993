// Keys at the door: who may do what, the ways a key comes in, rates, pages of other origins, and a door without keys.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore, type NewKey } from '../access/key-store.js';
import { keyKinds, type KeyKind } from '../access/key-kind.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { limits } from '../base/limits.js';
import { Doorway, view } from './doorway.suite.js';

let guarded: Doorway;
let store: KeyStore;
const keys = new Map<KeyKind, NewKey>();
const lines: string[] = [];

async function add(kind: KeyKind, more: Parameters<KeyStore['add']>[2] = {}): Promise<NewKey> {
  const made = await store.add(kind, guarded?.rig.clock.now() ?? 0, more);
  if (!made.ok) throw new Error(made.code);
  return made.value;
}

beforeAll(async () => {
  guarded = await Doorway.open(async ({ disk, clock }) => {
    store = new KeyStore(disk, new SeededEntropy(9));
    for (const kind of keyKinds) keys.set(kind, await add(kind));
    const ring = new KeyRing({ store, clock });
    ring.watch();
    return { keys: ring, log: (line) => lines.push(line) };
  });
});
afterAll(() => guarded.close());

const text = (kind: KeyKind): string => keys.get(kind)?.text ?? '';
const bearer = (kind: KeyKind): Record<string, string> => ({ Authorization: `Bearer ${text(kind)}` });
const basic = (user: string): Record<string, string> => ({ Authorization: `Basic ${Buffer.from(user).toString('base64')}` });

describe('which kind may do what', () => {
  const routes: [method: string, path: string, needs: KeyKind | 'none'][] = [
    ['POST', '/v1/batch', 'write'],
    ['POST', '/v1/t', 'write'],
    ['POST', '/v1/decide/home', 'write'],
    ['GET', '/v1/decisions/d_none', 'write'],
    ['GET', '/v1/event-types', 'write'],
    ['GET', '/sourceConfig', 'write'],
    ['POST', '/v1/items', 'secret'],
    ['POST', '/v1/consents', 'write'],
    ['GET', '/v1/subjects/ann', 'secret'],
    ['GET', '/v1/rejects', 'secret'],
    ['POST', '/v1/bases', 'admin'],
    ['DELETE', '/v1/subjects/ann', 'admin'],
    ['GET', '/health', 'none'],
  ];
  test.each(routes)('%s %s needs %s', async (method, path, needs) => {
    const body = method === 'POST' ? {} : undefined;
    const codeWith = async (headers: Record<string, string>): Promise<string | undefined> => {
      const { status, body: answer } = await guarded.send(method, path, body, headers);
      return status === 401 || status === 403 ? answer.error.code : undefined;
    };
    expect(await codeWith({})).toBe(needs === 'none' ? undefined : 'key_missing');
    if (needs !== 'none') expect(await codeWith({ Authorization: 'Bearer eth_a_wrong' })).toBe('key_unknown');
    const at = needs === 'none' ? 0 : keyKinds.indexOf(needs);
    for (const kind of keyKinds)
      expect([kind, await codeWith(bearer(kind))]).toEqual([kind, keyKinds.indexOf(kind) < at ? 'key_kind' : undefined]);
  });
});

describe('the ways in', () => {
  test.each<[string, () => Record<string, string>]>([
    ['Basic with colon, as Segment writes it', () => basic(`${text('write')}:`)],
    ['Basic without colon', () => basic(text('write'))],
    ['Basic with a password', () => basic(`${text('write')}:x`)],
    ['Basic, the key as password', () => basic(`:${text('write')}`)],
    ['X-API-Key', () => ({ 'X-API-Key': text('write') })],
    ['the header alone', () => ({ Authorization: text('write') })],
  ])('%s', async (_, headers) => {
    expect((await guarded.post('/v1/batch', { batch: [] }, headers())).status).toBe(200);
  });

  test('in the body and, for beacons, in the query; a wrong header is not outdone by them', async () => {
    const writeKey = text('write');
    expect((await guarded.post('/v1/batch', { batch: [], writeKey })).status).toBe(200);
    expect((await guarded.post('/v1/decide/home', { writeKey })).status).toBe(200);
    expect((await guarded.post(`/beacon/v1/batch?writeKey=${writeKey}`, { batch: [] })).status).toBe(200);
    expect((await guarded.post('/v1/batch', { batch: [], writeKey: 'eth_w_wrong' })).body.error.code).toBe('key_unknown');
    expect((await guarded.post('/v1/batch', { batch: [], writeKey }, basic('wrong:'))).body.error.code).toBe('key_unknown');
    expect((await guarded.send('GET', `/v1/projects/${writeKey}/settings`)).status).toBe(200);
    expect((await guarded.send('GET', '/v1/projects/wrong/settings')).status).toBe(401);
    expect((await guarded.send('GET', `/v1/decisions/d_none?writeKey=${writeKey}`)).body.error.code).toBe('decision_unknown');
    const choice = { subject: 'kim', choices: { personalise: 'granted' } };
    expect((await guarded.post(`/v1/consents?writeKey=${writeKey}`, choice)).status).toBe(200);
    expect((await guarded.post('/v1/consents?writeKey=wrong', choice)).status).toBe(401);
    expect((await guarded.send('GET', `/sourceConfig/?p=npm&writeKey=${writeKey}`)).status).toBe(200);
  });

  test('401 says how', async () => {
    expect((await guarded.post('/v1/batch', { batch: [] })).headers.get('www-authenticate')).toContain('Bearer');
  });
});

test('rotation without a gap, seen by the running door', async () => {
  const { clock } = guarded.rig;
  const old = await add('write');
  clock.advance(limits.keysPollMs);
  const status = async (key: string): Promise<number> => (await guarded.post('/v1/batch', { batch: [] }, { 'X-API-Key': key })).status;
  expect(await status(old.text)).toBe(200);
  const fresh = await store.rotate(old.key.id, clock.now(), 10_000);
  if (!fresh.ok) throw new Error(fresh.code);
  clock.advance(limits.keysPollMs);
  expect([await status(old.text), await status(fresh.value.text)]).toEqual([200, 200]);
  clock.advance(10_000);
  expect([await status(old.text), await status(fresh.value.text)]).toEqual([401, 200]);
  await store.revoke(fresh.value.key.id);
  clock.advance(limits.keysPollMs);
  expect(await status(fresh.value.text)).toBe(401);
});

test('a key has its rate: 429 with Retry-After beyond it, whatever header it comes by', async () => {
  const slow = await add('write', { requestsPerSecond: 2 });
  guarded.rig.clock.advance(limits.keysPollMs);
  const send = async (headers: Record<string, string>) => guarded.post('/v1/decide/home', {}, headers);
  await send({ 'X-API-Key': slow.text });
  await send(basic(`${slow.text}:`));
  const refused = await send({ 'X-API-Key': slow.text });
  expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([
    429,
    'rate_limited',
    expect.stringMatching(/^\d$/),
  ]);
  guarded.rig.clock.advance(1_000);
  expect((await send({ 'X-API-Key': slow.text })).status).toBe(200);
});

describe('pages of other origins', () => {
  const page = { Origin: 'https://shop.example' };

  test('with keys: any origin may use the routes for browsers, none the others', async () => {
    const preflight = await fetch(`${guarded.url}/v1/t`, {
      method: 'OPTIONS',
      headers: { ...page, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,anonymousid' },
    });
    expect([
      preflight.status,
      preflight.headers.get('access-control-allow-origin'),
      preflight.headers.get('access-control-allow-headers'),
      preflight.headers.get('access-control-allow-credentials'),
      preflight.headers.get('access-control-max-age'),
    ]).toEqual([204, '*', 'authorization,anonymousid', null, limits.preflightSeconds.toString()]);
    const allowed = async (method: string, path: string): Promise<string | null> =>
      (await guarded.send(method, path, method === 'GET' ? undefined : {}, { ...page, ...bearer('admin') })).headers.get(
        'access-control-allow-origin',
      );
    expect(await allowed('POST', '/v1/decide/home')).toBe('*');
    expect(await allowed('GET', '/v1/decisions/x')).toBe('*');
    expect(await allowed('POST', '/v1/items')).toBeNull();
    expect(await allowed('GET', '/v1/subjects/ann')).toBeNull();
    const other = await fetch(`${guarded.url}/v1/items`, { method: 'OPTIONS', headers: page });
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });

  test('an error can be read by the page too', async () => {
    const reply = await guarded.post('/v1/batch', 'x', { ...page, ...bearer('write') });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([400, '*']);
  });

  test('an allow list: that origin by name, others nothing', async () => {
    const listed = await Doorway.open(() => ({ allowOrigins: ['https://shop.example'] }));
    const reply = await listed.post('/v1/decide/home', {}, page);
    expect([reply.headers.get('access-control-allow-origin'), reply.headers.get('vary')]).toEqual(['https://shop.example', 'Origin']);
    expect((await listed.post('/v1/decide/home', {}, { Origin: 'https://other.example' })).body.error.code).toBe('origin_not_allowed');
    // A cache that keeps an answer to nobody must not give it to a page.
    for (const path of ['/health', '/openapi.json']) expect((await listed.send('GET', path)).headers.get('vary')).toBe('Origin');
    const wrong = await listed.send('PUT', '/v1/consents', {}, page);
    expect([wrong.status, wrong.headers.get('access-control-allow-origin')]).toEqual([405, 'https://shop.example']);
    await listed.close();
  });
});

describe('a door without keys', () => {
  let open: Doorway;
  beforeAll(async () => {
    open = await Doorway.open();
  });
  afterAll(() => open.close());

  test('answers to names of this machine alone', async () => {
    const asked = (host: string): Promise<string> => open.raw([`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`]);
    expect(await asked('evil.example')).toMatch(/^HTTP\/1.1 403[\s\S]*host_not_allowed/);
    expect(await asked('127.0.0.1.evil.example:80')).toContain('host_not_allowed');
    expect(await asked('LOCALHOST:9')).toMatch(/^HTTP\/1.1 200/);
    expect(await asked('[::1]:9')).toMatch(/^HTTP\/1.1 200/);
  });

  test('and to pages of this machine alone', async () => {
    const origin = async (value: string) => open.post('/v1/decide/home', {}, { Origin: value });
    expect((await origin('https://evil.example')).body.error.code).toBe('origin_not_allowed');
    expect((await origin('null')).status).toBe(403);
    const own = await origin('http://localhost:3000');
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000']);
  });

  test('asks for no key, and does not mind one', async () => {
    expect((await open.post('/v1/batch', { batch: [], writeKey: 'any' }, basic('any:'))).status).toBe(200);
    expect((await open.send('GET', '/v1/projects/any/settings')).status).toBe(200);
  });
});

test('what the door refuses on the routes of OFREP is an error of OFREP', async () => {
  const one = '/ofrep/v1/evaluate/flags/home';
  const bulk = '/ofrep/v1/evaluate/flags';
  const told = async (path: string, body: unknown, headers: Record<string, string>) => {
    const reply = await guarded.post(path, body, headers);
    return { status: reply.status, again: reply.headers.has('retry-after'), ...reply.body };
  };
  const general = (code: string) => ({ errorCode: 'GENERAL', errorDetails: expect.stringMatching(new RegExp(`^${code}: `, 'u')) });
  expect(await told(one, {}, {})).toEqual({ status: 401, again: false, key: 'home', ...general('key_missing') });
  expect(await told(bulk, {}, { Authorization: 'Bearer eth_w_wrong' })).toEqual({
    status: 401,
    again: false,
    ...general('key_unknown'),
  });
  const packed = Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2);
  const parse = { errorCode: 'PARSE_ERROR', errorDetails: expect.stringMatching(/^body_packing: /u) };
  expect(await told(one, packed, bearer('write'))).toEqual({ status: 400, again: false, key: 'home', ...parse });
  const slow = await add('write', { requestsPerSecond: 1 });
  guarded.rig.clock.advance(limits.keysPollMs);
  const named = { Authorization: `Bearer ${slow.text}` };
  expect((await guarded.post(bulk, {}, named)).status).toBe(200);
  expect(await told(bulk, {}, named)).toEqual({ status: 429, again: true, ...general('rate_limited') });
  const head = [`POST ${one} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${text('write')}`, `Content-Length: ${limits.bodyBytesMax + 1}`];
  expect(await guarded.raw([`${head.join('\r\n')}\r\n\r\n`], 'body_too_large')).toMatch(
    /^HTTP\/1.1 413 [\s\S]*"key":"home","errorCode":"GENERAL"/u,
  );
});

test('rejects are counted with the id of the key, and shown to servers', async () => {
  await guarded.post(
    '/v1/batch',
    { batch: [view('secret-person', 'tea', { context: { library: { name: 'analytics.js' } } }), 'x'] },
    bearer('write'),
  );
  const reply = await fetch(`${guarded.url}/v1/rejects?code=no_grant`, { headers: bearer('secret') });
  const answer = await reply.text();
  expect(JSON.parse(answer)).toMatchObject({
    rejects: [{ code: 'no_grant', type: 'item.viewed', key: keys.get('write')?.key.id, source: 'analytics.js', count: 1 }],
  });
  expect(answer).not.toContain('secret-person');
});

test('lines of the log hold templates, no ids and no keys', async () => {
  await guarded.send('GET', '/v1/subjects/secret-person', undefined, bearer('secret'));
  await guarded.send('GET', `/v1/projects/${text('write')}/settings`);
  await guarded.post('/secret-path/x', {});
  await guarded.post('/v1/decide/secret-point', {}, bearer('write'));
  const log = lines.join('\n');
  expect(log).toContain('"route":"/v1/subjects/:id"');
  expect(log).toContain('"route":"/v1/decide/:point"');
  expect(log).not.toMatch(/secret-|eth_/);
  expect(Object.keys(JSON.parse(lines.at(-1) ?? ''))).toEqual(['at', 'method', 'route', 'status', 'ms']);
});
