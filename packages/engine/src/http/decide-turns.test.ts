// Decisions take turns: many at once leave room for others, and all are answered.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { limits } from '../base/limits.js';
import { Rig } from '../runtime/rig.suite.js';
import { Door } from './door.js';

/** Gives way to the real loop, while its time is the test's. */
class LoopClock extends ManualClock {
  override yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
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

test('who asks for something else is answered while forty decisions wait', async () => {
  const prepare = rig.engine.prepareRank.bind(rig.engine);
  let decided = 0;
  rig.engine.prepareRank = (request) => {
    decided += 1;
    clock.advance(limits.decideTurnMs);
    return prepare(request);
  };
  const ask = async (): Promise<number> => (await fetch(`${url}/v1/decide/home`, { method: 'POST' })).status;
  await Promise.all(Array.from({ length: 40 }, ask)); // the connections are there from now on
  decided = 0;
  const waiting = Array.from({ length: 40 }, ask);
  const health = await fetch(`${url}/health`);
  expect(health.status).toBe(200);
  expect(decided).toBeGreaterThan(0);
  expect(decided).toBeLessThan(20);
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 40 }, () => 200));
});
