// What every Disk must do, whatever it stands on. Adapters run it from their own tests; `make` gives an empty disk whose root exists.
import { describe, expect, test } from 'vitest';
import { DiskError, type Disk, type DiskErrorCode } from './disk.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

const codeOf = (action: () => unknown): DiskErrorCode | 'none' => {
  try {
    action();
  } catch (error) {
    if (error instanceof DiskError) return error.code;
    throw error;
  }
  return 'none';
};

/** Registers the tests. `settle` waits for a promise of this disk; the simulator's disk needs its clock driven meanwhile. */
export function diskSuite(name: string, make: () => Disk, settle: (work: Promise<void>) => Promise<void> = (work) => work): void {
  describe(`Disk: ${name}`, () => {
    test('what is written is read back, from any offset, shorter at the end', () => {
      const file = make().open('a', { create: true });
      file.write(0, bytes('hello world'));
      file.write(6, bytes('there'));
      expect(text(file.read(0, 100))).toBe('hello there');
      expect(text(file.read(6, 3))).toBe('the');
      expect(file.read(11, 5).length).toBe(0);
      expect(file.read(50, 5).length).toBe(0);
      expect(file.size()).toBe(11);
      file.close();
    });

    test('a write beyond the end leaves zeros between; an empty one changes nothing', () => {
      const file = make().open('a', { create: true });
      file.write(4, bytes('x'));
      file.write(100, new Uint8Array(0));
      expect([...file.read(0, 10)]).toEqual([0, 0, 0, 0, 120]);
      file.close();
    });

    test('what is read is a copy, and what was written may be changed by its owner', () => {
      const file = make().open('a', { create: true });
      const mine = bytes('abc');
      file.write(0, mine);
      mine.fill(0);
      const got = file.read(0, 3);
      got.fill(1);
      expect(text(file.read(0, 3))).toBe('abc');
      file.close();
    });

    test('truncate cuts and extends; what was cut comes back as zeros', () => {
      const file = make().open('a', { create: true });
      file.write(0, bytes('abcdef'));
      file.truncate(2);
      expect(file.size()).toBe(2);
      file.truncate(4);
      expect([...file.read(0, 9)]).toEqual([97, 98, 0, 0]);
      file.close();
    });

    test('preallocate gives zeros of that size, overwriting what was there', async () => {
      const file = make().open('a', { create: true });
      file.write(0, bytes('old'));
      await settle(file.preallocate(3_000_000));
      expect(file.size()).toBe(3_000_000);
      expect(file.read(0, 3_000_000).every((byte) => byte === 0)).toBe(true);
      file.close();
    });

    test('sync resolves, also several at once, and close does not disturb one in flight', async () => {
      const file = make().open('a', { create: true });
      file.write(0, bytes('abc'));
      await settle(Promise.all([file.sync(), file.sync()]).then(() => {}));
      const last = file.sync();
      file.close();
      await settle(last);
      file.close();
    });

    test('a closed file is a bug to use', () => {
      const file = make().open('a', { create: true });
      file.close();
      expect(() => file.size()).toThrow('closed');
      expect(() => file.write(0, bytes('x'))).toThrow('closed');
    });

    test('two handles of one file see each other, and the file outlives them', () => {
      const disk = make();
      const one = disk.open('a', { create: true });
      const two = disk.open('a');
      one.write(0, bytes('shared'));
      expect(text(two.read(0, 6))).toBe('shared');
      one.close();
      two.close();
      const again = disk.open('a', { create: true });
      expect(text(again.read(0, 6))).toBe('shared');
      again.close();
    });

    test('opening a missing file throws missing, unless it may be made; its folder is not made', () => {
      const disk = make();
      expect(codeOf(() => disk.open('a'))).toBe('missing');
      expect(codeOf(() => disk.open('no/a', { create: true }))).toBe('missing');
      expect(disk.exists('a')).toBe(false);
      disk.open('a', { create: true }).close();
      expect(disk.exists('a')).toBe(true);
    });

    test('folders nest, are made with their parents and again without harm; list is sorted and empty where nothing is', () => {
      const disk = make();
      disk.makeFolder('x/y');
      disk.makeFolder('x/y');
      for (const file of ['b', 'a10', 'a9', 'C']) disk.open(`x/${file}`, { create: true }).close();
      disk.open('x/y/deep', { create: true }).close();
      expect(disk.list('x')).toEqual(['C', 'a10', 'a9', 'b', 'y']);
      expect(disk.list('')).toEqual(['x']);
      expect(disk.list('x/y')).toEqual(['deep']);
      expect(disk.list('nowhere')).toEqual([]);
      expect(disk.exists('x/y')).toBe(true);
      expect(codeOf(() => disk.makeFolder('x/b'))).toBe('exists');
    });

    test('rename moves content over what is there; an open handle follows its file', async () => {
      const disk = make();
      const one = disk.open('one', { create: true });
      one.write(0, bytes('1'));
      const two = disk.open('two', { create: true });
      two.write(0, bytes('2'));
      disk.rename('one', 'two');
      expect(disk.list('')).toEqual(['two']);
      one.write(1, bytes('+'));
      const now = disk.open('two');
      expect(text(now.read(0, 9))).toBe('1+');
      expect(text(two.read(0, 9))).toBe('2');
      await settle(disk.syncFolder(''));
      for (const file of [one, two, now]) file.close();
      expect(codeOf(() => disk.rename('gone', 'x'))).toBe('missing');
    });

    test('remove takes the name away; an open handle still reads; a missing one throws', () => {
      const disk = make();
      const file = disk.open('a', { create: true });
      file.write(0, bytes('still'));
      disk.remove('a');
      expect(disk.exists('a')).toBe(false);
      expect(text(file.read(0, 9))).toBe('still');
      file.close();
      expect(codeOf(() => disk.remove('a'))).toBe('missing');
    });

    test('syncFolder resolves for a folder and rejects for a missing one', async () => {
      const disk = make();
      disk.makeFolder('x');
      await settle(disk.syncFolder('x'));
      const refused = await disk.syncFolder('nowhere').then(
        () => 'none',
        (error: unknown) => error,
      );
      expect(refused).toMatchObject({ name: 'DiskError', code: 'missing' });
    });

    test('a lock holds its folder alone until released, hides itself, and release is idempotent', () => {
      const disk = make();
      disk.makeFolder('x');
      disk.makeFolder('y');
      const release = disk.lock('x');
      expect(codeOf(() => disk.lock('x'))).toBe('locked');
      disk.lock('y')();
      expect(disk.list('x')).toEqual([]);
      release();
      const again = disk.lock('x');
      release();
      expect(codeOf(() => disk.lock('x'))).toBe('locked');
      again();
      expect(codeOf(() => disk.lock('nowhere'))).toBe('missing');
    });

    test.each(['/a', 'a/', '../a', 'a/../b', 'a//b', 'a\\b'])('the path %s is a bug', (path) => {
      const disk = make();
      expect(() => disk.open(path, { create: true })).toThrow('path');
      expect(() => disk.exists(path)).toThrow('path');
    });
  });
}
