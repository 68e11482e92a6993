// Nobody reads what a command writes any more, or the disk takes none of it: real processes, whose streams break.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from '../runtime/open.js';
import { freshFolder } from './command-line.suite.js';

const bin = fileURLToPath(new URL('../../bin/ethogram.js', import.meta.url));
const at = freshFolder();
const started: ChildProcess[] = [];
afterAll(() => started.forEach((each) => each.kill('SIGKILL')));

beforeAll(async () => {
  const engine = await open(at('shop'), { tickMs: 0 });
  // More than a pipe holds, so that the dump waits for its reader.
  const ids = Array.from({ length: 600 }, (_, index) => `somebody-${index}`);
  await Promise.all(ids.map((id) => engine.choose(id, { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' })));
  await engine.close();
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [bin, ...args], { cwd: at('.'), stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

/** What the child has printed once `until` stands in it. */
function printed({ stdout }: ReturnType<typeof start>, until: string): Promise<string> {
  return new Promise((resolve) => {
    let seen = '';
    stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8');
      if (seen.includes(until)) resolve(seen);
    });
  });
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on('exit', resolve));

test('a server whose stderr nobody reads any more goes on, and takes withdrawals', async () => {
  const child = start('serve', '--port', '0', '--log', '--data', 'served', '--json');
  const { url }: { readonly url: string } = JSON.parse(await printed(child, '\n'));
  child.stderr.destroy();
  child.stdout.destroy();
  for (let sent = 0; sent < 10; sent += 1) {
    const body = JSON.stringify({ subject: 'ann', choices: { personalise: sent % 2 === 0 ? 'granted' : 'withdrawn' }, origin: 'test' });
    expect([sent, (await fetch(`${url}/v1/consents`, { method: 'POST', body })).status]).toEqual([sent, 200]);
  }
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
});

test('a demo whose reader has seen enough stops, and takes its folder with it', async () => {
  const child = start('demo', '--port', '0');
  await printed(child, 'temporary');
  expect(readdirSync(at('.ethogram')).length).toBe(1);
  child.stdout.destroy();
  expect(await ended(child)).toBe(0);
  expect(readdirSync(at('.ethogram'))).toEqual([]);
});

test('a demo whose window is closed stops in order, however often it is told, and takes its folder with it', async () => {
  const child = start('demo', '--port', '0');
  await printed(child, 'temporary');
  child.kill('SIGHUP');
  child.kill('SIGHUP');
  expect(await ended(child)).toBe(0);
  expect(readdirSync(at('.ethogram'))).toEqual([]);
});

test('a dump whose reader has seen enough is no failure; one that the disk does not take says so', async () => {
  const child = start('dump', '--canonical', '--data', 'shop');
  await printed(child, '\n');
  child.stdout.destroy();
  expect(await ended(child)).toBe(0);
  const full = openSync('/dev/full', 'w');
  for (const args of [
    ['dump', '--canonical'],
    ['verify', '--json'],
  ]) {
    const done = spawnSync(process.execPath, [bin, ...args, '--data', 'shop'], { cwd: at('.'), stdio: ['ignore', full, 'pipe'] });
    expect([done.status, done.stderr.toString('utf8')]).toEqual([1, expect.stringMatching(/^ethogram: disk_full: .*standard output/u)]);
  }
  closeSync(full);
  // Closed in order each time: the folder is free.
  expect(spawnSync(process.execPath, [bin, 'verify', '--data', 'shop'], { cwd: at('.') }).status).toBe(0);
});

test('an export that ends early leaves no file that looks whole, and the history names what left by stdout', async () => {
  const engine = await open(at('export'), { tickMs: 0 });
  await engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'test' });
  const properties = { product_id: 'tea', query: 'x'.repeat(900) };
  for (let sent = 0; sent < 2000; sent += 500) {
    const view = (id: number) => ({
      id: `v${id}`,
      subject: 'ann',
      type: 'item.viewed',
      occurredAt: Date.now(),
      source: 'test',
      properties,
    });
    await engine.accept(Array.from({ length: 500 }, (_, index) => view(sent + index)));
  }
  await engine.close();
  const events = ['export', 'events', '--purpose', 'analytics', '--recipient', 'auditor', '--data', 'export'];
  const child = start(...events);
  await printed(child, '\n');
  child.stdout.destroy();
  expect(await ended(child)).toBe(0);
  const acts = async (): Promise<string[]> => {
    const again = await open(at('export'), { tickMs: 0 });
    const texts = [...again.log.read(0)].flatMap(({ bytes }) => (bytes === null ? [] : [Buffer.from(bytes).toString('utf8')]));
    await again.close();
    return texts.filter((text) => text.includes('events.exported'));
  };
  expect(await acts()).toEqual([expect.stringContaining('auditor')]);
  const to = (file: string, ...args: string[]) => {
    const done = spawnSync(process.execPath, [bin, ...args, '--data', 'export', '--out', file], { cwd: at('.'), encoding: 'utf8' });
    return { status: done.status, err: done.stderr, isThere: existsSync(at(file)) };
  };
  expect(to('nobody.jsonl', 'export', 'person', 'nobody')).toMatchObject({ status: 1, isThere: false });
  expect(await acts()).toHaveLength(1);
});
