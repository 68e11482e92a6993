import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { diskSuite } from '../ports/disk.suite.js';
import type { DiskFile } from '../ports/disk.js';
import { FaultyDisk, type FaultyDiskOptions } from './faulty-disk.js';
import { Scheduler } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';
import { sectorBytes } from './unsynced-file.js';

{
  const scheduler = new Scheduler({ seed: 1 });
  diskSuite(
    'faulty',
    () => new FaultyDisk(scheduler),
    (work) => scheduler.settle(work),
  );
}

// A toy log of fixed records, enough to see acknowledged ones go missing: [crc32, number, eight bytes of filling] at number * recordBytes.
const recordBytes = 700;

function record(number: number): Uint8Array {
  const bytes = new Uint8Array(recordBytes).fill(number * 31 + 1);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, number);
  view.setUint32(0, crc32(bytes.subarray(4)));
  return bytes;
}

function recover(file: DiskFile): number {
  for (let number = 0; ; number++) {
    const bytes = file.read(number * recordBytes, recordBytes);
    if (bytes.length < recordBytes || Buffer.compare(bytes, record(number)) !== 0) return number;
  }
}

interface Toy {
  readonly seed: number;
  readonly ackBeforeSync?: boolean;
  readonly forgetFolder?: boolean;
  readonly disk?: FaultyDiskOptions;
  /** How each round ends. */
  readonly end?: 'crash' | 'kill';
}

/** Four rounds of appending until a crash at a random moment; returns how many acknowledged records were lost, and the trace. */
async function runToy(toy: Toy): Promise<{ acked: number; lost: number; hash: string }> {
  const { seed, ackBeforeSync = false, forgetFolder = false, disk: options, end = 'crash' } = toy;
  const scheduler = new Scheduler({ seed });
  const disk = new FaultyDisk(scheduler, { stallChance: 0.01, ...options });
  let acked = 0;
  let lost = 0;
  for (let round = 0; round < 4; round++) {
    const clock = scheduler.process();
    const life = async (): Promise<void> => {
      const file = disk.open('log', { create: true });
      let next = recover(file);
      lost += Math.max(0, acked - next);
      acked = Math.min(acked, next);
      file.truncate(next * recordBytes);
      if (!forgetFolder) await disk.syncFolder('');
      const write = async (): Promise<void> => {
        for (;;) {
          const number = next++;
          file.write(number * recordBytes, record(number));
          if (!ackBeforeSync) await file.sync();
          acked = Math.max(acked, number + 1);
          await clock.yield();
        }
      };
      await Promise.race([write(), write(), write()]);
    };
    void life().catch(() => {}); // a failed sync stops the toy; the crash follows
    await scheduler.run(scheduler.elapsedMs() + scheduler.random.int(40_000) / 1000);
    clock.kill();
    if (end === 'crash') disk.crash();
    else disk.kill();
  }
  const left = disk.exists('log') ? recover(disk.open('log')) : 0;
  lost += Math.max(0, acked - left);
  return { acked, lost, hash: scheduler.traceHash };
}

async function lossOver(seeds: number, toy: Omit<Toy, 'seed'>): Promise<{ acked: number; runsWithLoss: number }> {
  let acked = 0;
  let runsWithLoss = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runToy({ ...toy, seed });
    acked += run.acked;
    if (run.lost > 0) runsWithLoss++;
  }
  return { acked, runsWithLoss };
}

test('a log that syncs before it acknowledges never loses an acknowledged record, over 500 seeds', async () => {
  const { acked, runsWithLoss } = await lossOver(500, {});
  expect(runsWithLoss).toBe(0);
  expect(acked).toBeGreaterThan(5000);
});

test('nor with any subset of folder operations, nor with failing syncs, nor when only killed', async () => {
  expect((await lossOver(60, { disk: { folderFate: 'subset', tearChance: 0.9 } })).runsWithLoss).toBe(0);
  expect((await lossOver(60, { disk: { failSyncChance: 0.05 } })).runsWithLoss).toBe(0);
  expect((await lossOver(10, { end: 'kill', ackBeforeSync: true })).runsWithLoss).toBe(0);
});

test('acknowledging before the sync, forgetting the folder and a lying disk are all seen', async () => {
  expect((await lossOver(15, { ackBeforeSync: true })).runsWithLoss).toBeGreaterThan(7);
  expect((await lossOver(40, { forgetFolder: true })).runsWithLoss).toBeGreaterThan(5);
  expect((await lossOver(40, { disk: { lieAboutSyncs: true } })).runsWithLoss).toBeGreaterThan(30);
});

test('same seed, same trace; another seed, another', async () => {
  const first = await runToy({ seed: 9 });
  expect(await runToy({ seed: 9 })).toEqual(first);
  expect((await runToy({ seed: 10 })).hash).not.toBe(first.hash);
});

