// The key file: the contract of every key store, on both disks, and what only a file can suffer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keysSuite } from '../ports/keys.suite.js';
import type { Disk } from '../ports/disk.js';
import { KeyFile } from './key-file.js';
import { MemoryDisk } from './memory-disk.js';
import { NodeDisk } from './node-disk.js';
import { SeededEntropy } from './seeded-entropy.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

let seed = 0;
const open = (disk: Disk): Promise<KeyFile> =>
  KeyFile.open({ disk, folder: 'keys', wrapping: { disk, folder: 'apart' }, entropy: new SeededEntropy(++seed) });

async function under(disk: Disk) {
  const keys = await open(disk);
  const reopen = async (old: { close(): void }) => {
    old.close();
    return open(disk);
  };
  return { keys, reopen };
}

keysSuite('file on a memory disk', () => under(new MemoryDisk()));
keysSuite('file on the real disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-file-'));
  folders.push(folder);
  return under(new NodeDisk(folder));
});

const holds = (disk: MemoryDisk, bytes: Uint8Array): boolean =>
  [...disk.files().values()].some((content) => Buffer.from(content).includes(Buffer.from(bytes)));

/** A disk with the files of `disk`, changed by `change`. */
function changed(disk: MemoryDisk, change: (files: Map<string, Uint8Array>) => void): MemoryDisk {
  const files = disk.files();
  change(files);
  return MemoryDisk.holding(files);
}

async function threeKeys(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  for (let made = 0; made < 3; made++) keys.create();
  await keys.sync();
  keys.close();
  return disk;
}

test('no key lies on the disk unwrapped, and a destroyed one not even wrapped', async () => {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  const { id, key } = keys.create();
  await keys.sync();
  expect(holds(disk, key)).toBe(false);
  const wrapped =
    disk
      .files()
      .get('keys/keys.dat')
      ?.slice(64 + 8, 64 + 48) ?? new Uint8Array(0);
  expect(holds(disk, wrapped)).toBe(true);
  await keys.destroy([id]);
  expect(holds(disk, wrapped)).toBe(false);
  keys.close();
});

test('a store is open once', async () => {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  await expect(open(disk)).rejects.toMatchObject({ code: 'data_folder_locked' });
  keys.close();
  (await open(disk)).close();
});

test('keys are made and destroyed on a full disk', async () => {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  disk.spaceBytes = disk.usedBytes;
  const ids = Array.from({ length: 100 }, () => keys.create().id);
  await keys.sync();
  await keys.destroy(ids.slice(1));
  keys.close();
  const again = await open(disk);
  expect(again.ids()).toEqual([1]);
  expect(() => Array.from({ length: 1000 }, () => again.create())).toThrow('no slot left');
  again.close();
});

test('a slot torn by a crash opens nothing and is not used again', async () => {
  const disk = await threeKeys();
  for (let kept = 1; kept < 64; kept++) {
    const torn = changed(disk, (files) => files.get('keys/keys.dat')?.fill(0, 3 * 64 + kept, 4 * 64));
    const keys = await open(torn);
    expect(keys.ids()).toEqual([1, 2]);
    expect(keys.create().id).toBe(4);
    keys.close();
  }
});

test('a flipped bit never yields another key', async () => {
  const disk = await threeKeys();
  const keys = await open(disk);
  const right = [...(keys.get(2) ?? [])];
  keys.close();
  for (let at = 2 * 64; at < 3 * 64; at++) {
    const flipped = changed(disk, (files) => {
      const content = files.get('keys/keys.dat');
      if (content !== undefined) content[at] = (content[at] ?? 0) ^ (1 << (at % 8));
    });
    const store = await open(flipped);
    expect([undefined, String(right)]).toContain(store.get(2) === undefined ? undefined : String([...(store.get(2) ?? [])]));
    expect(store.ids()).toContain(1);
    store.close();
  }
});

test('without its wrapping key, or with another, the store is refused and left as it is', async () => {
  const disk = await threeKeys();
  const other = (await threeKeys()).files().get('apart/wrapping.key') ?? new Uint8Array(0);
  const cases = [
    changed(disk, (files) => files.delete('apart/wrapping.key')),
    changed(disk, (files) => files.set('apart/wrapping.key', other)),
    changed(disk, (files) => files.get('apart/wrapping.key')?.fill(0, 20, 21)),
    changed(disk, (files) => files.get('keys/keys.dat')?.fill(0, 0, 8)),
  ];
  for (const broken of cases) {
    const before = broken.files();
    await expect(open(broken)).rejects.toMatchObject({ code: 'log_damaged' });
    expect(broken.files()).toEqual(before);
  }
});

test('a wrapping key torn at first use is made anew', async () => {
  const disk = new MemoryDisk();
  disk.makeFolder('apart');
  disk.open('apart/wrapping.key', { create: true }).write(0, new Uint8Array(20));
  const keys = await open(disk);
  expect(keys.create().id).toBe(1);
  keys.close();
});

test('a failed sync is told', async () => {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  keys.create();
  disk.failNextSync();
  await expect(keys.sync()).rejects.toThrow('failed as asked');
  keys.close();
});
