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

    test('thousands of keys fit', async () => {
      const { keys, reopen } = await make();
      for (let made = 0; made < 2000; made++) keys.create();
      await keys.sync();
      const again = await reopen(keys);
      expect(again.ids()).toHaveLength(2000);
      again.close();
    });
  });
}
