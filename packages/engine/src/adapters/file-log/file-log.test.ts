// The file log keeps the contract of every log, on a disk in memory and on the real one; then rotation, group commit and fail-stop.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Disk } from '../../ports/disk.js';
import { logSuite, type LogUnderTest } from '../../ports/log.suite.js';
import { MemoryDisk } from '../memory-disk.js';
import { MemoryKeys } from '../memory-keys.js';
import { NodeDisk } from '../node-disk.js';
import { SystemClock } from '../system-clock.js';
import { SystemEntropy } from '../system-entropy.js';
import { FileLog } from './file-log.js';
import { hookedDisk, type DiskCall } from './hooked-disk.js';
import { LogRig, smallLimits } from './log-rig.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

async function under(disk: Disk, limits = {}): Promise<LogUnderTest> {
  const keys = new MemoryKeys(new SystemEntropy());
  const open = (): Promise<FileLog> =>
    FileLog.open({ disk, folder: 'log', keys, entropy: new SystemEntropy(), clock: new SystemClock(), limits, onFailure: () => {} });
  const reopen = async (log: { close(): Promise<void> }): Promise<FileLog> => {
    await log.close();
    return open();
  };
  return { log: await open(), reopen };
}

logSuite('file, small segments, memory disk', () =>
  under(new MemoryDisk(), { segmentBytes: 1024, reserveBytes: 512, recordBytesMax: 896 }),
);
logSuite('file, real disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'file-log-'));
  folders.push(folder);
  return under(new NodeDisk(folder));
});

const words = (count: number, batch: number): string[] => Array.from({ length: count }, (_, index) => `event ${batch}.${index}`);

test('many segments, with and without time to prepare them: every entry is found by iteration and by position', async () => {
  const rig = new LogRig();
  await rig.open();
  const expected: string[] = [];
  for (let batch = 0; batch < 200; batch++) {
    const texts = words(1 + (batch % 9), batch);
    expect(rig.append(texts)).toBe(expected.length);
    expected.push(...texts);
    if (batch > 100) await rig.log.sync();
  }
  expect(rig.segments().length).toBeGreaterThan(10);
  expect(rig.texts()).toEqual(expected);
  for (let position = 0; position < expected.length; position += 7) {
    expect(new TextDecoder().decode(rig.log.readOne(position)?.bytes ?? undefined)).toBe(expected[position]);
  }
  await rig.close();
  await rig.open();
  expect(rig.texts()).toEqual(expected);
  expect(rig.log.verify()).toMatchObject({ ok: true, records: 200, events: expected.length });
  expect(rig.failures).toEqual([]);
  await rig.close();
});

test('an open iteration goes on over a compaction', async () => {
  const rig = new LogRig();
  await rig.open();
  for (let batch = 0; batch < 40; batch++) rig.append(words(5, batch));
  const seen: (string | null)[] = [];
  for (const { position, bytes } of rig.log.read(0)) {
    seen.push(bytes === null ? null : new TextDecoder().decode(bytes));
    if (position === 10) {
      await rig.log.redact([11, 12, 13, 100]);
      await rig.log.compact();
    }
  }
  expect(seen).toHaveLength(200);
  expect(seen.flatMap((text, position) => (text === null ? [position] : []))).toEqual([11, 12, 13, 100]);
  await rig.close();
});

test('a kill without closing loses nothing that was written, and opening makes it durable', async () => {
  const rig = new LogRig();
  await rig.open();
  rig.append(['a', 'b']);
  rig.append(['c']);
  rig.kill();
  await rig.open();
  expect([rig.texts(), rig.log.durable]).toEqual([['a', 'b', 'c'], 3]);
  await rig.close();
});

test('a folder is open once', async () => {
  const rig = new LogRig();
  await rig.open();
  const options = { disk: rig.disk, folder: 'log', keys: rig.keys, entropy: new SystemEntropy(), clock: rig.clock, onFailure: () => {} };
  await expect(FileLog.open(options)).rejects.toMatchObject({ code: 'data_folder_locked' });
  await rig.close();
});

