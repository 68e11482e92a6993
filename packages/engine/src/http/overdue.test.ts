// What cannot be destroyed or sealed in time is tried again, and told: to /health, /metrics and whoever asks.
import { expect, it } from 'vitest';
import { limits } from '../base/limits.js';
import { Rig } from '../runtime/rig.suite.js';
import { Metrics } from './metrics.js';

it('an erasure that damage holds up is told at once, and past its deadline the engine is degraded until it is done', async () => {
  const rig = await Rig.open();
  for (const subject of ['ann', 'bob']) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', 'cup', 'pot', 'jar');
  }
  await rig.engine.erase(['ann']);
  const first = rig.disk.list('log').find((name) => /^\d/u.test(name));
  const file = rig.disk.open(`log/${first}`);
  const at = 600;
  const flip = (): void => file.write(at, Uint8Array.of((file.read(at, 1)[0] ?? 0) ^ 1));
  flip();
  expect(rig.engine.health()).toMatchObject({ status: 'ok', failing: null, overdue: { erasures: 0 } });
  await expect(rig.engine.completeErasures()).rejects.toMatchObject({ code: 'log_damaged' });
  expect(rig.engine.health()).toMatchObject({ status: 'ok', failing: 'log_damaged', overdue: { erasures: 0 } });
  rig.clock.advance(limits.erasureDeadlineMs + 1);
  await expect.poll(() => rig.engine.health()).toMatchObject({ status: 'degraded', failing: 'log_damaged', overdue: { erasures: 1 } });
  const page = new Metrics().text(rig.engine);
  expect(page).toMatch(/^ethogram_up 1$/mu);
  expect(page).toMatch(/^ethogram_erasures_overdue 1$/mu);
  expect(page).toMatch(/^ethogram_compaction_failing 1$/mu);
  expect((await rig.send(rig.view('bob', 'tea'))).accepted).toBe(1);
  flip();
  await rig.engine.completeErasures();
  expect(rig.engine.health()).toMatchObject({ status: 'ok', failing: null, overdue: { erasures: 0 } });
  expect(new Metrics().text(rig.engine)).toMatch(/^ethogram_compaction_failing 0$/mu);
  expect(rig.halted).toBeNull();
  await rig.engine.close();
});
