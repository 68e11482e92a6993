// The door as a whole: routes, coded errors, bodies that are cut off.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { errors, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { Door } from './door.js';
import { Doorway, view } from './doorway.suite.js';
import { isLocalName, isLocalOrigin, isLoopback } from './local-name.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

const bodyOf = (code: ErrorCode, field?: string): object => {
  const { sentence, hint } = errors[code];
  return { error: { code, sentence, hint, ...(field === undefined ? {} : { field }) } };
};

describe('the way through', () => {
  test('items, consent, events, decision, why, profile, erasure', async () => {
    const items = ['tea', 'cup', 'pot'].map((id) => ({
      id,
      title: `The ${id}`,
      category: 'kitchen',
      price: 900,
      currency: 'EUR',
      stock: 3,
      attributes: { sort: 'green', fair: true },
    }));
    expect((await doorway.post('/v1/items', { items })).body).toEqual({ success: true, accepted: 3 });
    const choice = await doorway.post('/v1/consents', {
      subject: 'ann',
      choices: { personalise: 'granted', train: 'granted' },
      origin: 'banner',
    });
    expect(choice.body).toEqual({ success: true, epoch: expect.any(Number) });
    expect((await doorway.post('/v1/batch', { batch: [view('ann', 'tea'), view('ann', 'cup')] })).body.accepted).toBe(2);
    const decision = await doorway.post('/v1/decide/home', { userId: 'ann', limit: 2, filter: { category: 'kitchen', inStock: true } });
    expect(decision.body).toMatchObject({
      mode: 'personal',
      because: null,
      epoch: choice.body.epoch,
      summary: expect.stringContaining('2 items'),
    });
    expect(decision.body.items).toHaveLength(2);
    expect(decision.body.items[0]).toMatchObject({
      title: expect.stringContaining('The '),
      why: [expect.any(String)],
      reasons: [{ kind: expect.any(String) }],
    });
    const why = await doorway.send('GET', `/v1/decisions/${decision.body.decisionId}`);
    expect(why.body).toMatchObject({ reproducible: true, decision: { subject: 'ann' } });
    expect((await doorway.send('GET', '/v1/subjects/ann')).body).toMatchObject({
      subject: 'ann',
      consent: { stands: { train: { choice: 'granted' } } },
    });
    expect((await doorway.send('GET', '/health')).body).toMatchObject({ status: 'ok', items: 3, points: ['home'] });
    expect((await doorway.send('DELETE', '/v1/subjects/ann')).body).toMatchObject({
      success: true,
      events: 5, // a choice, two views, a decision, and that they were shown
      receipt: expect.stringMatching(/^e_/u) as string,
    });
    expect((await doorway.send('GET', '/v1/subjects/ann')).body.error.code).toBe('subject_unknown');
    expect((await doorway.send('GET', `/v1/decisions/${decision.body.decisionId}`)).body.error.code).toBe('decision_unknown');
    expect((await doorway.send('DELETE', '/v1/subjects/ann')).body).toMatchObject({ success: true, events: 0 });
  });

  test('an empty body decides for nobody; a signal, or no grant, decides contextually', async () => {
    expect((await doorway.post('/v1/decide/home')).body).toMatchObject({ mode: 'contextual', because: 'no_subject', epoch: null });
    await doorway.rig.say('gil', 'granted', 'personalise');
    const signal = await doorway.post('/v1/decide/home', { userId: 'gil', context: { items: ['tea'] } }, { 'Sec-GPC': '1' });
    expect(signal.body).toMatchObject({ mode: 'contextual', because: 'objection_signal' });
    expect((await doorway.post('/v1/decide/home', { userId: 'nobody' })).body).toMatchObject({ mode: 'contextual', because: 'no_grant' });
  });

  test('pins, exclusions and limit', async () => {
    const { body } = await doorway.post('/v1/decide/home', { pins: ['pot'], exclude: ['tea'], limit: 2 });
    expect(body.items.map((each) => each.item)).toEqual(['pot', 'cup']);
  });

  test('a subject whose id needs escaping', async () => {
    await doorway.rig.say('a/b ü', 'granted', 'personalise');
    expect((await doorway.send('GET', `/v1/subjects/${encodeURIComponent('a/b ü')}`)).body.subject).toBe('a/b ü');
  });
});

