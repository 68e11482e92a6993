// The key file: the contract of every key store, on both disks, and what only a file can suffer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { keysSuite } from '../ports/keys.suite.js';
import { DiskError, type Disk } from '../ports/disk.js';
import { hookedDisk } from './file-log/hooked-disk.js';
import { KeyFile } from './key-file.js';
import { MemoryDisk } from './memory-disk.js';
import { MemoryWrapping } from './memory-wrapping.js';
import { NodeDisk } from './node-disk.js';
import { SeededEntropy } from './seeded-entropy.js';
import { wrapKey } from './key-wrap.js';

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
keysSuite('file whose store key a key service wraps', async () => {
  const disk = new MemoryDisk();
  const wrapping = new MemoryWrapping(new SeededEntropy(77));
  const openIt = (): Promise<KeyFile> => KeyFile.open({ disk, folder: 'keys', wrapping, entropy: new SeededEntropy(++seed) });
  const reopen = (old: { close(): void }): Promise<KeyFile> => {
    old.close();
    return openIt();
  };
  return { keys: await openIt(), reopen };
});
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

/** Where the slot of the n-th key of a new store begins. */
const slotAt = (id: number): number => 1024 + (id - 1) * 64;

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
      ?.slice(slotAt(1) + 8, slotAt(1) + 48) ?? new Uint8Array(0);
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

test('a slot torn by a crash opens nothing, or the very key where it is whole but for its checksum, and is not used again', async () => {
  const disk = await threeKeys();
  for (let kept = 1; kept < 64; kept++) {
    const torn = changed(disk, (files) => files.get('keys/keys.dat')?.fill(0, slotAt(3) + kept, slotAt(4)));
    const keys = await open(torn);
    expect(keys.ids()).toEqual(kept < 48 ? [1, 2] : [1, 2, 3]);
    expect(keys.create().id).toBe(4);
    expect(keys.isDestroyed(3)).toBe(false);
    keys.close();
  }
});

/** Every key that opens something, in hexadecimal. */
const secretsOf = (keys: KeyFile): string[] => keys.ids().map((id) => `${id} ${Buffer.from(keys.get(id) ?? []).toString('hex')}`);

test('a flipped bit takes no key away, and is turned back, where the place gives the number and where it does not', async () => {
  const disk = await threeKeys();
  for (const isTurnedOver of [false, true]) {
    let keys = await open(disk);
    if (isTurnedOver) await keys.turnOver();
    const right = secretsOf(keys);
    keys.close();
    const sound = disk.files().get('keys/keys.dat') ?? Buffer.alloc(0);
    for (let bit = 0; bit < 3 * 64 * 8; bit += 7) {
      const flipped = changed(disk, (files) => {
        const content = Buffer.from(files.get('keys/keys.dat') ?? []);
        const at = slotAt(1) + (bit >> 3);
        content[at] = (content[at] ?? 0) ^ (1 << (bit & 7));
        files.set('keys/keys.dat', content);
      });
      keys = await open(flipped);
      expect(secretsOf(keys)).toEqual(right);
      expect(Buffer.compare(flipped.files().get('keys/keys.dat') ?? Buffer.alloc(0), sound)).toBe(0);
      keys.close();
    }
  }
});

test('a key that is lost is not taken for a destroyed one, whatever is wrapped anew, until somebody destroys it', async () => {
  const disk = await threeKeys();
  let keys = await open(disk);
  const run = await keys.keepRun(new Uint8Array(32).fill(7));
  keys.close();
  const path = `keys/${String(run).padStart(10, '0')}.run`;
  for (const isTurnedOver of [false, true]) {
    keys = await open(disk);
    if (isTurnedOver) await keys.turnOver();
    keys.close();
    const broken = changed(disk, (files) => files.get('keys/keys.dat')?.fill(0x55, slotAt(run), slotAt(run) + 30));
    const before = broken.files();
    keys = await open(broken);
    expect([keys.ids(), keys.runs(), keys.isDestroyed(run)]).toEqual([[1, 2, 3], [run], false]);
    expect(broken.files()).toEqual(before);
    await keys.turnOver();
    keys.close();
    keys = await open(broken);
    expect([keys.ids(), keys.runs(), keys.isDestroyed(run), broken.exists(path)]).toEqual([[1, 2, 3], [run], false, true]);
    await keys.destroy([run]);
    keys.close();
    keys = await open(broken);
    // Where the damaged slot does not say whose it was, that stays in doubt; the file is gone all the same.
    expect([keys.runs(), keys.isDestroyed(run), broken.exists(path)]).toEqual([[], !isTurnedOver, false]);
    keys.close();
  }
});

const wrappingPath = (disk: MemoryDisk): string => [...disk.files().keys()].find((path) => path.startsWith('apart/')) ?? '';

