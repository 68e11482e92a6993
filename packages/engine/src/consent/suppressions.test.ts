import { describe, expect, it, vi } from 'vitest';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { subjectTags } from '../adapters/subject-tags.js';
import { Suppressions } from './suppressions.js';

const tagOf = subjectTags(new Uint8Array(32).fill(3), 'test');
const reopen = (disk: MemoryDisk): Promise<Suppressions> => Suppressions.open(disk, 'erasures', tagOf);

describe('the list of erased people', () => {
  it('holds at once and after reopening, keeps the newest time, and forgets nobody', async () => {
    const disk = new MemoryDisk();
    let list = await reopen(disk);
    expect([list.erasedAt('ann'), list.isOpen(0)]).toEqual([undefined, false]);
    const written = list.add(['ann', 'bob'], 5);
    expect([list.erasedAt('ann'), list.erasedAt('bob'), list.erasedAt('eve')]).toEqual([5, 5, undefined]);
    await written;
    await list.add(['ann'], 9);
    await list.add(['ann'], 7);
    list.close();
    list = await reopen(disk);
    expect([list.erasedAt('ann'), list.erasedAt('bob'), list.isOpen(0)]).toEqual([9, 5, true]);
    await list.applied(list.entriesUsed, 3);
    list.close();
    list = await reopen(disk);
    expect([list.isOpen(3), list.isOpen(2)]).toEqual([false, true]);
    await list.add(['eve'], 11);
    expect(list.isOpen(0)).toBe(true);
    list.close();
  });

  it('says that somebody was erased as soon as it is so, and resolves only when it is on stable storage', async () => {
    const disk = new MemoryDisk();
    const list = await reopen(disk);
    await list.add(['ann'], 5);
    expect(list.erasedAt('bob')).toBeUndefined();
    disk.failNextSync();
    const written = list.add(['bob'], 6);
    expect(list.erasedAt('bob')).toBe(6);
    await expect(written).rejects.toMatchObject({ code: 'io' });
    list.close();
  });

  it('is open while somebody in it came after what is carried out, also after reopening, and beside a log that lost it', async () => {
    const disk = new MemoryDisk();
    let list = await reopen(disk);
    await list.add(['ann'], 5);
    const carriedOut = list.entriesUsed;
    await list.add(['bob'], 6);
    await list.applied(carriedOut, 4);
    expect(list.isOpen(4)).toBe(true);
    list.close();
    list = await reopen(disk);
    expect(list.isOpen(4)).toBe(true);
    await list.applied(list.entriesUsed, 4);
    expect([list.isOpen(4), list.isOpen(3)]).toEqual([false, true]);
    // Carried out again on a log that was restored.
    await list.applied(list.entriesUsed, 3);
    expect(list.isOpen(3)).toBe(false);
    list.close();
  });

  it('has its name on stable storage before it is used', async () => {
    const disk = new MemoryDisk();
    const synced = vi.spyOn(disk, 'syncFolder');
    const list = await reopen(disk);
    expect(synced).toHaveBeenCalledWith('erasures');
    list.close();
  });

  it('of which another knows a later erasure of the same person is joined with that', async () => {
    const disk = new MemoryDisk();
    const list = await reopen(disk);
    await list.add(['ann', 'bob'], 5);
    list.close();
    const own = disk.files().get('erasures/suppressed') ?? new Uint8Array();
    const others = new Map([
      [tagOf('ann'), 9],
      [tagOf('bob'), 4],
    ]);
    const joined = Suppressions.joined(own, others);
    expect(Suppressions.erasedIn(joined)).toEqual(new Map(others).set(tagOf('bob'), 5));
    expect(joined).toHaveLength(4 * 40);
  });

  it('does not grow by being opened, and asks for nothing while nobody was erased, or all is carried out', async () => {
    const disk = new MemoryDisk();
    const used = async (): Promise<readonly unknown[]> => {
      const list = await reopen(disk);
      list.close();
      return [list.entriesUsed, list.isOpen(0)];
    };
    expect([await used(), await used()]).toEqual([
      [1, false],
      [1, false],
    ]);
    const list = await reopen(disk);
    await list.add(['ann'], 5);
    await list.applied(list.entriesUsed, 0);
    expect(list.isOpen(0)).toBe(false);
    list.close();
    expect(await used()).toEqual([3, false]);
  });

  it('is read to its last entry where the file ends right behind it', async () => {
    const disk = new MemoryDisk();
    const list = await reopen(disk);
    await list.add(['ann', 'bob'], 5);
    const file = disk.open('erasures/suppressed');
    const exact = Uint8Array.from(file.read(0, list.entriesUsed * 40));
    expect([...Suppressions.erasedIn(exact).keys()].sort()).toEqual(['ann', 'bob'].map(tagOf).sort());
    expect(Suppressions.joined(exact, new Map())).toEqual(exact);
    list.close();
  });

  it('names nobody: neither ids nor unkeyed hashes stand in the file', async () => {
    const disk = new MemoryDisk();
    const list = await reopen(disk);
    await list.add(['somebody-4711'], 5);
    const file = disk.open('erasures/suppressed');
    expect(Buffer.from(file.read(0, file.size())).includes('somebody')).toBe(false);
    const tags = [tagOf, subjectTags(new Uint8Array(32).fill(4), 'test'), subjectTags(new Uint8Array(32).fill(3), 'other')];
    expect(new Set(tags.map((of) => of('somebody-4711'))).size).toBe(3);
    expect(tagOf('somebody-4711')).toHaveLength(16);
  });

  it('does not open under the key of another tenant, also when it is of an older version, which did not say whose it is', async () => {
    const disk = new MemoryDisk();
    let list = await reopen(disk);
    await list.add(['ann'], 5);
    list.close();
    const before = disk.files();
    const other = subjectTags(new Uint8Array(32).fill(4), 'test');
    await expect(Suppressions.open(disk, 'erasures', other)).rejects.toMatchObject({ code: 'tenant_damaged' });
    expect(disk.files()).toEqual(before);
    // Without its first entry, as it was written before.
    const older = MemoryDisk.holding(new Map([...before].map(([path, bytes]) => [path, bytes.slice(40)])));
    list = await reopen(older);
    expect([list.erasedAt('ann'), list.isOpen(1)]).toEqual([5, true]);
    await list.applied(list.entriesUsed, 1);
    list.close();
    list = await reopen(older);
    expect(list.isOpen(1)).toBe(false);
    list.close();
    await expect(Suppressions.open(older, 'erasures', other)).rejects.toMatchObject({ code: 'tenant_damaged' });
    expect(Suppressions.erasedIn(older.files().get('erasures/suppressed') ?? new Uint8Array()).size).toBe(1);
  });

  it('cuts a tear that was never acknowledged, with all that was written with it, and refuses damage before it', async () => {
    const disk = new MemoryDisk();
    let list = await reopen(disk);
    await list.add(['ann'], 5);
    await list.add(['bob', 'eve', 'joe'], 6);
    list.close();
    const file = disk.open('erasures/suppressed');
    file.write(3 * 40 + 9, Buffer.from('x'));
    const listed = (): unknown[] => ['ann', 'bob', 'eve', 'joe', 'kim'].map((subject) => list.erasedAt(subject));
    expect(Suppressions.erasedIn(file.read(0, file.size())).size).toBe(1);
    list = await reopen(disk);
    expect(listed()).toEqual([5, undefined, undefined, undefined, undefined]);
    // Right up to the last entry of the group: nothing of it comes back behind what was written since.
    await list.add(['kim', 'eve'], 7);
    list.close();
    list = await reopen(disk);
    expect(listed()).toEqual([5, undefined, 7, undefined, 7]);
    list.close();
    const whole = file.read(0, file.size());
    expect(Suppressions.erasedIn(whole).size).toBe(3);
    // The last that was acknowledged before those two, and the first.
    for (const index of [1, 0]) {
      file.write(0, whole);
      file.write(index * 40 + 9, Buffer.from('x'));
      await expect(reopen(disk)).rejects.toMatchObject({ code: 'log_damaged' });
    }
  });
});
