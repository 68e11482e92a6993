import { expect, test } from 'vitest';
import { diskSuite } from '../ports/disk.suite.js';
import { MemoryDisk } from './memory-disk.js';

diskSuite('memory', () => new MemoryDisk());

test('files shows every byte, and a disk can be made of it', () => {
  const disk = new MemoryDisk();
  disk.makeFolder('log');
  disk.open('log/1', { create: true }).write(0, new Uint8Array([1, 2, 3]));
  const files = disk.files();
  expect([...files].map(([path, content]) => [path, ...content])).toEqual([['log/1', 1, 2, 3]]);
  files.get('log/1')?.fill(9);
  expect([...MemoryDisk.holding(disk.files()).open('log/1').read(0, 9)]).toEqual([1, 2, 3]);
});

test('a full disk keeps what fits, still takes writes inside files, and takes more when space is back', async () => {
  const disk = new MemoryDisk();
  disk.spaceBytes = 10;
  const file = disk.open('a', { create: true });
  await file.preallocate(8);
  expect(() => file.write(6, new Uint8Array(6).fill(7))).toThrow(expect.objectContaining({ code: 'no_space' }));
  expect([...file.read(6, 9)]).toEqual([7, 7, 7, 7]);
  file.write(0, new Uint8Array(10).fill(1));
  expect(() => file.truncate(11)).toThrow(expect.objectContaining({ code: 'no_space' }));
  disk.spaceBytes = 20;
  file.write(10, new Uint8Array(10));
  expect(disk.usedBytes).toBe(20);
});

test('a failed sync fails the handle for ever, and only as many as asked', async () => {
  const disk = new MemoryDisk();
  const file = disk.open('a', { create: true });
  disk.failNextSync();
  await expect(file.sync()).rejects.toMatchObject({ code: 'io' });
  await expect(file.sync()).rejects.toMatchObject({ code: 'io' });
  await disk.open('a').sync();
});

test('kill keeps what was written, and ends handles and locks', () => {
  const disk = new MemoryDisk();
  const file = disk.open('a', { create: true });
  file.write(0, new Uint8Array([5]));
  const release = disk.lock('');
  disk.kill();
  expect(() => file.size()).toThrow('killed');
  const next = disk.lock('');
  release();
  expect(() => disk.lock('')).toThrow('held');
  next();
  expect([...disk.open('a').read(0, 9)]).toEqual([5]);
});
