// A sync that failed once must fail for ever on its handle, even though the kernel reports the next one as done: shown with a kernel that
// fails the first only.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { NodeDisk } from './node-disk.js';

const syncs: string[] = [];

vi.mock('node:fs', async (original) => {
  const real = await original<{ readonly default: typeof fs }>();
  const fdatasync = (fd: number, done: (error: Error | null) => void): void => {
    const fails = syncs.length === 0;
    syncs.push(fails ? 'failed' : 'done');
    if (fails) setImmediate(() => done(Object.assign(new Error('injected'), { code: 'EIO' })));
    else real.default.fdatasync(fd, done);
  };
  return { ...real, default: { ...real.default, fdatasync } };
});

const folder = fs.mkdtempSync(join(tmpdir(), 'ethogram-sync-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('the first failure stays, without asking the kernel again; a new handle starts afresh', async () => {
  const disk = new NodeDisk(folder);
  const file = disk.open('a', { create: true });
  await expect(file.sync()).rejects.toMatchObject({ name: 'DiskError', code: 'io', message: "sync 'a': EIO" });
  await expect(file.sync()).rejects.toMatchObject({ code: 'io' });
  await expect(file.preallocate(10)).rejects.toMatchObject({ code: 'io' });
  expect(syncs).toEqual(['failed']);
  file.close();
  const again = disk.open('a');
  await again.sync();
  again.close();
  expect(syncs).toEqual(['failed', 'done']);
});
