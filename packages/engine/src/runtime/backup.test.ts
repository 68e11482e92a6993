import { describe, expect, it } from 'vitest';
import { hookedDisk } from '../adapters/file-log/hooked-disk.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { CodedError } from '../base/errors.js';
import type { Disk } from '../ports/disk.js';
import { backUp, filesFolder, manifestName } from './backup.js';
import { manifestOn, restoreFiles } from './restore.js';
import { Rig } from './rig.suite.js';

const people = ['ann', 'bob', 'eve', 'kim'];

async function shop(): Promise<Rig> {
  const rig = await Rig.open();
  for (const subject of people) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', `only-${subject}`, 'cup');
    rig.engine.rank({ point: 'home', subject });
  }
  return rig;
}

async function backup(rig: Rig, target: Disk): Promise<void> {
  const done = await rig.engine.backups.run(target);
  if (!done.ok) throw new Error(done.code);
}

/** Restores into a disk in memory and opens what is there. */
async function restored(rig: Rig, target: Disk, ...lists: Uint8Array[]): Promise<Rig> {
  const to = new MemoryDisk();
  await restoreFiles(target, to, lists, rig.clock);
  return Rig.open(to);
}

const listOf = (rig: Rig): Uint8Array => rig.disk.files().get('erasures/suppressed') ?? new Uint8Array();

/** A disk that calls `before` ahead of every change. */
function watched(disk: Disk, before: (doing: string, path: string) => void): Disk {
  return {
    list: (folder) => disk.list(folder),
    exists: (path) => disk.exists(path),
    lock: (folder) => disk.lock(folder),
    makeFolder: (folder) => disk.makeFolder(folder),
    syncFolder: (folder) => (before('syncFolder', folder), disk.syncFolder(folder)),
    rename: (from, to) => (before('rename', to), disk.rename(from, to)),
    remove: (path) => (before('remove', path), disk.remove(path)),
    open: (path, options) => {
      before('open', path);
      const file = disk.open(path, options);
      return { ...file, write: (at, bytes) => (before('write', path), file.write(at, bytes)) };
    },
  };
}