test('without its wrapping key, or with another, the store is refused and left as it is', async () => {
  const disk = await threeKeys();
  const path = wrappingPath(disk);
  const foreign = await threeKeys();
  const other = foreign.files().get(wrappingPath(foreign)) ?? new Uint8Array(0);
  const cases = [
    changed(disk, (files) => files.delete(path)),
    changed(disk, (files) => files.set(path, other)),
    changed(disk, (files) => files.get(path)?.fill(0, 20, 21)),
    changed(disk, (files) => files.get('keys/keys.dat')?.fill(0, 0, 8)),
    changed(disk, (files) => files.get('keys/keys.dat')?.fill(0, 40, 60)),
  ];
  for (const [index, broken] of cases.entries()) {
    const before = broken.files();
    await expect(open(broken)).rejects.toMatchObject({ code: index < 3 ? 'wrapping_key' : 'log_damaged' });
    expect(broken.files()).toEqual(before);
  }
});

test('a turn-over leaves the keys, and nothing with which an older copy of the store could be opened', async () => {
  const disk = await threeKeys();
  const copy = disk.files();
  const keys = await open(disk);
  const known = keys.ids().map((id) => [id, ...(keys.get(id) ?? [])]);
  const run = await keys.keepRun(Uint8Array.from({ length: 96 }, (_, at) => at));
  const before = wrappingPath(disk);
  const wrapping = disk.files().get(before)?.slice(8, 40) ?? new Uint8Array(0);
  await keys.turnOver();
  expect(holds(disk, wrapping)).toBe(false);
  expect(disk.exists(before)).toBe(false);
  for (const [path, content] of copy) if (path === 'keys/keys.dat') expect(holds(disk, content.slice(1024 + 8, 1024 + 48))).toBe(false);
  keys.close();
  const again = await open(disk);
  expect(known.map(([id = 0]) => [id, ...(again.get(id) ?? [])])).toEqual(known);
  expect([...(again.run(run) ?? [])]).toEqual(Array.from({ length: 96 }, (_, at) => at));
  expect(again.create().id).toBe(run + 1);
  again.close();
  // The older copy beside the wrapping keys that there are now.
  const restored = changed(disk, (files) => files.set('keys/keys.dat', copy.get('keys/keys.dat') ?? new Uint8Array(0)));
  await expect(open(restored)).rejects.toMatchObject({ code: 'wrapping_key' });
});

test('keys that are made and destroyed while a turn-over is under way are in the new table, or not', async () => {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  const [one, two] = [keys.create().id, keys.create().id];
  const turning = keys.turnOver();
  let made = 0;
  for (let step = 0; step < 6; step++) {
    made = keys.create().id;
    if (step === 2) await keys.destroy([one]);
    await Promise.resolve();
  }
  await keys.sync();
  await turning;
  keys.close();
  const again = await open(disk);
  expect(again.ids()).toEqual([two, ...Array.from({ length: made - two }, (_, at) => two + 1 + at)]);
  again.close();
});

test('a crash at any call of a turn-over leaves the keys, and one wrapping key', async () => {
  const whole = await threeKeys();
  for (let at = 0; ; at++) {
    const disk = MemoryDisk.holding(whole.files());
    let left = Infinity;
    const crash = (): void => {
      if (left-- <= 0) throw new Error('crash');
    };
    const hooked = hookedDisk(disk, crash);
    const keys = await KeyFile.open({
      disk: hooked,
      folder: 'keys',
      wrapping: { disk: hooked, folder: 'apart' },
      entropy: new SeededEntropy(++seed),
    });
    left = at;
    const isDone = await keys.turnOver().then(
      () => true,
      () => false,
    );
    disk.kill();
    const again = await open(disk);
    expect(again.ids()).toEqual([1, 2, 3]);
    expect([...disk.files().keys()].filter((path) => path.startsWith('apart/'))).toHaveLength(1);
    expect(disk.exists('keys/keys.new')).toBe(false);
    again.close();
    if (isDone) return expect(at).toBeGreaterThan(8);
  }
});

test('a turn-over for which there is no space leaves everything as it was', async () => {
  for (const failing of ['write', 'sync', 'create'] as const) {
    const disk = await threeKeys();
    let isFull = false;
    const hooked = hookedDisk(disk, (call, path) => {
      if (isFull && call === failing && path === 'keys/keys.new') throw new DiskError('no_space', call);
    });
    const keys = await open(hooked);
    const before = disk.files();
    isFull = true;
    for (let times = 0; times < 2; times++) await expect(keys.turnOver()).rejects.toMatchObject({ code: 'no_space' });
    expect(disk.files()).toEqual(before);
    isFull = false;
    await keys.turnOver();
    keys.close();
    const again = await open(disk);
    expect(again.ids()).toEqual([1, 2, 3]);
    again.close();
  }
});

test('closing at any moment of a turn-over leaves the keys, and one wrapping key', async () => {
  const whole = await threeKeys();
  let stopped = 0;
  for (let at = 0; ; at++) {
    const disk = MemoryDisk.holding(whole.files());
    const keys = await open(disk);
    const turning = keys.turnOver().then(
      () => true,
      (error: unknown) => error,
    );
    for (let moment = 0; moment < at; moment++) await Promise.resolve();
    keys.close();
    const done = await turning;
    const again = await open(disk);
    expect(again.ids()).toEqual([1, 2, 3]);
    expect([...disk.files().keys()].filter((path) => path.startsWith('apart/'))).toHaveLength(1);
    again.close();
    if (done === true && stopped > 0) return expect(at).toBeGreaterThan(5);
    if (done !== true) stopped++;
    if (done !== true) expect(done).toMatchObject({ code: 'compaction_stopped' });
  }
});