/** A rig whose syncs wait until they are let go, with a record of the calls. */
function heldRig() {
  const calls: string[] = [];
  const waiting: (() => void)[] = [];
  const gate = { isHeld: false };
  const hook = (call: DiskCall, path: string): Promise<void> | void => {
    calls.push(`${call} ${path}`);
    if (!gate.isHeld || (call !== 'sync' && call !== 'syncFolder')) return;
    return new Promise((resolve) => void waiting.push(resolve));
  };
  const rig = new LogRig(new MemoryDisk(), (disk) => hookedDisk(disk, hook));
  const letGo = (): void => waiting.splice(0).forEach((resolve) => resolve());
  return { rig, calls, waiting, gate, letGo };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test('sync resolves only after the sync of the disk, and calls made meanwhile share the next one', async () => {
  const { rig, waiting, gate, letGo } = heldRig();
  await rig.open();
  gate.isHeld = true;
  const done: string[] = [];
  const ask = (name: string): void => void rig.log.sync().then(() => done.push(`${name}:${rig.log.durable}`));
  rig.append(['a']);
  ask('one');
  await turns();
  expect([done, rig.log.durable]).toEqual([[], 0]);
  rig.append(['b', 'c']);
  ask('two');
  rig.append(['d']);
  ask('three');
  await turns();
  expect([done, waiting.length]).toEqual([[], 1]);
  letGo();
  await turns();
  expect([done, waiting.length]).toEqual([['one:1'], 1]);
  letGo();
  await turns();
  expect(done).toEqual(['one:1', 'two:4', 'three:4']);
  gate.isHeld = false;
  await rig.close();
});

test('the name of a new segment is synced before the first acknowledgement from it', async () => {
  const { rig, calls } = heldRig();
  await rig.open();
  await rig.log.sync();
  const big = 'x'.repeat(1500);
  for (const _ of [1, 2, 3]) {
    calls.length = 0;
    rig.append([big]);
    if (!calls.some((call) => call.startsWith('rename'))) continue;
    await rig.log.sync();
    expect(calls.indexOf('syncFolder log')).toBeGreaterThan(calls.findIndex((call) => call.startsWith('rename')));
    await rig.close();
    return;
  }
  expect.unreachable('three records of this size need a second segment');
});

test('after a failed sync everything fails, once told, for ever', async () => {
  const rig = new LogRig();
  await rig.open();
  rig.append(['a']);
  await rig.log.sync();
  rig.append(['b']);
  rig.disk.failNextSync();
  const both = [rig.log.sync(), rig.log.sync()];
  for (const asked of both) await expect(asked).rejects.toMatchObject({ code: 'log_failed' });
  expect(rig.log.durable).toBe(1);
  expect(rig.append(['c'])).toBe('log_failed');
  await expect(rig.log.sync()).rejects.toMatchObject({ code: 'log_failed' });
  await expect(rig.log.redact([0])).rejects.toMatchObject({ code: 'log_failed' });
  await expect(rig.log.compact()).rejects.toMatchObject({ code: 'log_failed' });
  expect(() => rig.log.read(0)).toThrow('log_failed');
  expect(() => rig.log.readOne(0)).toThrow('log_failed');
  expect(rig.failures.map(({ code }) => code)).toEqual(['log_failed']);
  await rig.close();
});

test('whatever write or sync fails first: no acknowledgement is lost, and nothing follows it', async () => {
  for (let failing = 0; failing < 120; failing += 1) {
    let left = Infinity;
    const hook = (): void => {
      if (left-- <= 0) throw new Error('input/output error');
    };
    const rig = new LogRig(new MemoryDisk(), (disk) => hookedDisk(disk, hook));
    await rig.open();
    left = failing;
    let acknowledged = 0;
    const erased: number[] = [];
    try {
      for (let batch = 0; batch < 40; batch++) {
        rig.append([`number ${batch} ${'.'.repeat(300)}`]);
        await rig.log.sync();
        acknowledged = rig.log.durable;
        if (batch % 10 !== 9) continue;
        await rig.log.redact([batch - 5]);
        erased.push(batch - 5);
        await rig.log.compact();
      }
    } catch {
      expect(rig.append(['after'])).toBe('log_failed');
    }
    rig.kill();
    const again = new LogRig(rig.disk);
    await again.open();
    const texts = again.texts();
    expect(texts.length).toBeGreaterThanOrEqual(acknowledged);
    texts.forEach((text, position) => {
      if (erased.includes(position)) expect(text).toBeNull();
      else if (text !== null) expect(text).toContain(`number ${position} `);
    });
    expect(again.log.verify().problems).toEqual([]);
    await again.close();
  }
});

test('a record above its limit is a bug of the caller', async () => {
  const rig = new LogRig();
  await rig.open();
  expect(() => rig.append(['x'.repeat(smallLimits.recordBytesMax)])).toThrow('within its limit');
  await rig.close();
});
