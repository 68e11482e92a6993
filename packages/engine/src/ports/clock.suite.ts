// What every Clock must do. `make` gives a clock and a way to let at least some milliseconds pass on it, real or virtual.
import { describe, expect, test } from 'vitest';
import type { Clock } from './clock.js';

export interface ClockUnderTest {
  readonly clock: Clock;
  readonly pass: (ms: number) => Promise<void> | void;
}

export function clockSuite(name: string, make: () => ClockUnderTest): void {
  describe(`Clock: ${name}`, () => {
    test('now is a whole number of milliseconds after 2020, elapsedMs never goes back', async () => {
      const { clock, pass } = make();
      expect(Number.isInteger(clock.now())).toBe(true);
      expect(clock.now()).toBeGreaterThan(1_577_836_800_000);
      const before = clock.elapsedMs();
      await pass(3);
      expect(clock.elapsedMs()).toBeGreaterThanOrEqual(before + 3);
      expect(Number.isInteger(clock.now())).toBe(true);
    });

    test('after runs its task once, not before its time', async () => {
      const { clock, pass } = make();
      const started = clock.elapsedMs();
      const fired: number[] = [];
      clock.after(7.5, () => fired.push(clock.elapsedMs() - started));
      expect(fired).toEqual([]);
      await pass(60);
      expect(fired.length).toBe(1);
      expect(fired[0]).toBeGreaterThanOrEqual(7.5);
    });

    test('a cancelled task does not run; cancelling again, or after it ran, does no harm', async () => {
      const { clock, pass } = make();
      let ran = '';
      const cancel = clock.after(5, () => (ran += 'cancelled'));
      const late = clock.after(5, () => (ran += 'kept'));
      cancel();
      cancel();
      await pass(60);
      late();
      expect(ran).toBe('kept');
    });

    test('a task may set another', async () => {
      const { clock, pass } = make();
      let ran = '';
      clock.after(2, () => {
        ran += 'a';
        clock.after(2, () => (ran += 'b'));
      });
      await pass(80);
      expect(ran).toBe('ab');
    });

    test('a very long timer does not fire at once', async () => {
      const { clock, pass } = make();
      let ran = false;
      const cancel = clock.after(40 * 86_400_000, () => (ran = true));
      await pass(20);
      expect(ran).toBe(false);
      cancel();
    });

    test('yield resolves', async () => {
      const { clock, pass } = make();
      let done = false;
      const given = clock.yield().then(() => (done = true));
      await pass(20);
      await given;
      expect(done).toBe(true);
    });
  });
}
