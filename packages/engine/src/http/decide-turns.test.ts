// Decisions take turns: many at once leave room for others, and all are answered. Too many are told so, and who has gone gets none.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { limits } from '../base/limits.js';
import { Engine } from '../runtime/engine.js';
import { Rig } from '../runtime/rig.suite.js';
import { Door } from './door.js';

/** Gives way to the real loop, while its time is the test's. */
class LoopClock extends ManualClock {
  #held: Promise<void> = Promise.resolve();
  override async yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.#held;
  }
  /** No turn ends until what this gives is called. */
  hold(): () => void {
    this.#held = new Promise((resolve) => {
      this.release = resolve;
    });
    return this.release;
  }
  release = (): void => undefined;
}

const clock = new LoopClock();
let rig: Rig;
let door: Door;
let url: string;
beforeAll(async () => {
  rig = await Rig.open();
  door = new Door({ engine: rig.engine, clock });
  ({ url } = await door.listen({ port: 0 }));
});
afterAll(async () => {
  await door.close();
  await rig.engine.close();
});

const prepare = (request: Parameters<typeof rig.engine.prepareRank>[0]) => Engine.prototype.prepareRank.call(rig.engine, request);
afterEach(() => {
  clock.release();
  rig.engine.prepareRank = prepare;
});
const ask = async (): Promise<number> => (await fetch(`${url}/v1/decide/home`, { method: 'POST' })).status;
const all = (count: number): Promise<number[]> => Promise.all(Array.from({ length: count }, ask));
/** From when on no turn ends, until what this gives is called. What went on from before has ended. */
async function held(): Promise<() => void> {
  await fetch(`${url}/health`);
  await fetch(`${url}/health`);
  return clock.hold();
}
const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status);

test('who asks for something else is answered while forty decisions wait', async () => {
  let decided = 0;
  rig.engine.prepareRank = (request) => {
    decided += 1;
    clock.advance(limits.decideTurnMs);
    return prepare(request);
  };
  await all(40); // the connections are there from now on
  decided = 0;
  const waiting = all(40);
  const health = await fetch(`${url}/health`);
  expect(health.status).toBe(200);
  expect(decided).toBeGreaterThan(0);
  expect(decided).toBeLessThan(20);
  expect(await waiting).toEqual(times(40, 200));
});

test('as many are taken as go in the time that one may wait; who comes later is told so, until there is room again', async () => {
  rig.engine.prepareRank = (request) => {
    clock.advance(limits.decideWaitMsMax / 20);
    return prepare(request);
  };
  for (let round = 0; round < 12; round += 1) expect(await all(19)).toEqual(times(19, 200));
  const release = await held();
  const asked = all(30);
  // What was sent before a question that is answered has been read.
  await fetch(`${url}/health`);
  const late = fetch(`${url}/v1/decide/home`, { method: 'POST', body: '{}' });
  await fetch(`${url}/health`);
  clock.advance(limits.refusalHoldMs);
  const refused = await late;
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[123]$/)]);
  expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } });
  release();
  const statuses = await asked;
  const [taken, sentAway] = [200, 503].map((status) => statuses.filter((each) => each === status).length);
  expect(taken).toBeGreaterThanOrEqual(20);
  expect(sentAway).toBeGreaterThanOrEqual(5);
  expect(await ask()).toBe(200);
}, 20_000);

test('nothing is decided for somebody who has gone', async () => {
  let decided = 0;
  rig.engine.prepareRank = (request) => {
    decided += 1;
    clock.advance(limits.decideTurnMs);
    return prepare(request);
  };
  const port = Number(new URL(url).port);
  const sockets = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  const release = await held();
  for (const socket of sockets) socket.write('POST /v1/decide/home HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
  // What was sent before a question that is answered has been read.
  await fetch(`${url}/health`);
  for (const socket of sockets) socket.resetAndDestroy();
  await Promise.all(sockets.map(async (socket) => socket.closed || once(socket, 'close')));
  await fetch(`${url}/health`);
  release();
  expect(await ask()).toBe(200);
  // The last, and perhaps the first, which may have run at once.
  expect(decided).toBeLessThanOrEqual(2);
}, 20_000);
