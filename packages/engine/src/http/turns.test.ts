// Turns: a bounded time of each turn, in order; new connections go before, but not for ever.
import { expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { Turns } from './turns.js';

class TurningClock extends ManualClock {
  readonly resume: (() => void)[] = [];
  override yield(): Promise<void> {
    return new Promise((resolve) => this.resume.push(resolve));
  }
  /** Lets one turn go by. */
  async turn(): Promise<void> {
    for (const each of this.resume.splice(0)) each();
    for (let at = 0; at < 5; at += 1) await Promise.resolve();
  }
}

function bench(): { clock: TurningClock; turns: Turns; done: number[]; task: (name: number) => void } {
  const clock = new TurningClock();
  const turns = new Turns(clock, 2, 25);
  const done: number[] = [];
  const task = (name: number): void =>
    turns.run(() => {
      clock.advance(1);
      done.push(name);
    });
  return { clock, turns, done, task };
}

test('at once while there is time, the rest in later turns, in order', async () => {
  const { clock, turns, done, task } = bench();
  for (const name of [1, 2, 3, 4, 5]) task(name);
  expect([done, turns.waiting]).toEqual([[1, 2], 3]);
  await clock.turn();
  expect(done).toEqual([1, 2, 3, 4]);
  task(6);
  expect(done).toEqual([1, 2, 3, 4]);
  await clock.turn();
  expect([done, turns.waiting]).toEqual([[1, 2, 3, 4, 5, 6], 0]);
  task(7);
  expect(done).toHaveLength(6); // the time of that turn is spent
  await clock.turn();
  await clock.turn();
  expect(done).toHaveLength(7);
});

test('says how long one more would wait, by how quickly tasks go while some wait; a stop of the process is no work', async () => {
  const { clock, turns, task } = bench();
  task(1);
  await clock.turn();
  clock.advance(1_000);
  for (const name of [2, 3, 4, 5, 6, 7, 8]) task(name);
  expect([turns.waiting, turns.expectedMs]).toEqual([5, 5]);
  // The tasks take 1 ms each, and 7 ms go by beside the first three.
  clock.advance(7);
  await clock.turn();
  const pace = (61 * 1 + 10) / 64;
  expect(turns.waiting).toBe(3);
  expect(turns.expectedMs).toBeCloseTo(3 * pace, 10);
  clock.advance(1_000_000);
  await clock.turn();
  expect(turns.waiting).toBe(1);
  expect(turns.expectedMs).toBeCloseTo((62 * pace + 100) / 64, 10);
  await clock.turn();
  expect([turns.waiting, turns.expectedMs]).toEqual([0, 0]);
});

test('while connections arrive it stands back, and then goes on all the same', async () => {
  const { clock, turns, done, task } = bench();
  turns.arrival();
  task(1);
  expect(done).toEqual([]);
  await clock.turn();
  expect(done).toEqual([]);
  await clock.turn();
  expect(done).toEqual([1]);
  for (let at = 0; at < 30 && done.length < 2; at += 1) {
    turns.arrival();
    if (at === 0) task(2);
    clock.advance(1);
    await clock.turn();
  }
  expect(done).toEqual([1, 2]);
});
