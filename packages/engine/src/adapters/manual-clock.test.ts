import { expect, test } from 'vitest';
import { clockSuite } from '../ports/clock.suite.js';
import { ManualClock } from './manual-clock.js';

clockSuite('manual', () => {
  const clock = new ManualClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});

test('timers fire in order of time, then of setting, each at its own time', () => {
  const clock = new ManualClock(1000);
  const fired: string[] = [];
  const note = (name: string) => (): void => void fired.push(`${name}@${clock.now()}`);
  clock.after(20, note('c'));
  clock.after(10, note('a'));
  clock.after(10, () => {
    note('b')();
    clock.after(5, note('nested'));
  });
  clock.advance(9);
  expect(fired).toEqual([]);
  clock.advance(100);
  expect(fired).toEqual(['a@1010', 'b@1010', 'nested@1015', 'c@1020']);
  expect(clock.now()).toBe(1109);
});

test('set moves the wall clock only', () => {
  const clock = new ManualClock(1000);
  let ran = 0;
  clock.after(10, () => ran++);
  clock.set(5000);
  expect([clock.now(), clock.elapsedMs(), ran]).toEqual([5000, 0, 0]);
  clock.advance(10);
  expect([clock.now(), clock.elapsedMs(), ran]).toEqual([5010, 10, 1]);
  clock.set(1);
  expect(clock.now()).toBe(1);
});
