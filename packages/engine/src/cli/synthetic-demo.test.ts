// The button of the first screen, over a real server: the world comes, lives and is erased; somebody real stays as they are.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SystemClock } from '../adapters/system-clock.js';
import { Door } from '../http/door.js';
import { Rig } from '../runtime/rig.suite.js';
import { SyntheticDemo } from './synthetic-demo.js';
import { worldDefaults } from './synthetic-world.js';

let rig: Rig;
let door: Door;
let url = '';
let demo: SyntheticDemo;
beforeEach(async () => {
  rig = await Rig.open();
  demo = new SyntheticDemo({ engine: rig.engine, clock: new SystemClock(), url: () => url, complain: () => undefined });
  rig.clock.set(new SystemClock().now());
  door = new Door({ engine: rig.engine, clock: rig.clock, demo });
  ({ url } = await door.listen({ port: 0 }));
});
afterEach(async () => {
  demo.end();
  door.server.closeAllConnections();
  await door.close();
  await rig.engine.close();
});

const press = (wish: string): Promise<Response> =>
  fetch(`${url}/first-screen/demo`, { method: 'POST', body: `do=${wish}`, redirect: 'manual' });

const made = (): string[] => [...rig.engine.core.trace.subjects()].filter((subject) => subject.startsWith('synthetic-'));

test('comes again with other people, since those of before stay erased', async () => {
  for (const round of [1, 2]) {
    await press('start');
    while (demo.state === 'starting') await new Promise((resolve) => setTimeout(resolve, 50));
    expect([round, demo.state, made().length > 100]).toEqual([round, 'running', true]);
    await press('stop');
    expect(made()).toEqual([]);
    rig.clock.advance(1);
  }
});

test('one click brings it, one click erases it', async () => {
  await rig.say('ann', 'granted', 'personalise');
  await rig.send(rig.view('ann', 'tea'));
  expect((await press('start')).status).toBe(303);
  while (demo.state === 'starting') await new Promise((resolve) => setTimeout(resolve, 50));
  expect(demo.state).toBe('running');
  expect(rig.engine.health().items).toBe(worldDefaults.items);
  const [somebody = ''] = made();
  expect(rig.engine.profile(somebody).ok).toBe(true);
  expect(await (await fetch(url)).text()).toContain('nobody in it exists');
  expect((await press('stop')).status).toBe(303);
  expect(demo.state).toBe('idle');
  expect(rig.engine.profile(somebody)).toMatchObject({ ok: false, code: 'subject_unknown' });
  expect(rig.engine.rank({ point: 'home' })).toMatchObject({ ok: true, value: { answer: [] } });
  expect(rig.engine.profile('ann')).toMatchObject({ ok: true, value: { events: 2 } });
});