test('a wrapping key moves to another place at the next opening, and is gone from the old one', async () => {
  const disk = await threeKeys();
  const options = { disk, folder: 'keys', entropy: new SeededEntropy(++seed) };
  const moved = { ...options, wrapping: { disk, folder: 'elsewhere' }, movesFrom: { disk, folder: 'apart' } };
  for (let times = 0; times < 2; times++) {
    const keys = await KeyFile.open(moved);
    expect(keys.ids()).toEqual([1, 2, 3]);
    keys.close();
    expect(disk.list('apart')).toEqual([]);
    expect(disk.list('elsewhere')).toHaveLength(1);
  }
});

test('a store of version 1 is opened, and written as version 2 under a new wrapping key', async () => {
  const disk = new MemoryDisk();
  const secrets = firstVersion(disk);
  for (let times = 0; times < 2; times++) {
    const keys = await open(disk);
    expect(keys.ids()).toEqual([1, 3]);
    expect([keys.get(1), keys.get(3)].map((key) => Buffer.from(key ?? []).toString('hex'))).toEqual([secrets[0], secrets[2]]);
    expect(keys.create().id).toBe(4 + times);
    if (times === 0) await keys.destroy([4]);
    else await keys.destroy([5]);
    keys.close();
    expect(disk.exists('apart/wrapping.key')).toBe(false);
  }
});

test.each(['this', 'the first'])('a copy of a store of %s version leaves the original its wrapping key', async (version) => {
  const first = new MemoryDisk();
  firstVersion(first);
  const disk = version === 'this' ? await threeKeys() : first;
  const ids = version === 'this' ? [1, 2, 3] : [1, 3];
  disk.makeFolder('copy');
  disk.open('copy/keys.dat', { create: true }).write(0, disk.files().get('keys/keys.dat') ?? new Uint8Array(0));
  const place = { folder: 'copy', wrapping: { disk, folder: 'apart' }, isCopy: true };
  const copy = await KeyFile.open({ disk, ...place, entropy: new SeededEntropy(++seed) });
  expect(copy.ids()).toEqual(ids);
  await copy.turnOver();
  copy.close();
  const original = await open(disk);
  expect(original.ids()).toEqual(ids);
  original.close();
  expect(disk.list('apart')).toHaveLength(2);
});

test('a key that is lost is lost in a copy, too, and its run stays there', async () => {
  const disk = await threeKeys();
  const keys = await open(disk);
  const run = await keys.keepRun(new Uint8Array(32).fill(7));
  keys.close();
  const broken = changed(disk, (files) => files.get('keys/keys.dat')?.fill(0x55, slotAt(run), slotAt(run) + 30));
  for (const isCopy of [true, false]) {
    const place = { folder: 'keys', wrapping: { disk: broken, folder: 'apart' }, isCopy };
    const copy = await KeyFile.open({ disk: broken, ...place, entropy: new SeededEntropy(++seed) });
    expect([copy.ids(), copy.runs(), copy.isDestroyed(run)]).toEqual([[1, 2, 3], [run], false]);
    copy.close();
  }
});

/** As version 1 wrote it: three keys, of which the second is destroyed. Hexadecimal, in order. */
function firstVersion(disk: MemoryDisk): string[] {
  const by = Buffer.alloc(32, 5);
  const wrapping = Buffer.alloc(44);
  wrapping.writeUInt32LE(0x4b574745, 0);
  wrapping.writeUInt32LE(1, 4);
  wrapping.set(by, 8);
  wrapping.writeUInt32LE(crc32(wrapping.subarray(0, 40)), 40);
  const store = Buffer.alloc(64 * 260);
  store.writeUInt32LE(0x464b4745, 0);
  store.writeUInt32LE(1, 4);
  store.writeUInt32LE(crc32(store.subarray(0, 60)), 60);
  const secrets = [1, 2, 3].map((id) => {
    const slot = store.subarray(id * 64, (id + 1) * 64);
    slot.writeUInt32LE(id, 0);
    slot.writeUInt8(id === 2 ? 2 : 1, 4);
    slot.set(wrapKey(by, Buffer.alloc(32, id)), 8);
    slot.writeUInt32LE(crc32(slot.subarray(0, 60)), 60);
    return Buffer.alloc(32, id).toString('hex');
  });
  for (const [path, content] of [
    ['apart/wrapping.key', wrapping],
    ['keys/keys.dat', store],
  ] as const) {
    disk.makeFolder(path.slice(0, path.indexOf('/')));
    disk.open(path, { create: true }).write(0, content);
  }
  return secrets;
}

test('a failed sync is told', async () => {
  const disk = new MemoryDisk();
  const keys = await open(disk);
  keys.create();
  disk.failNextSync();
  await expect(keys.sync()).rejects.toThrow('failed as asked');
  keys.close();
});
