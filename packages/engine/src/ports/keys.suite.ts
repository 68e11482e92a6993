// What every key store must do. `make` gives an empty one and a way to open it again (the same object where nothing outlives the process).
import { describe, expect, test } from 'vitest';
import type { Keys } from './keys.js';

export interface KeysUnderTest {
  readonly keys: Keys;
  readonly reopen: (keys: Keys) => Promise<Keys>;
}

export function keysSuite(name: string, make: () => Promise<KeysUnderTest>): void {
  describe(`Keys: ${name}`, () => {
    test('keys are 256 bits, differ, and are numbered from one upwards', async () => {
      const { keys } = await make();
      const made = [keys.create(), keys.create(), keys.create()];
      expect(made.map(({ id }) => id)).toEqual([1, 2, 3]);
      expect(made.every(({ key }) => key.length === 32)).toBe(true);
      expect(new Set(made.map(({ key }) => String(key))).size).toBe(3);
      expect(keys.ids()).toEqual([1, 2, 3]);
      expect(keys.get(4)).toBeUndefined();
      keys.close();
    });

    test('a synced key is the same after reopening', async () => {
      const { keys, reopen } = await make();
      const { id, key } = keys.create();
      const copy = [...key];
      await keys.sync();
      const again = await reopen(keys);
      expect([...(again.get(id) ?? [])]).toEqual(copy);
      again.close();
    });

    test('a destroyed key is gone, also from the memory of who held it, and its number is not given again', async () => {
      const { keys, reopen } = await make();
      const first = keys.create();
      const second = keys.create();
      await keys.sync();
      await keys.destroy([second.id, 99]);
      expect([keys.ids(), keys.get(second.id)]).toEqual([[first.id], undefined]);
      expect(second.key.every((byte) => byte === 0)).toBe(true);
      await keys.destroy([second.id]);
      const again = await reopen(keys);
      expect(again.ids()).toEqual([first.id]);
      expect(again.create().id).toBe(3);
      again.close();
    });

    test('what was destroyed is told from what was never given, also after a turn-over', async () => {
      const { keys, reopen } = await make();
      const [kept, gone] = [keys.create().id, keys.create().id];
      await keys.sync();
      await keys.destroy([gone]);
      const told = (each: Keys): boolean[] => [kept, gone, 3].map((id) => each.isDestroyed(id));
      expect(told(keys)).toEqual([false, true, false]);
      await keys.turnOver();
      expect(told(keys)).toEqual([false, true, false]);
      const again = await reopen(keys);
      expect(told(again)).toEqual([false, true, false]);
      again.close();
    });

    test('thousands of keys fit', async () => {
      const { keys, reopen } = await make();
      for (let made = 0; made < 2000; made++) keys.create();
      await keys.sync();
      const again = await reopen(keys);
      expect(again.ids()).toHaveLength(2000);
      again.close();
    });

    test('a run is kept under one number, as it was given, and goes like a key', async () => {
      const { keys, reopen } = await make();
      const given = Uint8Array.from({ length: 3 * 32 }, (_, at) => (at * 11) & 255);
      const [first, id] = [keys.create().id, await keys.keepRun(Uint8Array.from(given))];
      expect([...(keys.run(id) ?? [])]).toEqual([...given]);
      expect([keys.run(first), keys.run(99), keys.runs(), keys.ids()]).toEqual([undefined, undefined, [id], [first, id]]);
      const again = await reopen(keys);
      expect([...(again.run(id) ?? [])]).toEqual([...given]);
      const other = await again.keepRun(new Uint8Array(32));
      await again.destroy([id]);
      expect([again.run(id), again.runs()]).toEqual([undefined, [other]]);
      const once = await reopen(again);
      expect([once.run(id), once.runs()]).toEqual([undefined, [other]]);
      once.close();
    });

    test('a turn-over changes no key and no number', async () => {
      const { keys, reopen } = await make();
      const { id, key } = keys.create();
      const gone = keys.create().id;
      const run = await keys.keepRun(new Uint8Array(64).fill(3));
      const copy = [...key];
      await keys.destroy([gone]);
      await keys.turnOver();
      await Promise.all([keys.turnOver(), keys.turnOver()]);
      expect([keys.ids(), [...(keys.get(id) ?? [])]]).toEqual([[id, run], copy]);
      const again = await reopen(keys);
      expect([again.ids(), [...(again.get(id) ?? [])], again.run(run)?.length]).toEqual([[id, run], copy, 64]);
      expect(again.create().id).toBe(run + 1);
      again.close();
    });
  });
}