describe('coded errors', () => {
  const cases: [name: string, method: string, path: string, body: unknown, code: ErrorCode, field?: string][] = [
    ['broken JSON', 'POST', '/v1/batch', '{"batch":[', 'body_not_json'],
    ['broken JSON', 'POST', '/v1/items', 'x', 'body_not_json'],
    ['no body', 'POST', '/v1/batch', undefined, 'body_not_json'],
    ['broken UTF-8', 'POST', '/v1/batch', Uint8Array.from([0x22, 0xc3, 0x28, 0x22]), 'body_not_json'],
    ['broken UTF-8', 'POST', '/v1/decide/home', Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'body_not_json'],
    ['a body that is a list', 'POST', '/v1/batch', '[]', 'body_shape'],
    ['a batch that is no list', 'POST', '/v1/batch', { batch: {} }, 'body_shape', '/batch'],
    [
      'a batch too long',
      'POST',
      '/v1/batch',
      { batch: Array.from({ length: limits.batchEventsMax + 1 }, () => 0) },
      'batch_too_long',
      '/batch',
    ],
    [
      'a body nested a thousand deep',
      'POST',
      '/v1/batch',
      `{"batch":[],"context":${'['.repeat(1000)}${']'.repeat(1000)}}`,
      'body_too_deep',
      '/context',
    ],
    ['an unknown point', 'POST', '/v1/decide/nowhere', {}, 'point_unknown'],
    ['a point that cannot be read', 'POST', '/v1/decide/%ff', {}, 'point_unknown'],
    ['a limit out of range', 'POST', '/v1/decide/home', { limit: 0 }, 'body_shape', '/limit'],
    ['a filter that is not known', 'POST', '/v1/decide/home', { filter: { colour: 'red' } }, 'body_shape', '/filter'],
    ['a subject that is no text', 'POST', '/v1/decide/home', { subject: 5 }, 'body_shape', '/subject'],
    ['pins that are no list', 'POST', '/v1/decide/home', { pins: 'tea' }, 'body_shape', '/pins'],
    ['a deep body', 'POST', '/v1/decide/home', `{"x":${'['.repeat(50)}${']'.repeat(50)}}`, 'body_too_deep'],
    ['a prototype key', 'POST', '/v1/decide/home', '{"context":{"__proto__":{}}}', 'body_shape'],
    ['items that are no list', 'POST', '/v1/items', {}, 'body_shape', '/items'],
    ['an item without id', 'POST', '/v1/items', { items: [{ id: 'a' }, { title: 'x' }] }, 'item_shape', '/items/1/id'],
    ['an item with a broken price', 'POST', '/v1/items', { items: [{ id: 'a', price: 1.5 }] }, 'item_shape', '/items/0/price'],
    ['an item with an unknown member', 'POST', '/v1/items', { items: [{ id: 'a', secret: 1 }] }, 'item_shape', '/items/0'],
    ['an item with a prototype key', 'POST', '/v1/items', '{"items":[{"id":"a","attributes":{"__proto__":1}}]}', 'body_shape', '/items/0'],
    [
      'too many items',
      'POST',
      '/v1/items',
      { items: Array.from({ length: limits.itemsPerRequestMax + 1 }, () => 0) },
      'batch_too_long',
      '/items',
    ],
    ['consent of nobody', 'POST', '/v1/consents', { choices: {} }, 'body_shape', '/subject'],
    ['an unknown purpose', 'POST', '/v1/consents', { subject: 'a', choices: { profit: 'granted' } }, 'purpose_unknown', '/choices'],
    ['an unknown choice', 'POST', '/v1/consents', { subject: 'a', choices: { train: 'yes' } }, 'body_shape', '/choices/train'],
    ['a consent at no time', 'POST', '/v1/consents', { subject: 'a', choices: {}, timestamp: 'now' }, 'event_time', '/timestamp'],
    [
      'a basis without reason',
      'POST',
      '/v1/bases',
      { eventType: 'item.imported', purpose: 'train', basis: 'contract', reason: ' ' },
      'body_shape',
      '/reason',
    ],
    [
      'a basis of no law',
      'POST',
      '/v1/bases',
      { eventType: 'item.imported', purpose: 'train', basis: 'consent', reason: 'x' },
      'body_shape',
      '/basis',
    ],
    [
      'a basis for a type unknown',
      'POST',
      '/v1/bases',
      { eventType: 'x', purpose: 'train', basis: 'contract', reason: 'x' },
      'event_type_unknown',
      '/eventType',
    ],
    [
      'a basis instead of consent',
      'POST',
      '/v1/bases',
      { eventType: 'item.viewed', purpose: 'train', basis: 'contract', reason: 'x' },
      'basis_not_declarable',
      '/purpose',
    ],
    [
      'a period from nobody knows when',
      'POST',
      '/v1/bases',
      { eventType: 'item.imported', purpose: 'train', basis: 'legal_obligation', reason: 'x', keepDays: 9, keepFrom: 'easter' },
      'body_shape',
      '/keepFrom',
    ],
    ['an unknown decision', 'GET', '/v1/decisions/d_none', undefined, 'decision_unknown'],
    ['an unknown subject', 'GET', '/v1/subjects/zoe', undefined, 'subject_unknown'],
    ['an unknown route', 'GET', '/v2', undefined, 'not_found'],
    ['an unknown route', 'POST', '/v1/batches', '{}', 'not_found'],
  ];
  test.each(cases)('%s: %s %s', async (_, method, path, body, code, field) => {
    const reply = await doorway.send(method, path, body);
    expect([reply.status, reply.body]).toEqual([errors[code].status, bodyOf(code, field)]);
  });

  test.each([
    ['GET', '/v1/batch', 'POST'],
    ['PUT', '/v1/decide/home', 'POST'],
    ['GET', '/v1/items', 'POST'],
    ['PATCH', '/v1/subjects/ann', 'GET, HEAD, DELETE'],
    ['POST', '/health', 'GET, HEAD'],
  ])('the wrong method: %s %s', async (method, path, allow) => {
    const reply = await doorway.send(method, path);
    expect([reply.status, reply.body.error.code, reply.headers.get('allow')]).toEqual([405, 'method_not_allowed', allow]);
  });

  test('a grant older than the withdrawal that it would undo', async () => {
    await doorway.rig.say('kim', 'granted', 'train');
    doorway.rig.clock.advance(60_000);
    await doorway.rig.say('kim', 'withdrawn', 'train');
    const timestamp = new Date(doorway.rig.clock.now() - 30_000).toISOString();
    const reply = await doorway.post('/v1/consents', { subject: 'kim', choices: { train: 'granted' }, timestamp });
    expect([reply.status, reply.body.error.code]).toEqual([409, 'consent_stale']);
  });

  test('the time of a choice is corrected by sentAt, as that of an event is', async () => {
    const { rig } = doorway;
    await rig.say('lea', 'granted', 'train');
    await rig.say('lea', 'withdrawn', 'train');
    rig.clock.advance(60_000);
    const slow = (ms: number): string => new Date(rig.clock.now() - 3_600_000 - ms).toISOString();
    const choice = { subject: 'lea', choices: { train: 'granted' }, timestamp: slow(5_000) };
    expect((await doorway.post('/v1/consents', choice)).body.error.code).toBe('consent_stale');
    expect((await doorway.post('/v1/consents', { ...choice, sentAt: slow(0) })).status).toBe(200);
    expect(rig.engine.profile('lea')).toMatchObject({ value: { consent: { stands: { train: { at: rig.clock.now() - 5_000 } } } } });
  });

  test('too much waits: later, with Retry-After; the disk is full: 507; a bug: 500 and no detail', async () => {
    const { engine } = doorway.rig;
    const { accept, why, prepareRank } = engine;
    try {
      engine.accept = () => Promise.resolve({ ok: false, code: 'overloaded' });
      const later = await doorway.post('/v1/batch', view('ann', 'tea'));
      expect([later.status, later.headers.get('retry-after'), later.body.error.code]).toEqual([
        503,
        expect.stringMatching(/^[123]$/),
        'overloaded',
      ]);
      engine.accept = () => Promise.resolve({ ok: false, code: 'disk_full' });
      expect((await doorway.post('/v1/batch', view('ann', 'tea'))).status).toBe(507);
      const broken = (): never => {
        throw new Error('secret of ann');
      };
      engine.accept = () => Promise.reject(new Error('secret of ann'));
      engine.why = broken;
      engine.prepareRank = broken;
      const before = doorway.bugs.length;
      for (const [method, path, body] of [
        ['POST', '/v1/batch', view('ann', 'tea')],
        ['POST', '/v1/decide/home', {}],
        ['GET', '/v1/decisions/x', undefined],
      ] as const) {
        const bug = await doorway.send(method, path, body);
        expect([bug.status, bug.body]).toEqual([500, bodyOf('internal')]);
      }
      expect(doorway.bugs.length - before).toBe(3);
    } finally {
      Object.assign(engine, { accept, why, prepareRank });
    }
  });
});

