// Abuse of the door: each gets its coded error, the rest of a batch is kept, and the door goes on. What the other tests of this folder
// hold: broken JSON and UTF-8, deep and wide bodies, prototype keys (door.test.ts, batch.test.ts), wrong keys (keys.test.ts).
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { limits } from '../base/limits.js';
import { Doorway, view } from './doorway.suite.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
  await doorway.rig.say('ann', 'granted', 'personalise', 'train');
});
afterAll(() => doorway.close());

/** For what happens soon; the limit is against a hang only. */
const patience = { timeout: 30_000, interval: 5 };
const head = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n\r\n`;
const alive = async (): Promise<void> => {
  expect((await doorway.post('/v1/batch', view('ann', 'tea'))).body.accepted).toBe(1);
  expect((await doorway.post('/v1/decide/home', {})).status).toBe(200);
};

describe('packed bodies', () => {
  const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024));

  test.each(['/v1/batch', '/v1/track', '/v1/decide/home', '/v1/items'])('a bomb of 300 MiB in %s: 413, and little memory', async (path) => {
    expect(bomb.length).toBeLessThan(limits.bodyBytesMax);
    const before = process.memoryUsage().arrayBuffers;
    const reply = await doorway.post(path, bomb);
    expect([reply.status, reply.body.error.code]).toEqual([413, 'body_too_large']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  test('a packed body at the limit passes, one byte more does not', async () => {
    const filler = (bytes: number): Buffer => gzipSync(`{"batch":[]}${' '.repeat(bytes - 12)}`);
    expect((await doorway.post('/v1/batch', filler(limits.bodyUnpackedBytesMax))).status).toBe(200);
    expect((await doorway.post('/v1/batch', filler(limits.bodyUnpackedBytesMax + 1))).status).toBe(413);
  });

  test('what only begins like gzip', async () => {
    const cut = gzipSync(JSON.stringify(view('ann', 'tea'))).subarray(0, 40);
    for (const body of [cut, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])]) {
      const reply = await doorway.post('/v1/batch', body);
      expect([reply.status, reply.body.error.code]).toEqual([400, 'body_packing']);
    }
  });

  test('packed twice is not JSON', async () => {
    const reply = await doorway.post('/v1/batch', gzipSync(gzipSync('{"batch":[]}')));
    expect(reply.body.error.code).toBe('body_not_json');
  });
});

describe('in a batch the rest is kept', () => {
  test.each<[string, string, string]>([
    ['a prototype key', '{"type":"track","__proto__":{"polluted":1}}', 'body_shape'],
    ['an escaped prototype key', '{"type":"track","properties":{"__pr\\u006fto__":{"polluted":1}}}', 'body_shape'],
    ['constructor.prototype', '{"type":"track","context":{"constructor":{"prototype":{"polluted":1}}}}', 'body_shape'],
    ['a thousand levels', `{"type":"track","properties":{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}}`, 'body_too_deep'],
    ['an unknown call', '{"type":"__proto__"}', 'event_shape'],
    ['a number', '17', 'event_shape'],
    [
      'the year 275760',
      '{"type":"track","event":"Product Viewed","userId":"ann","messageId":"t1","timestamp":"+275760-09-13T00:00:00Z"}',
      'event_time',
    ],
    ['a time of 1', '{"type":"track","event":"Product Viewed","userId":"ann","messageId":"t2","timestamp":1}', 'event_time'],
    ['a type of the engine', '{"type":"track","event":"erasure.recorded","userId":"ann","messageId":"t3"}', 'event_type_unknown'],
  ])('%s', async (_, event, code) => {
    const good = (): string => JSON.stringify(view('ann', 'tea'));
    const { status, body } = await doorway.post('/v1/batch', `{"batch":[${good()},${event},${good()}]}`);
    expect([status, body.accepted, body.rejected.map((each) => [each.index, each.code])]).toEqual([200, 2, [[1, code]]]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('slow senders', () => {
  test('one that is too slow after the grace is cut off with 503 and Retry-After, never 408', async () => {
    const socket = connect(doorway.port, '127.0.0.1');
    let seen = '';
    const ended = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('utf8');
        if (seen.includes('body_too_slow')) resolve();
      });
    });
    socket.write(head('/v1/batch', 'Content-Length: 1000'));
    const dripping = setInterval(() => {
      doorway.rig.clock.advance(limits.bodyGraceMs / 2);
      socket.write('{');
    }, 10);
    await ended;
    clearInterval(dripping);
    socket.destroy();
    expect(seen).toMatch(/^HTTP\/1.1 503 [\s\S]*Retry-After: [123]\r\n/);
    await alive();
  });

  test('a fast body may take long by its size', async () => {
    const body = JSON.stringify({ batch: [], filler: 'x'.repeat(20_000) });
    const socket = connect(doorway.port, '127.0.0.1');
    let seen = '';
    const ended = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('utf8');
        resolve();
      });
    });
    socket.write(head('/v1/batch', `Content-Length: ${body.length}`) + body.slice(0, 15_000));
    await vi.waitUntil(() => doorway.door.load.heldBytes >= 15_000, patience);
    doorway.rig.clock.advance(limits.bodyGraceMs + 1_000);
    socket.write(body.slice(15_000));
    await ended;
    socket.destroy();
    expect(seen).toMatch(/^HTTP\/1.1 (?:200|400)/);
  });

  test('large bodies that are announced and do not come keep nobody out', async () => {
    const count = Math.ceil(doorway.door.load.limitBytes / limits.bodyBytesMax) + 4;
    const sockets = Array.from({ length: count }, () => connect(doorway.port, '127.0.0.1'));
    for (const socket of sockets) socket.write(`${head('/v1/batch', `Content-Length: ${limits.bodyBytesMax}`)}{`);
    await vi.waitUntil(() => doorway.door.load.heldBytes >= count, patience);
    await alive();
    for (const socket of sockets) socket.destroy();
  });

  test('who goes away in the middle leaves nothing held', async () => {
    const socket = connect(doorway.port, '127.0.0.1');
    socket.write(head('/v1/batch', 'Content-Length: 100000') + 'x'.repeat(50_000));
    await vi.waitUntil(() => doorway.door.load.heldBytes >= 50_000, patience);
    expect(doorway.door.load).toMatchObject({ heldBytes: 50_000, inFlightBytes: 0 });
    socket.destroy();
    await vi.waitUntil(() => doorway.door.load.heldBytes === 0, patience);
    expect(doorway.door.load).toMatchObject({ heldBytes: 0, inFlightBytes: 0 });
  });
});

describe('sockets', () => {
  test('what is not HTTP: a coded answer, and the connection ends', async () => {
    expect(await doorway.raw(['\u0016\u0003\u0001 not http\r\n\r\n'])).toMatch(/^HTTP\/1.1 400 [\s\S]*http_malformed/);
    expect(await doorway.raw([head('/v1/batch', `X: ${'x'.repeat(limits.headerBytesMax)}`)])).toMatch(
      /^HTTP\/1.1 431 [\s\S]*headers_too_large/,
    );
    expect(await doorway.raw([head('/v1/batch', 'Content-Length: 5\r\nTransfer-Encoding: chunked')])).toContain('http_malformed');
  });

  test('five hundred that say nothing, and as many with half a body, block nobody', async () => {
    const sockets: Socket[] = [];
    for (let at = 0; at < 1_000; at += 1) {
      const socket = connect(doorway.port, '127.0.0.1');
      socket.on('error', () => undefined);
      if (at % 2 === 0) socket.write(`${head('/v1/batch', 'Content-Length: 300')}{"batch":[`);
      sockets.push(socket);
    }
    const waiting = sockets.filter((socket) => socket.connecting);
    await Promise.all(waiting.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await alive();
    expect(doorway.door.load.heldBytes).toBeLessThan(1_000 * 1_024);
    for (const socket of sockets) socket.destroy();
  });

  test('connections are bounded: beyond the limit they are closed', async () => {
    const { server } = doorway.door;
    const { maxConnections } = server;
    const held = connect(doorway.port, '127.0.0.1');
    await new Promise((resolve) => held.once('connect', resolve));
    expect((await doorway.send('GET', '/health')).status).toBe(200); // the server has seen it by now
    server.maxConnections = 1;
    expect(await doorway.raw([head('/v1/batch', 'Content-Length: 0')]).catch(() => '')).toBe('');
    held.destroy();
    server.maxConnections = maxConnections;
    await alive();
  });
});
