import { expect, test } from 'vitest';
import { clockSuite } from '../ports/clock.suite.js';
import { Scheduler } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';

clockSuite('scheduler', () => {
  const scheduler = new Scheduler({ seed: 1 });
  return { clock: scheduler, pass: (ms) => scheduler.run(scheduler.elapsedMs() + ms) };
});

clockSuite('simulated process', () => {
  const scheduler = new Scheduler({ seed: 1 });
  return { clock: scheduler.process(), pass: (ms) => scheduler.run(scheduler.elapsedMs() + ms) };
});

test('tasks run in order of time, then of setting; promise chains of any length end before the next task', async () => {
  const scheduler = new Scheduler({ seed: 1 });
  const order: string[] = [];
  scheduler.after(2, () => order.push('c'));
  scheduler.after(1, () => {
    order.push('a');
    void (async () => {
      for (let n = 0; n < 1000; n++) await Promise.resolve();
      order.push('after a thousand awaits');
    })();
  });
  scheduler.after(1, () => order.push('b'));
  await scheduler.run(1.5);
  expect(order).toEqual(['a', 'after a thousand awaits', 'b']);
  expect(scheduler.elapsedMs()).toBe(1.5);
  await scheduler.run(10);
  expect(order.at(-1)).toBe('c');
});

/** Ten workers that yield and sleep by chance; returns what happened, in order, and the hash. */
async function world(seed: number): Promise<string> {
  const scheduler = new Scheduler({ seed });
  const happened: number[] = [];
  const work = async (worker: number): Promise<void> => {
    for (let step = 0; step < 20; step++) {
      await scheduler.yield();
      if (scheduler.random.chance(0.3)) await new Promise<void>((resolve) => scheduler.after(scheduler.random.int(5), resolve));
      happened.push(worker);
    }
  };
  await scheduler.settle(Promise.all(Array.from({ length: 10 }, (_, worker) => work(worker))));
  return `${happened.join('')} ${scheduler.traceHash}`;
}

test('same seed, same run; another seed, another interleaving', async () => {
  const first = await world(5);
  expect(await world(5)).toBe(first);
  expect((await world(6)).split(' ')[0]).not.toBe(first.split(' ')[0]);
});

test('a killed process gets no timer and no yield; the others do', async () => {
  const scheduler = new Scheduler({ seed: 1 });
  const [one, two] = [scheduler.process(), scheduler.process()];
  const happened: string[] = [];
  for (const [name, clock] of [
    ['one', one],
    ['two', two],
  ] as const) {
    clock.after(5, () => happened.push(`${name} timer`));
    void clock.yield().then(() => happened.push(`${name} yield`));
  }
  one.kill();
  await scheduler.run(10);
  expect(happened).toEqual(['two yield', 'two timer']);
});

test('a jump moves the wall clock only; what a task throws ends the run; work that cannot settle is an assertion', async () => {
  const scheduler = new Scheduler({ seed: 1, startMs: 1000 });
  scheduler.jump(-500);
  expect([scheduler.now(), scheduler.elapsedMs()]).toEqual([500, 0]);
  scheduler.after(1, () => {
    throw new Error('from a task');
  });
  await expect(scheduler.run(5)).rejects.toThrow('from a task');
  await expect(scheduler.settle(new Promise(() => {}), 10)).rejects.toThrow('settles');
  await expect(scheduler.settle(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
});

test('the random source: known numbers, even draws, shuffles that keep everything', () => {
  const random = new SeededRandom(1);
  expect([random.uint32(), random.uint32(), random.uint32()]).toMatchInlineSnapshot(`
    [
      393288148,
      2174103013,
      3814759091,
    ]
  `);
  const counts = [0, 0, 0, 0, 0, 0, 0];
  let heads = 0;
  for (let n = 0; n < 70_000; n++) {
    const drawn = random.int(7);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
    if (random.chance(0.25)) heads++;
  }
  expect(Math.min(...counts)).toBeGreaterThan(9_500);
  expect(Math.max(...counts)).toBeLessThan(10_500);
  expect(Math.abs(heads - 17_500)).toBeLessThan(700);
  const mixed = random.shuffle([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(mixed).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...mixed].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(random.fork().uint32()).not.toBe(random.uint32());
});
