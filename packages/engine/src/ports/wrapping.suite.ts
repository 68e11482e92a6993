// What every provider of wrapping keys must do; the adapters run it.
import { describe, expect, test } from 'vitest';
import type { Wrapping } from './wrapping.js';

/** `reopen` gives the same provider as another process would find it. */
export function wrappingSuite(name: string, make: () => { readonly wrapping: Wrapping; readonly reopen: () => Wrapping }): void {
  const key = Uint8Array.from({ length: 32 }, (_, at) => at * 7);
  describe(`Wrapping: ${name}`, () => {
    test('what was wrapped is unwrapped, also by another process, and is not the key itself', async () => {
      const { wrapping, reopen } = make();
      const named = await wrapping.create('one');
      const wrapped = await wrapping.wrap(named, key);
      expect(wrapped.length).toBeLessThanOrEqual(768);
      expect(Buffer.from(wrapped).includes(Buffer.from(key.subarray(0, 16)))).toBe(false);
      expect([...(await wrapping.unwrap(named, wrapped))]).toEqual([...key]);
      expect([...(await reopen().unwrap(named, wrapped))]).toEqual([...key]);
    });

    test('a key opens only what it wrapped, and nothing that was changed', async () => {
      const { wrapping } = make();
      const [one, two] = [await wrapping.create('one'), await wrapping.create('one')];
      const wrapped = await wrapping.wrap(one, key);
      await expect(wrapping.unwrap(two, wrapped)).rejects.toMatchObject({ code: 'wrapping_key' });
      const changed = Uint8Array.from(wrapped, (byte, at) => (at === 9 ? byte ^ 1 : byte));
      await expect(wrapping.unwrap(one, changed)).rejects.toMatchObject({ code: 'wrapping_key' });
    });

    test('a destroyed key unwraps nothing any more, here or elsewhere; to destroy it again is nothing', async () => {
      const { wrapping, reopen } = make();
      const named = await wrapping.create('one');
      const wrapped = await wrapping.wrap(named, key);
      await wrapping.destroy(named);
      await wrapping.destroy(named);
      for (const each of [wrapping, reopen()]) {
        await expect(each.unwrap(named, wrapped)).rejects.toMatchObject({ code: 'wrapping_key' });
        await expect(each.wrap(named, key)).rejects.toMatchObject({ code: 'wrapping_key' });
        expect(await each.names('one')).toEqual([]);
      }
    });

    test('each store sees its own keys, and a name is never given twice', async () => {
      const { wrapping, reopen } = make();
      const ones = [await wrapping.create('one'), await wrapping.create('one')];
      const other = await wrapping.create('two');
      expect(new Set([...ones, other]).size).toBe(3);
      expect([...(await reopen().names('one'))].sort()).toEqual([...ones].sort());
      expect(await reopen().names('two')).toEqual([other]);
      await wrapping.destroy(ones[1] ?? '');
      expect([...ones, other]).not.toContain(await wrapping.create('one'));
    });

    test('names that are no names of keys open nothing', async () => {
      const { wrapping } = make();
      for (const odd of ['', 'nobody', '../one', 'one/two'])
        await expect(wrapping.unwrap(odd, new Uint8Array(40))).rejects.toMatchObject({ code: 'wrapping_key' });
    });
  });
}
