import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { diskSuite } from '../ports/disk.suite.js';
import { NodeDisk } from './node-disk.js';

const scratch = fs.mkdtempSync(join(tmpdir(), 'ethogram-disk-'));
let made = 0;
const freshFolder = (): string => {
  const folder = join(scratch, String(made++));
  new NodeDisk(folder).makeFolder('');
  return folder;
};
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const linux = process.platform === 'linux';
diskSuite('node', () => new NodeDisk(freshFolder()));

test('files are for their owner alone', () => {
  const folder = freshFolder();
  const disk = new NodeDisk(folder);
  disk.makeFolder('x/y');
  disk.open('x/y/a', { create: true }).close();
  const mode = (path: string): string => (fs.statSync(join(folder, path)).mode & 0o777).toString(8);
  expect([mode(''), mode('x'), mode('x/y'), mode('x/y/a')]).toEqual(['700', '700', '700', '600']);
});

test('a folder that cannot be made is an error, also where the system says that its parent is not there', () => {
  const folder = freshFolder();
  fs.writeFileSync(join(folder, 'file'), '');
  fs.symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  // Node's own recursion never comes back from the last one.
  for (const root of [join(folder, 'file/x'), join(folder, 'dangling/x'), ...(linux ? ['/proc/x/y'] : [])]) {
    expect(() => new NodeDisk(root).makeFolder('')).toThrow(/^make folder/u);
  }
  fs.symlinkSync(folder, join(scratch, 'linked'));
  new NodeDisk(join(scratch, 'linked')).makeFolder('a/b');
  new NodeDisk(folder).makeFolder('a/b');
  expect(fs.readdirSync(join(folder, 'a'))).toEqual(['b']);
});

test('a disk for reading opens no file for writing, and makes none', () => {
  const folder = freshFolder();
  fs.writeFileSync(join(folder, 'a'), 'text');
  const disk = new NodeDisk(folder, { readOnly: true });
  const file = disk.open('a');
  expect(Buffer.from(file.read(0, 9)).toString()).toBe('text');
  expect(() => file.write(0, new Uint8Array(1))).toThrow('EBADF');
  file.close();
  expect(() => disk.open('b', { create: true })).toThrow("open 'b'");
  expect(disk.list('')).toEqual(['a']);
});

test('errors name the operation and the path below the root, never the path of the machine', () => {
  const folder = freshFolder();
  try {
    new NodeDisk(folder).open('x/a');
    expect.unreachable();
  } catch (error) {
    expect(String(error)).toBe("DiskError: open 'x/a': ENOENT");
  }
});

// Only Linux has a device that is always full, and start times in /proc; elsewhere these two do not register.
if (linux)
  test('a full device gives no_space', () => {
    const folder = freshFolder();
    fs.symlinkSync('/dev/full', join(folder, 'full'));
    const file = new NodeDisk(folder).open('full');
    expect(() => file.write(0, new Uint8Array(9))).toThrow(expect.objectContaining({ code: 'no_space' }));
    file.close();
  });

test('a lock of a living process holds, of a killed one is taken over, and a finished one leaves nothing', async () => {
  const folder = freshFolder();
  const disk = new NodeDisk(folder);
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const stat = linux ? fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8') : undefined;
  const boot = stat === undefined ? '' : fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  const identity = stat === undefined ? '0' : `${boot}.${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  const theirs = `.lock-${child.pid}-${identity}-00000000`;
  fs.writeFileSync(join(folder, theirs), '');
  expect(() => disk.lock('')).toThrow(`held by process ${child.pid}; if that is wrong, remove ${theirs}`);
  expect(fs.readdirSync(folder)).toEqual([theirs]);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const release = disk.lock('');
  expect(fs.readdirSync(folder).length).toBe(1);
  release();
  expect(fs.readdirSync(folder)).toEqual([]);
});

if (linux)
  test('a lock whose pid was given to another process is stale', () => {
    const folder = freshFolder();
    fs.writeFileSync(join(folder, `.lock-${process.pid}-00000000.1-00000000`), '');
    fs.writeFileSync(join(folder, '.lock-garbage'), '');
    new NodeDisk(folder).lock('')();
    expect(fs.readdirSync(folder)).toEqual([]);
  });