describe('bodies that are too large', () => {
  const head = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n\r\n`;

  test.each(['/v1/batch', '/v1/decide/home', '/v1/items'])('announced: refused before a byte of it came: %s', async (path) => {
    const seen = await doorway.raw([head(path, `Content-Length: ${limits.bodyBytesMax + 1}`)], 'body_too_large');
    expect(seen).toMatch(/^HTTP\/1.1 413 [\s\S]*Connection: close/);
  });

  test.each(['/v1/batch', '/v1/consents'])('unannounced: cut off while it streams, and the answer can still be read: %s', async (path) => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const seen = await doorway.raw(
      [head(path, 'Transfer-Encoding: chunked'), ...Array.from({ length: limits.bodyBytesMax / 0x10000 + 1 }, () => chunk)],
      'body_too_large',
    );
    expect(seen).toMatch(/^HTTP\/1.1 413 /);
  });

  test('who goes on sending is disconnected after the linger time', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let told = false;
    const ended = doorway.raw([head('/v1/batch', 'Transfer-Encoding: chunked'), ...Array.from({ length: 10 }, () => chunk)]);
    const timer = setInterval(() => {
      told = true;
      doorway.rig.clock.advance(limits.bodyLingerMs);
    }, 20);
    expect(await ended).toContain('body_too_large');
    clearInterval(timer);
    expect(told).toBe(true);
  });

  test('a body at the limit passes', async () => {
    const filler = ' '.repeat(limits.bodyBytesMax - '{"batch":[]}'.length);
    expect((await doorway.post('/v1/batch', `{"batch":[]}${filler}`)).body).toEqual({ success: true, accepted: 0, rejected: [] });
  });

  test('headers have a limit too', async () => {
    expect(await doorway.raw([head('/v1/batch', `X: ${'x'.repeat(limits.headerBytesMax)}`)])).toMatch(/^HTTP\/1.1 431 /);
  });
});

describe('HTTP as its standards have it', () => {
  const lines = (...all: string[]): string => [...all, '', ''].join('\r\n');
  const close = 'Connection: close';

  test.each(['/health', '/v1/subjects/nobody', '/', '/me.css', '/openapi.json'])('HEAD %s is GET without a body', async (path) => {
    const get = await fetch(doorway.url + path);
    const head = await fetch(doorway.url + path, { method: 'HEAD' });
    const told = ({ status, headers }: Response) => [status, headers.get('content-type'), headers.get('content-length')];
    expect(told(head)).toEqual([get.status, get.headers.get('content-type'), get.headers.get('content-length')]);
    expect([await head.text(), (await get.text()).length > 0]).toEqual(['', true]);
  });

  test('HEAD of what never ends does end, and where GET is not served it is not', async () => {
    const stream = await doorway.raw([lines('HEAD /first-screen/live HTTP/1.1', 'Host: localhost', close)]);
    expect(stream).toMatch(/^HTTP\/1.1 200 [\s\S]*text\/event-stream[\s\S]*\r\n\r\n$/u);
    const refused = await fetch(`${doorway.url}/v1/batch`, { method: 'HEAD' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    const other = await doorway.send('PUT', '/health');
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('a second Host line is refused, whatever it says and whatever the version (RFC 9112, 3.2)', async () => {
    for (const version of ['1.1', '1.0'])
      for (const second of ['Host: localhost', 'host: evil.example'])
        expect(await doorway.raw([lines(`GET /health HTTP/${version}`, 'Host: localhost', second, close)])).toMatch(
          /^HTTP\/1.1 400 [\s\S]*http_malformed/u,
        );
  });

  test('a byte order mark before a JSON body is passed over (RFC 8259, 8.1), one inside of it is not', async () => {
    const post = (body: string) =>
      doorway.raw([lines('POST /v1/decide/home HTTP/1.1', 'Host: localhost', `Content-Length: ${Buffer.byteLength(body)}`, close), body]);
    expect(await post('\ufeff{"limit":1}')).toMatch(/^HTTP\/1.1 200 /u);
    expect(await post('\ufeff\ufeff{}')).toContain('body_not_json');
    expect(await post('{\ufeff}')).toContain('body_not_json');
  });

  test('the target may be a whole URL, and its host is the one that counts', async () => {
    const asked = (target: string, host: string) => doorway.raw([lines(`GET ${target} HTTP/1.1`, `Host: ${host}`, close)]);
    expect(await asked('http://localhost/health', 'evil.example')).toMatch(/^HTTP\/1.1 200 /u);
    expect(await asked('HTTP://127.0.0.1:4040/v1/rejects?limit=0', 'localhost')).toContain('/limit');
    expect(await asked('http://evil.example/health', 'localhost')).toContain('host_not_allowed');
    expect(await asked('http://localhost?x', 'localhost')).toMatch(/^HTTP\/1.1 200 [\s\S]*text\/html/u);
    expect(await asked('ftp://localhost/health', 'localhost')).toContain('not_found');
  });

  test('what is refused before it is a request has a code and a hint', async () => {
    const body = '{}';
    const post = ['POST /v1/batch HTTP/1.1', 'Host: localhost', 'Content-Length: 2'];
    expect(await doorway.raw([lines(...post, 'Expect: the best'), body])).toMatch(
      /^HTTP\/1.1 417 [\s\S]*"expectation_unknown"[\s\S]*"hint"/u,
    );
    expect(await doorway.raw([lines(...post, 'Expect: 100-continue', close), body])).toMatch(
      /^HTTP\/1.1 100 Continue[\s\S]*HTTP\/1.1 400/u,
    );
    expect(await doorway.raw([lines('GET /health HTTP/1.1')])).toMatch(/^HTTP\/1.1 400 [\s\S]*"http_malformed"[\s\S]*"hint"/u);
    expect(await doorway.raw([lines('GET http://localhost/health HTTP/1.1')])).toMatch(/^HTTP\/1.1 400 /u);
  });
});

describe('where it listens', () => {
  test('addresses of this machine', () => {
    expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'example.com', ''].some(isLoopback)).toBe(false);
    expect(['localhost', 'LocalHost:80', '127.0.0.1:4040', '[::1]:1', '[::1]'].every(isLocalName)).toBe(true);
    expect(['', 'x', 'localhost.example', 'localhost:', '127.0.0.1.nip.example', '::1', '[::2]', 'localhost:80:80'].some(isLocalName)).toBe(
      false,
    );
    expect(['http://localhost:3000', 'https://127.0.0.1'].every(isLocalOrigin)).toBe(true);
    expect(['null', 'http://evil.example', 'http://localhost.evil.example', 'file://localhost', 'localhost'].some(isLocalOrigin)).toBe(
      false,
    );
  });

  test('not on the network without keys; not on a port that is taken', async () => {
    const { engine, clock } = doorway.rig;
    await expect(new Door({ engine, clock }).listen({ port: 0, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'listen_not_local' });
    await expect(new Door({ engine, clock }).listen({ port: doorway.port })).rejects.toMatchObject({ code: 'listen_failed' });
    const store = new KeyStore(new MemoryDisk(), new SeededEntropy(1));
    await store.add('secret', clock.now());
    const guarded = new Door({ engine, clock, keys: new KeyRing({ store, clock }) });
    await guarded.listen({ port: 0, host: '0.0.0.0' });
    await guarded.close();
  });

  test('its timeouts are the named ones', () => {
    const { server } = doorway.door;
    expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual([
      limits.headersTimeoutMs,
      limits.requestTimeoutMs,
      limits.keepAliveTimeoutMs,
    ]);
  });
});
