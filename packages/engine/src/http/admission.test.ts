// Admission: how much may be in flight follows how quickly answers come; what is refused is answered a little later; decisions never wait
// for it.
import { expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { limits } from '../base/limits.js';
import { Admission } from './admission.js';
import { Doorway, view } from './doorway.suite.js';

const body = 64 * 1024;

/** As many bodies as come in, answered together after `ms`. */
function round(admission: Admission, clock: ManualClock, ms: number, offered = 10_000): number {
  const sinceMs = clock.elapsedMs();
  let taken = 0;
  while (taken < offered && admission.enter(body)) taken += 1;
  clock.advance(ms);
  for (let at = 0; at < taken; at += 1) admission.leave(body, sinceMs);
  return taken;
}

test('slow answers mean less at once, down to the least; quick ones under pressure mean more, up to the most', () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  const started = admission.limitBytes;
  for (let at = 0; at < 100; at += 1) round(admission, clock, 200);
  expect(admission.limitBytes).toBe(limits.ingestBytesInFlightMin);
  for (let at = 0; at < 300; at += 1) round(admission, clock, limits.ingestTargetMs - 5);
  // Few answers come in one round now, so windows gather several rounds; still it grows.
  expect(admission.limitBytes).toBeGreaterThan(started);
  for (let at = 0; at < 1_000; at += 1) round(admission, clock, limits.ingestTargetMs - 5);
  expect(admission.limitBytes).toBe(limits.ingestBytesInFlightMax);
});

test('while more is refused than taken the least is less, and it is as before when that is over', () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  for (let at = 0; at < 200; at += 1) {
    round(admission, clock, 200);
    // Refused only while something is in flight: one body alone always may.
    admission.enter(body);
    for (let refused = 0; refused < 200; refused += 1) expect(admission.offer(limits.ingestBytesInFlightMax)).toBe(false);
    admission.leave(body, clock.elapsedMs());
  }
  expect(admission.limitBytes).toBe(limits.ingestBytesInFloodMin);
  for (let at = 0; at < 100; at += 1) round(admission, clock, 200);
  expect(admission.limitBytes).toBe(limits.ingestBytesInFlightMin);
});

test('it finds the rate of a server that takes a millisecond for each body: the wait stays near the target', () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  let taken = 0;
  for (let at = 0; at < 400; at += 1) taken = round(admission, clock, Math.max(1, taken));
  const waits: number[] = [];
  for (let at = 0; at < 100; at += 1) {
    taken = round(admission, clock, Math.max(1, taken));
    waits.push(taken);
  }
  expect(Math.max(...waits)).toBeLessThan(2.5 * limits.ingestTargetMs);
  expect(Math.min(...waits)).toBeGreaterThan(limits.ingestTargetMs / 4);
});

test('a server whose answers take long in any case is measured by itself, and a long overload is no yardstick', () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  for (let at = 0; at < 20; at += 1) round(admission, clock, 60, 2);
  expect(admission.slowMs).toBe(120);
  for (let at = 0; at < 1_000; at += 1) round(admission, clock, 110);
  expect([admission.slowMs, admission.limitBytes]).toEqual([120, limits.ingestBytesInFlightMax]);
});

test('without pressure the limit stays, however few come; one body alone always comes in', () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  const started = admission.limitBytes;
  for (let at = 0; at < 500; at += 1) round(admission, clock, 5, 2);
  expect(admission.limitBytes).toBe(started);
  expect(admission.enter(2 * limits.ingestBytesInFlightMax)).toBe(true);
  expect(admission.enter(1)).toBe(false);
});

test('after the process stood still under a crowd, what was read first is refused, what is read next comes in', async () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  const turn = async (): Promise<void> => {
    for (let at = 0; at < 4; at += 1) await clock.yield();
  };
  const fill = (): void => {
    while (admission.offer(body)) admission.enter(body);
  };
  const stallMs = limits.ingestStallTimes * admission.slowMs + 50;
  // Nobody was refused: whoever waited through a stop is taken.
  expect(admission.offer(body)).toBe(true);
  await turn();
  clock.advance(stallMs);
  expect(admission.offer(body)).toBe(true);
  await turn();
  fill();
  await turn();
  const { refused, inFlightBytes } = admission;
  clock.advance(stallMs);
  for (let left = inFlightBytes; left > body; left -= body) admission.leave(body, null);
  expect([admission.offer(body), admission.offer(body)]).toEqual([false, false]);
  expect(admission.refused).toBe(refused + 2);
  await turn();
  expect(admission.offer(body)).toBe(false); // it may have come while those before it were refused, and before
  await turn();
  expect(admission.offer(body)).toBe(true);
  // Nor does a long rest look like a stop.
  fill();
  for (let left = admission.inFlightBytes; left > body; left -= body) admission.leave(body, null);
  clock.advance(60_000);
  expect(admission.offer(body)).toBe(true);
});

test('refusals are held back together, and given at once when too many are', () => {
  const clock = new ManualClock();
  const admission = new Admission(clock);
  let given = 0;
  const answer = (): void => {
    given += 1;
  };
  for (let at = 0; at < limits.refusalsHeldMax; at += 1) admission.hold(answer);
  expect(given).toBe(0);
  admission.hold(answer);
  expect(given).toBe(1);
  clock.advance(limits.refusalHoldMs);
  expect(given).toBe(limits.refusalsHeldMax + 1);
  admission.hold(answer);
  admission.close();
  expect(given).toBe(limits.refusalsHeldMax + 2);
});

test('at the door: a flood of events is refused before it is read, with 503 and Retry-After, and decisions go on', async () => {
  const doorway = await Doorway.open();
  const { engine, clock } = doorway.rig;
  const { accept } = engine;
  let release = (): void => undefined;
  const stuck = new Promise<void>((resolve) => (release = resolve));
  engine.accept = async (events) => {
    await stuck;
    return accept.call(engine, events);
  };
  const large = { batch: [], filler: 'x'.repeat(30_000) };
  const many = Array.from({ length: 17 * 17 }, () => doorway.post('/v1/batch', { ...large, more: 'y'.repeat(28_000) }));
  for (let tries = 0; tries < 400 && doorway.door.load.refused === 0; tries += 1) {
    expect((await doorway.post('/v1/decide/home', {})).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(doorway.door.load.refused).toBeGreaterThan(0);
  expect((await doorway.post('/v1/decide/home', {})).status).toBe(200);
  release();
  const advancing = setInterval(() => clock.advance(limits.refusalHoldMs), 5);
  const replies = await Promise.all(many);
  clearInterval(advancing);
  const refused = replies.filter(({ status }) => status === 503);
  expect(refused.length).toBe(doorway.door.load.refused);
  expect(refused[0]?.body.error.code).toBe('overloaded');
  expect(new Set(refused.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['1', '2', '3']));
  expect(replies.filter(({ status }) => status === 200).length).toBe(replies.length - refused.length);
  expect(doorway.door.load.inFlightBytes).toBe(0);
  expect((await doorway.post('/v1/batch', view('x', 'tea'))).status).toBe(200);
  await doorway.close();
});