/** The file after a crash, over many seeds, as text; what was synced is 4 sectors of 's', then `act` happens unsynced. */
async function outcomes(act: (file: DiskFile) => void, options: FaultyDiskOptions = {}): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= 300; seed++) {
    const scheduler = new Scheduler({ seed });
    const disk = new FaultyDisk(scheduler, options);
    const file = disk.open('f', { create: true });
    file.write(0, new Uint8Array(4 * sectorBytes).fill(115));
    await scheduler.settle(Promise.all([file.sync(), disk.syncFolder('')]));
    act(file);
    disk.crash(new SeededRandom(seed));
    const after = disk.open('f');
    const bytes = after.read(0, after.size());
    const text = Array.from({ length: Math.ceil(bytes.length / sectorBytes) }, (_, n) => {
      const sector = bytes.subarray(n * sectorBytes, (n + 1) * sectorBytes);
      expect(new Set(sector).size).toBe(1);
      return sector[0] === 0 ? '0' : String.fromCharCode(sector[0] ?? 0);
    }).join('');
    seen.set(text, (seen.get(text) ?? 0) + 1);
  }
  return seen;
}

const sectors = (count: number, letter: string): Uint8Array => new Uint8Array(count * sectorBytes).fill(letter.charCodeAt(0));

test('of two unsynced writes a power cut keeps any, in any order, or tears them at sectors', async () => {
  const whole = await outcomes((file) => (file.write(0, sectors(2, 'a')), file.write(2 * sectorBytes, sectors(2, 'b'))), { tearChance: 0 });
  expect([...whole.keys()].sort()).toEqual(['aabb', 'aass', 'ssbb', 'ssss']);
  const torn = await outcomes((file) => file.write(0, sectors(4, 'a')), { tearChance: 0.5 });
  expect(torn.size).toBe(16);
});

test('of overlapping writes the older may win', async () => {
  const seen = await outcomes((file) => (file.write(0, sectors(4, 'a')), file.write(0, sectors(4, 'b'))), { tearChance: 0 });
  expect([...seen.keys()].sort()).toEqual(['aaaa', 'bbbb', 'ssss']);
});

test('an unsynced growth keeps size and content apart; an unsynced cut may come back', async () => {
  const grown = await outcomes((file) => file.write(4 * sectorBytes, sectors(1, 'a')), { tearChance: 0 });
  expect([...grown.keys()].sort()).toEqual(['ssss', 'ssss0', 'ssssa']);
  const cut = await outcomes((file) => file.truncate(sectorBytes));
  expect([...cut.keys()].sort()).toEqual(['s', 'ssss']);
  const cutAndGrown = await outcomes((file) => (file.truncate(sectorBytes), file.truncate(2 * sectorBytes)));
  expect([...cutAndGrown.keys()].sort()).toEqual(['s', 's0', 'ssss']);
});

test('unsynced names: a prefix of the operations of a folder is kept', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 100; seed++) {
    const disk = new FaultyDisk(new Scheduler({ seed }));
    disk.open('a', { create: true });
    disk.open('b', { create: true });
    disk.rename('a', 'c');
    disk.remove('b');
    disk.crash();
    seen.add(disk.list('').join());
  }
  expect([...seen].sort()).toEqual(['', 'a', 'a,b', 'b,c', 'c']);
});

test('a sync covers what was written before it began, and dies with its process', async () => {
  const scheduler = new Scheduler({ seed: 3 });
  const disk = new FaultyDisk(scheduler, { lieAboutSyncs: false });
  const file = disk.open('f', { create: true });
  await scheduler.settle(disk.syncFolder(''));
  file.write(0, sectors(1, 'a'));
  const first = file.sync();
  file.write(sectorBytes, sectors(1, 'b'));
  await scheduler.settle(first);
  let resolved = false;
  void file.sync().then(() => (resolved = true));
  const noneKept = new SeededRandom(1);
  noneKept.pick = (from) => from[0] ?? expect.unreachable();
  disk.crash(noneKept);
  await scheduler.run(scheduler.elapsedMs() + 10_000);
  expect(resolved).toBe(false);
  expect(disk.open('f').size()).toBe(sectorBytes);
  expect(() => file.read(0, 1)).toThrow('gone');
  expect(() => disk.lock('')()).not.toThrow();
});

test('space runs out and comes back; a failed sync fails the handle for ever', async () => {
  const scheduler = new Scheduler({ seed: 4 });
  const disk = new FaultyDisk(scheduler);
  const file = disk.open('f', { create: true });
  file.write(0, sectors(2, 'a'));
  disk.fill(100);
  expect(() => file.write(2 * sectorBytes, sectors(1, 'b'))).toThrow(expect.objectContaining({ code: 'no_space' }));
  expect(file.size()).toBe(2 * sectorBytes + 100);
  disk.spaceBytes = Infinity;
  file.write(2 * sectorBytes, sectors(1, 'b'));
  disk.failSyncChance = 1;
  await expect(scheduler.settle(file.sync())).rejects.toMatchObject({ code: 'io' });
  disk.failSyncChance = 0;
  await expect(scheduler.settle(file.sync())).rejects.toMatchObject({ code: 'io' });
});
