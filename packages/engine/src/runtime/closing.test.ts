// What is opened is closed again, also when opening or closing fails half-way: no lock stays, no file stays open.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HashFiles } from '../adapters/hash-files.js';
import { KeptFiles } from '../adapters/kept-files.js';
import { KeyTable } from '../adapters/key-table.js';
import { LmdbState } from '../adapters/lmdb-state.js';
import { ManualClock } from '../adapters/manual-clock.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { Suppressions } from '../consent/suppressions.js';
import type { DiskFile } from '../ports/disk.js';
import { Engine } from './engine.js';
import { open, type OpenOptions } from './open.js';
import { Rig } from './rig.suite.js';

let folder: string;

beforeEach(() => void (folder = fs.mkdtempSync(join(tmpdir(), 'ethogram-closing-'))));
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

const options: OpenOptions = { tickMs: 0, logLimits: { segmentBytes: 1 << 20, reserveBytes: 1 << 16, recordBytesMax: 1 << 18 } };
const locks = (): string[] =>
  fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(`.lock-${process.pid}`));

async function filled(): Promise<void> {
  const engine = await open(folder, options);
  await engine.upsertItems([{ id: 'tea' }]);
  await engine.erase(['ann']);
  await engine.erase(['ben']);
  await engine.close();
}

/** Flips a byte of a file; returns what mends it. */
function flip(name: string, at: number): () => void {
  const path = join(folder, name);
  const good = fs.readFileSync(path);
  const bad = Buffer.from(good);
  bad[at] = (bad[at] ?? 0) ^ 1;
  fs.writeFileSync(path, bad);
  return () => fs.writeFileSync(path, good);
}

/** Makes the next call of something that opening calls fail. */
const failure = new Error('planted');
const fails = <T extends object>(on: T, method: keyof T & string): (() => void) => {
  const spy = vi.spyOn(on, method as never);
  spy.mockImplementation((() => {
    throw failure;
  }) as never);
  return () => spy.mockRestore();
};

describe('an opening that fails leaves nothing open', () => {
  it.each<[string, () => () => void]>([
    ['key store damaged', () => flip('keys/keys.dat', 0)],
    ['key store not read', () => fails(KeyTable, 'load')],
    ['key store not cleared up', () => fails(NodeDisk.prototype, 'list')],
    ['log damaged', () => flip('log/00000000000000000000.seg', 200)],
    ['list of the erased damaged', () => flip('erasures/suppressed', 10)],
    ['kept store', () => fails(KeptFiles, 'open')],
    ['hashes of the ledger', () => fails(HashFiles, 'open')],
    ['list of the erased', () => fails(Suppressions, 'open')],
    ['state, read', () => fails(LmdbState.prototype, 'range')],
    ['erasures that are owed', () => fails(Suppressions.prototype, 'isOpen')],
  ])('%s', async (_, harm) => {
    await filled();
    const files: DiskFile[] = [];
    const openFile = NodeDisk.prototype.open;
    vi.spyOn(NodeDisk.prototype, 'open').mockImplementation(function (this: NodeDisk, ...given) {
      const file = openFile.apply(this, given);
      files.push(file);
      return file;
    });
    const mend = harm();
    await expect(open(folder, options)).rejects.toBeInstanceOf(Error);
    expect(locks()).toEqual([]);
    for (const file of files) expect(() => file.size()).toThrow('closed');
    mend();
    const engine = await open(folder, options);
    expect(engine.core.catalogue.get('tea')?.item.id).toBe('tea');
    await engine.close();
    expect(locks()).toEqual([]);
    for (const file of files) expect(() => file.size()).toThrow('closed');
  });

  it('when the fold with new definitions fails, and then writes no state of the old ones', async () => {
    await filled();
    const definitions = { traits: [], segments: [], cutPoints: [] };
    const clock = new ManualClock(Date.now());
    let starts = 0;
    const onReplay = (): void => {
      starts += 1;
      if (starts === 2) throw failure;
    };
    const commit = vi.spyOn(LmdbState.prototype, 'batch');
    await expect(open(folder, { ...options, clock, definitions: { ...definitions, models: [] }, onReplay })).rejects.toBe(failure);
    expect(commit).not.toHaveBeenCalled();
    expect(locks()).toEqual([]);
  });
});

describe('a closing that fails', () => {
  it('closes everything all the same, and says the same to everybody who asks', async () => {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'personalise');
    // Its record waits for a sync, which is the closing's own.
    expect(rig.engine.rank({ point: 'home', subject: 'ann' }).ok).toBe(true);
    rig.disk.failNextSync();
    const [first, second] = [rig.engine.close(), rig.engine.close()];
    for (const each of [first, second, rig.engine.close()]) await expect(each).rejects.toMatchObject({ code: 'log_failed' });
    await rig.start();
    expect(rig.engine).toBeInstanceOf(Engine);
    await rig.engine.close();
  });

  it.each<[string, () => void]>([
    ['the state', () => void vi.spyOn(LmdbState.prototype, 'close').mockRejectedValueOnce(failure)],
    [
      'the list of the erased',
      () =>
        void vi.spyOn(Suppressions.prototype, 'close').mockImplementationOnce(() => {
          throw failure;
        }),
    ],
  ])('of %s keeps no lock', async (_, harm) => {
    const engine = await open(folder, options);
    harm();
    await expect(engine.close()).rejects.toBe(failure);
    expect(locks()).toEqual([]);
  });
});