describe('a backup', () => {
  it('under traffic, erasures and compaction is the log up to its head, and verifies', async () => {
    const rig = await shop();
    const atTurn: { dump: string[]; compacted: boolean } = { dump: [], compacted: false };
    let compaction: Promise<unknown> | undefined;
    const copies = new MemoryDisk();
    const target = watched(copies, (doing, path) => {
      if (doing !== 'open') return;
      // After the first segment has been copied it is rewritten: the copy must not keep the old one with keys that are gone.
      compaction ??= rig.engine.erase(['kim']).then(async () => {
        await rig.engine.completeErasures();
        atTurn.compacted = atTurn.dump.length === 0;
      });
      if (path === `${filesFolder}/keys/keys.dat` && atTurn.dump.length === 0) atTurn.dump = [...rig.engine.core.dump()];
    });
    let sending = true;
    const traffic = (async () => {
      for (let n = 0; sending; n += 1) {
        await rig.send(rig.view('bob', `i${n % 7}`, rig.clock.now(), `t${n}`));
        rig.engine.rank({ point: 'home', subject: 'eve' });
      }
    })();
    await Promise.all([backup(rig, target), compaction]);
    sending = false;
    await traffic;
    const copy = await restored(rig, copies);
    expect(await copy.dump()).toEqual(atTurn.dump);
    expect(copy.engine.log.head).toBe(manifestOn(copies).head);
    expect(rig.engine.log.head).toBeGreaterThan(copy.engine.log.head);
    expect(await copy.engine.verify()).toMatchObject({ ok: true, problems: [] });
    expect(await rig.engine.verify()).toMatchObject({ ok: true });
  });

  it('holds what came after the newest segment was copied, and is on stable storage with its names, as is what is restored', async () => {
    const rig = await shop();
    const dirty = new Set<string>();
    const atRename: string[] = [];
    const watching = (disk: Disk): Disk =>
      hookedDisk(disk, (call, path) => {
        const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
        if (call === 'rename') atRename.push(...dirty);
        if (call === 'create' || call === 'rename') dirty.add(`names in ${folder}`);
        if (call === 'write' || call === 'truncate') dirty.add(path);
        if (call === 'sync') dirty.delete(path);
        if (call === 'syncFolder') dirty.delete(`names in ${path}`);
      });
    const { clock, disk: source } = rig;
    const [target, to] = [new MemoryDisk(), new MemoryDisk()];
    const exclusive = async <T>(task: () => Promise<T>): Promise<T> => {
      await rig.visit('ann', 'late');
      return task();
    };
    const { log } = rig.engine;
    const { manifest } = await backUp({ source, target: watching(target), log, clock, exclusive, isStopped: () => false });
    expect([manifest.head, atRename, [...dirty]]).toEqual([log.head, [], []]);
    await restoreFiles(target, watching(to), [], clock);
    expect([...dirty]).toEqual([]);
    const copy = await Rig.open(to);
    expect(await copy.dump()).toEqual(await rig.dump());
    await copy.engine.close();
  });

  it('takes a segment anew that compaction has rewritten since it was copied', async () => {
    const rig = await shop();
    // Compaction of the newest segment begins another: so there are several, and Ann stands in the first.
    for (const subject of ['one', 'two', 'three']) {
      await rig.say(subject, 'granted', 'personalise', 'train');
      await rig.visit(subject, 'pot');
      await rig.engine.erase([subject]);
      await rig.engine.completeErasures();
    }
    const { clock, disk: source } = rig;
    const target = new MemoryDisk();
    const exclusive = async <T>(task: () => Promise<T>): Promise<T> => {
      const segments = [...target.files()].filter(([path]) => path.endsWith('.seg'));
      expect(segments.length).toBeGreaterThan(2);
      await rig.engine.erase(['ann']);
      await rig.engine.completeErasures();
      return task();
    };
    const { manifest } = await backUp({ source, target, log: rig.engine.log, clock, exclusive, isStopped: () => false });
    expect(manifest.erased).toBe(4);
    const copy = await restored(rig, target);
    expect(copy.engine.profile('ann').ok).toBe(false);
    expect(copy.engine.profile('bob').ok).toBe(true);
    expect(await copy.engine.verify()).toMatchObject({ ok: true });
  });

  it('that is earlier, restored with the live list, serves nothing of whoever was erased since, and destroys their bytes', async () => {
    const rig = await shop();
    const earlier = new MemoryDisk();
    await backup(rig, earlier);
    rig.clock.advance(1000);
    await rig.engine.erase(['ann']);
    const copy = await restored(rig, earlier, listOf(rig));
    expect(copy.engine.profile('ann')).toMatchObject({ ok: false, code: 'subject_unknown' });
    expect(copy.engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({ ok: true, value: { mode: 'contextual' } });
    const dump = (await copy.dump()).join('\n');
    expect(dump).not.toMatch(/"(?:ann|only-ann)"/u);
    expect(dump).toContain('"only-bob"');
    await copy.engine.completeErasures();
    await copy.engine.close();
    // The list names nobody; without it they would be back.
    const unknowing = await restored(rig, earlier);
    expect(unknowing.engine.profile('ann').ok).toBe(true);
  });

  it('is restored with whoever stands in any of the lists: who came back and was erased again, too', async () => {
    const rig = await shop();
    await rig.engine.erase(['ann']);
    rig.clock.advance(1000);
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.visit('ann', 'tea', 'cup');
    const [monday, tuesday] = [new MemoryDisk(), new MemoryDisk()];
    await backup(rig, monday);
    rig.clock.advance(1000);
    await backup(rig, tuesday);
    const ofTuesday = tuesday.files().get(`${filesFolder}/erasures/suppressed`) ?? new Uint8Array();
    await rig.engine.erase(['ann']);
    // A folder that was made of Tuesday's backup, and went its own way.
    const fork = await restored(rig, tuesday);
    await fork.engine.erase(['bob', 'eve']);
    for (const [lists, isBobErased] of [
      [[listOf(rig), ofTuesday], false],
      [[ofTuesday, listOf(rig)], false],
      [[listOf(rig), listOf(fork)], true],
    ] as const) {
      const copy = await restored(rig, monday, ...lists);
      const found = ['ann', 'bob', 'kim'].map((subject) => copy.engine.profile(subject).ok);
      expect(found).toEqual([false, !isBobErased, true]);
      await copy.engine.close();
    }
    const told = await restoreFiles(monday, new MemoryDisk(), [listOf(rig), listOf(fork)], rig.clock);
    expect([told.erased, told.unknown]).toEqual([3, 3]);
  });

  it('says how many erasures it does not know, and refuses a list that is older than it', async () => {
    const rig = await shop();
    const empty = listOf(rig);
    await rig.engine.erase(['ann']);
    const target = new MemoryDisk();
    await backup(rig, target);
    expect(manifestOn(target).erased).toBe(1);
    await expect(restoreFiles(target, new MemoryDisk(), [empty], rig.clock)).rejects.toMatchObject({ code: 'erasures_older' });
    await rig.engine.erase(['bob', 'eve']);
    const told = await restoreFiles(target, new MemoryDisk(), [listOf(rig)], rig.clock);
    expect([told.erased, told.unknown]).toEqual([3, 2]);
  });

  it('that is interrupted anywhere cannot be taken for a whole one', async () => {
    const rig = await shop();
    let changes = 0;
    await backup(
      rig,
      watched(new MemoryDisk(), () => void (changes += 1)),
    );
    expect(changes).toBeGreaterThan(10);
    for (let stopAt = 0; stopAt < changes; stopAt += 1) {
      let done = 0;
      const target = new MemoryDisk();
      const failing = watched(target, (doing) => {
        if (done === stopAt) throw new CodedError('disk_full', doing);
        done += 1;
      });
      const answer = await rig.engine.backups.run(failing);
      expect(answer).toMatchObject({ ok: false, code: 'disk_full' });
      // The last change is the sync of the name: then all of it is there.
      if (stopAt === changes - 1) continue;
      expect(() => manifestOn(target), `after ${stopAt} changes`).toThrow('backup_incomplete');
    }
    expect(rig.engine.backups.status).toMatchObject({ state: 'failed', code: 'disk_full' });
  });

  it('that was damaged is refused, and so is a folder that is not empty', async () => {
    const rig = await shop();
    const target = new MemoryDisk();
    await backup(rig, target);
    expect(await rig.engine.backups.run(target)).toMatchObject({ ok: false, code: 'folder_not_empty' });
    for (const [path, content] of target.files()) {
      if (path === manifestName) continue;
      const changed = Uint8Array.from(content);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      const damaged = MemoryDisk.holding(new Map([...target.files(), [path, changed]]));
      await expect(restoreFiles(damaged, new MemoryDisk(), [], rig.clock), path).rejects.toMatchObject({ code: 'backup_damaged' });
    }
    await expect(restoreFiles(target, rig.disk, [], rig.clock)).rejects.toMatchObject({ code: 'folder_not_empty' });
  });

  it('of a format that this version does not know is told from one that was interrupted', async () => {
    const rig = await shop();
    const target = new MemoryDisk();
    await backup(rig, target);
    const told = (manifest: string): Promise<unknown> => {
      const changed = MemoryDisk.holding(new Map([...target.files(), [manifestName, Buffer.from(manifest)]]));
      return restoreFiles(changed, new MemoryDisk(), [], rig.clock).then(
        () => 'restored',
        (error: unknown) => (error instanceof CodedError ? error.code : error),
      );
    };
    const text = Buffer.from(target.files().get(manifestName) ?? []).toString('utf8');
    expect(await told(text)).toBe('restored');
    expect(await told(text.replace('ethogram-backup/1', 'ethogram-backup/2'))).toBe('backup_version');
    expect(await told('{"format":"ethogram-backup/12","parts":[]}')).toBe('backup_version');
    const odd = ['', text.slice(0, -40), '{"format":"tar/2"}', 'null', '{"format":"ethogram-backup/1"}'];
    // Whole JSON, and yet not what was written: a flipped bit in a name or a figure.
    for (const name of ['at', 'head', 'redactions', 'erased', 'bytes', 'sha256', 'path']) odd.push(text.replace(`"${name}"`, `"${name}_"`));
    odd.push(text.replace('"log/', '"../'), text.replace('"log/', '"/og/'), text.replace(/"head": \d+/u, '"head": -1'));
    for (const other of odd) expect([other, await told(other)]).toEqual([other, 'backup_incomplete']);
  });

  it('is one at a time, and stops when the engine closes', async () => {
    const rig = await shop();
    const [first, second] = [rig.engine.backups.run(new MemoryDisk()), rig.engine.backups.run(new MemoryDisk())];
    expect(await second).toMatchObject({ ok: false, code: 'backup_running' });
    expect(await first).toMatchObject({ ok: true });
    const target = new MemoryDisk();
    const third = rig.engine.backups.run(target);
    await rig.engine.close();
    expect(await third).toMatchObject({ ok: false, code: 'backup_stopped' });
    expect(() => manifestOn(target)).toThrow('backup_incomplete');
  });
});
