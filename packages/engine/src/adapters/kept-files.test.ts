import { describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.js';
import type { KeptGround } from '../ports/kept-store.js';
import { KeptFiles } from './kept-files.js';
import { KeyFile } from './key-file.js';
import { MemoryDisk } from './memory-disk.js';
import { SeededEntropy } from './seeded-entropy.js';

const ground: KeptGround = { kind: 'obligation', name: 'law', eventType: 'invoice', purpose: 'service', untilDay: 30_000 };
const markBytes = 16;
const event = (position: number, text = `event ${position}`) => ({ position, mask: 1, bytes: Buffer.from(text) });

async function opened(disk: MemoryDisk): Promise<{ readonly store: KeptFiles; readonly keys: KeyFile }> {
  const entropy = new SeededEntropy(disk.files().size + 1);
  const keys = await KeyFile.open({ disk, folder: 'keys', wrapping: { disk, folder: 'apart' }, entropy });
  return { store: await KeptFiles.open({ disk, folder: 'kept', keys, entropy }), keys };
}

async function again(disk: MemoryDisk, keys: KeyFile): Promise<{ readonly store: KeptFiles; readonly keys: KeyFile }> {
  keys.close();
  return opened(disk);
}

const texts = (store: KeptFiles, id: number): unknown =>
  store.read(id)?.map(({ position, bytes }) => [position, Buffer.from(bytes).toString()]);

describe('what is kept', () => {
  it('lies in a file and under a key for each class, once, and is there after reopening', async () => {
    const disk = new MemoryDisk();
    let { store, keys } = await opened(disk);
    const later = { ...ground, untilDay: 30_001 };
    await store.keep([
      { ground, events: [event(7), event(3)] },
      { ground: later, events: [event(9)] },
    ]);
    await store.keep([{ ground, events: [event(7), event(7, 'of another log'), event(8)] }]);
    for (const _ of [1, 2]) {
      const [one, other, ...more] = store.list();
      expect([one?.events, other?.events, more]).toEqual([4, 1, []]);
      expect([one, other]).toMatchObject([ground, later]);
      expect(Buffer.compare(keys.get(one?.id ?? 0) ?? new Uint8Array(), keys.get(other?.id ?? 0) ?? new Uint8Array())).not.toBe(0);
      expect(texts(store, one?.id ?? 0)).toEqual([
        [7, 'event 7'],
        [3, 'event 3'],
        [7, 'of another log'],
        [8, 'event 8'],
      ]);
      await keys.turnOver();
      ({ store, keys } = await again(disk, keys));
    }
    const [one] = store.list();
    disk.files().forEach((content) => expect(Buffer.from(content).includes('event 7')).toBe(false));
    expect(store.read((one?.id ?? 0) + 99)).toBeUndefined();
  });

  it('is gone when its class is destroyed: its key, and every byte; other classes stay', async () => {
    const disk = new MemoryDisk();
    let { store, keys } = await opened(disk);
    const later = { ...ground, untilDay: 30_001 };
    await store.keep([
      { ground, events: [event(1), event(2)] },
      { ground: later, events: [event(3)] },
    ]);
    const [{ id } = { id: 0 }, { id: left } = { id: 0 }] = store.list();
    const path = `kept/${String(id).padStart(10, '0')}.kept`;
    const before = Buffer.from(disk.files().get(path) ?? []);
    const key = Buffer.from(keys.get(id) ?? []);
    expect([before.length > 100, key.length]).toEqual([true, 32]);
    expect(await store.destroy([id, 4711])).toBe(2);
    expect(keys.get(id)).toBeUndefined();
    expect(disk.exists(path)).toBe(false);
    disk.files().forEach((content) => expect(Buffer.from(content).includes(before.subarray(44, 76))).toBe(false));
    // A crash before the file was removed, or a copy that somebody puts back: nothing opens it, and it goes.
    disk.open(path, { create: true }).write(0, before);
    ({ store, keys } = await again(disk, keys));
    expect([disk.exists(path), store.list().map((each) => each.id), texts(store, left)]).toEqual([false, [left], [[3, 'event 3']]]);
  });

  it('loses a torn end, which nobody was promised, and refuses damage before it', async () => {
    const disk = new MemoryDisk();
    const { store, keys } = await opened(disk);
    await store.keep([{ ground, events: [event(1)] }]);
    const path = `kept/${String(store.list()[0]?.id).padStart(10, '0')}.kept`;
    const first = (disk.files().get(path)?.length ?? 0) - markBytes;
    await store.keep([{ ground, events: [event(2)] }]);
    keys.close();
    const files = disk.files();
    const whole = files.get(path) ?? new Uint8Array();
    const second = whole.length - markBytes;
    for (const size of [0, 1, first - 1, first, first + 1, first + markBytes, second - 1, second, whole.length - 1, whole.length]) {
      const copy = MemoryDisk.holding(new Map(files).set(path, whole.slice(0, size)));
      const { store: torn } = await opened(copy);
      expect(torn.list().map(({ events }) => events)).toEqual(size < first ? [] : [size < second ? 1 : 2]);
    }
    for (let at = 0; at < first; at += 7) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await expect(opened(MemoryDisk.holding(new Map(files).set(path, bytes)))).rejects.toMatchObject({ code: 'log_damaged' });
    }
  });

  /** A folder in which one class has grown, another has not, and a third was destroyed; closed. */
  async function three(): Promise<Map<string, Uint8Array>> {
    const disk = new MemoryDisk();
    const { store, keys } = await opened(disk);
    for (const name of ['grown', 'gone', 'single']) await store.keep([{ ground: { ...ground, name }, events: [event(1)] }]);
    await store.keep([{ ground: { ...ground, name: 'grown' }, events: [event(2)] }]);
    await store.destroy(store.list().flatMap(({ id, name }) => (name === 'gone' ? [id] : [])));
    keys.close();
    return disk.files();
  }

  async function readable(disk: MemoryDisk): Promise<unknown> {
    const { store, keys } = await opened(disk);
    const all = store.list().map(({ id, name }) => [name, texts(store, id)]);
    keys.close();
    return all;
  }

  const same = (one: ReadonlyMap<string, Uint8Array>, other: ReadonlyMap<string, Uint8Array>): boolean =>
    one.size === other.size && [...one].every(([path, bytes]) => Buffer.compare(bytes, other.get(path) ?? new Uint8Array()) === 0);

  it('survives every flipped bit of its files and of its keys, or is refused as it is', async () => {
    const files = await three();
    const all = await readable(MemoryDisk.holding(files));
    expect(all).toHaveLength(2);
    let refused = 0;
    for (const [path, whole] of files) {
      if (!/^kept\/|\/keys\.dat$/u.test(path)) continue;
      const [from, below] = path.startsWith('kept/') ? [0, whole.length] : [1024, 1024 + 3 * 64];
      for (let bit = from * 8; bit < below * 8; bit += 1) {
        const flipped = Buffer.from(whole);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const before = new Map(files).set(path, flipped);
        const disk = MemoryDisk.holding(before);
        const found = await readable(disk).catch((error: unknown) => error);
        if (found instanceof CodedError) {
          refused += 1;
          expect([found.code, same(disk.files(), before)]).toEqual(['log_damaged', true]);
        } else expect(found).toEqual(all);
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused when its key is missing and nothing says that it was destroyed', async () => {
    const files = await three();
    const store = Buffer.from(files.get('keys/keys.dat') ?? []);
    store.fill(0x55, 1024, 1024 + 64);
    const before = new Map(files).set('keys/keys.dat', store);
    const disk = MemoryDisk.holding(before);
    await expect(opened(disk)).rejects.toMatchObject({ code: 'log_damaged' });
    expect(same(disk.files(), before)).toBe(true);
  });

  it('of an older version, without marks, is read, and gets one behind its end', async () => {
    const files = await three();
    const all = await readable(MemoryDisk.holding(files));
    const older = new Map(files);
    for (const [path, whole] of files)
      if (path.startsWith('kept/') && whole.length < 400) older.set(path, whole.slice(0, whole.length - markBytes));
    expect(same(older, files)).toBe(false);
    const disk = MemoryDisk.holding(older);
    expect(await readable(disk)).toEqual(all);
    expect(same(disk.files(), files)).toBe(true);
  });

  it('is refused on a full disk, at any byte, and what was kept before stays', async () => {
    const disk = new MemoryDisk();
    const { store, keys } = await opened(disk);
    await store.keep([{ ground, events: [event(1)] }]);
    const other = { ...ground, name: 'another law' };
    const ids = keys.ids();
    for (let space = 0; space < 400; space += 40) {
      disk.spaceBytes = disk.usedBytes + space;
      const long = event(2, 'x'.repeat(500));
      for (const some of [ground, other])
        await expect(store.keep([{ ground: some, events: [long] }])).rejects.toMatchObject({ code: 'disk_full' });
    }
    disk.spaceBytes = Infinity;
    expect(store.list().map(({ events }) => events)).toEqual([1]);
    const { store: after, keys: left } = await again(disk, keys);
    expect([after.list().map(({ events }) => events), left.ids()]).toEqual([[1], ids]);
  });
});
