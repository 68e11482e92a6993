// The disk is full: events are refused, withdrawals and erasures are still taken, nothing acknowledged is lost, and all goes on when
// space returns.
import { expect, test } from 'vitest';
import { limits } from '../../base/limits.js';
import { DiskError } from '../../ports/disk.js';
import { MemoryDisk } from '../memory-disk.js';
import { hookedDisk } from './hooked-disk.js';
import { LogRig } from './log-rig.js';

const text = (batch: number): string => `number ${batch} ${'.'.repeat(200)}`;

/** Appends and syncs until the disk refuses; the number of events taken. */
async function fill(rig: LogRig): Promise<number> {
  for (let batch = rig.log.head; batch < 1000; batch++) {
    if (rig.append([text(batch)]) === 'disk_full') return batch;
    await rig.log.sync();
  }
  return expect.unreachable('the disk is full at some time');
}

test('a full disk refuses events, takes urgent ones on the reserve, and resumes when there is space', async () => {
  const rig = new LogRig();
  await rig.open();
  rig.disk.spaceBytes = rig.disk.usedBytes;
  const taken = await fill(rig);
  expect(taken).toBeGreaterThan(10); // the active segment and the one prepared
  expect(rig.append([text(taken)])).toBe('disk_full');
  let urgent = taken;
  while (rig.append([text(urgent)], true) === urgent) {
    expect(rig.append([text(urgent)])).toBe('disk_full');
    await rig.log.sync();
    urgent++;
  }
  expect(urgent - taken).toBeGreaterThan(3);
  expect(rig.append([text(urgent)], true)).toBe('disk_full');
  await rig.log.redact([0, 1]);
  await expect(rig.log.compact()).rejects.toMatchObject({ code: 'disk_full' });
  expect(rig.log.durable).toBe(urgent);

  rig.disk.spaceBytes = Infinity;
  rig.clock.advance(limits.spareRetryMs);
  expect(rig.append([text(urgent)])).toBe('disk_full'); // and asks for space again
  await new Promise((resolve) => void setImmediate(resolve));
  expect(rig.append([text(urgent)])).toBe(urgent);
  await rig.log.compact();
  await rig.close();
  await rig.open();
  expect(rig.texts()).toEqual(Array.from({ length: urgent + 1 }, (_, position) => (position < 2 ? null : text(position))));
  expect(rig.log.verify().ok).toBe(true);
  expect(rig.failures).toEqual([]);
  await rig.close();
});

test('a log reopened on a full disk still takes withdrawals, also again after using its reserve', async () => {
  const rig = new LogRig();
  await rig.open();
  rig.disk.spaceBytes = rig.disk.usedBytes;
  let head = await fill(rig);
  for (const _ of [1, 2, 3]) {
    rig.kill();
    await rig.open();
    expect(rig.append([text(head)])).toBe('disk_full');
    expect(rig.append([text(head)], true)).toBe(head);
    await rig.log.redact([head - 1]);
    head++;
  }
  await rig.close();
  rig.disk.spaceBytes = Infinity;
  await rig.open();
  expect(rig.append(['normal again'])).toBe(head);
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: 3 });
  await rig.close();
});

test('a new log that finds no space says so and leaves the folder free', async () => {
  const rig = new LogRig();
  await rig.open();
  await rig.close();
  const small = new LogRig();
  small.disk.spaceBytes = 60_000;
  await expect(small.open({ segmentBytes: 100_000, reserveBytes: 2048, recordBytesMax: 2048 })).rejects.toMatchObject({
    code: 'disk_full',
  });
  small.keys.close();
  small.disk.spaceBytes = Infinity;
  await small.open();
  expect(small.append(['a'])).toBe(0);
  await small.close();
});

test('no space at any call: an event is either there after reopening or was refused', async () => {
  for (let failing = 0; failing < 150; failing++) {
    let left = Infinity;
    const hook = (call: string): void => {
      if ((call === 'write' || call === 'preallocate' || call === 'create') && left-- <= 0) throw new DiskError('no_space', call);
    };
    const rig = new LogRig(new MemoryDisk(), (disk) => hookedDisk(disk, hook));
    await rig.open();
    left = failing;
    const acknowledged: string[] = [];
    for (let batch = 0; batch < 60; batch++) {
      const first = rig.append([text(batch)], batch % 7 === 6);
      // Nothing can be said about space inside a preallocated file on such a disk: stopping is sound as well.
      if (first === 'log_failed') break;
      if (typeof first === 'number') {
        expect(first).toBe(acknowledged.length);
        const isDurable = await rig.log.sync().then(
          () => true,
          () => false,
        );
        if (isDurable) acknowledged.push(text(batch));
      }
      if (batch === 40) left = Infinity;
      rig.clock.advance(100);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    if (rig.failures.length === 0) expect(acknowledged.at(-1)).toBe(text(59));
    rig.kill();
    const again = new LogRig(rig.disk);
    await again.open();
    expect(again.texts()).toEqual(acknowledged);
    expect(again.log.verify().problems).toEqual([]);
    await again.close();
  }
});
