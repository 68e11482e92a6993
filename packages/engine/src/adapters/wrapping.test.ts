// Every provider of wrapping keys keeps the port's contract; and what only files can suffer.
import { expect, test } from 'vitest';
import { wrappingSuite } from '../ports/wrapping.suite.js';
import { MemoryDisk } from './memory-disk.js';
import { MemoryWrapping } from './memory-wrapping.js';
import { SeededEntropy } from './seeded-entropy.js';
import { WrappingFiles } from './wrapping-files.js';

let seed = 0;

wrappingSuite('files', () => {
  const disk = new MemoryDisk();
  const reopen = (): WrappingFiles => new WrappingFiles({ disk, folder: 'apart' }, new SeededEntropy(++seed));
  return { wrapping: reopen(), reopen };
});

wrappingSuite('a key service in memory', () => {
  const wrapping = new MemoryWrapping(new SeededEntropy(++seed));
  return { wrapping, reopen: () => wrapping };
});

test('a destroyed file is overwritten before it is removed', async () => {
  const disk = new MemoryDisk();
  const files = new WrappingFiles({ disk, folder: 'apart' }, new SeededEntropy(++seed));
  const name = await files.create('one');
  const before = disk.files().get(`apart/${name}.key`);
  let written: Uint8Array | undefined;
  const remove = disk.remove.bind(disk);
  disk.remove = (path) => {
    written = disk.files().get(path);
    remove(path);
  };
  await files.destroy(name);
  expect(written).toHaveLength(44);
  expect(Buffer.from(written ?? []).includes(Buffer.from(before ?? []).subarray(8, 40))).toBe(false);
  expect(disk.exists(`apart/${name}.key`)).toBe(false);
});

test('a full disk leaves neither a file nor an open one behind', async () => {
  const disk = new MemoryDisk();
  let opened = 0;
  const open = disk.open.bind(disk);
  disk.open = (path, options) => {
    const file = open(path, options);
    opened++;
    return { ...file, close: () => void opened-- };
  };
  const files = new WrappingFiles({ disk, folder: 'apart' }, new SeededEntropy(++seed));
  const name = await files.create('one');
  for (let space = 0; space < 44; space += 11) {
    disk.spaceBytes = disk.usedBytes + space;
    await expect(files.create('one')).rejects.toMatchObject({ code: 'no_space' });
    expect([disk.list('apart'), opened]).toEqual([[`${name}.key`], 0]);
  }
});

test('a damaged file opens nothing', async () => {
  const disk = new MemoryDisk();
  const files = new WrappingFiles({ disk, folder: 'apart' }, new SeededEntropy(++seed));
  const name = await files.create('one');
  const wrapped = await files.wrap(name, new Uint8Array(32));
  disk.open(`apart/${name}.key`).write(12, Uint8Array.of(1, 2, 3));
  await expect(files.unwrap(name, wrapped)).rejects.toMatchObject({ code: 'wrapping_key' });
});
