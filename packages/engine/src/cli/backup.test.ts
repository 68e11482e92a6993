// ethogram backup and restore on real folders: of a running server, and down to the bytes of whoever was erased.
import { spawn } from 'node:child_process';
import fs, { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SystemClock } from '../adapters/system-clock.js';
import { Door } from '../http/door.js';
import type { Engine } from '../runtime/engine.js';
import { open } from '../runtime/open.js';
import { freshFolder, run, runJson } from './command-line.suite.js';

const at = freshFolder();
const bin = fileURLToPath(new URL('../../bin/ethogram.js', import.meta.url));
const secrets = ['erased-person-5512', 'erased-item-7719'];

function filesUnder(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesUnder(join(path, name))) : [path];
}

const holding = (folder: string, text: string): string[] => filesUnder(at(folder)).filter((file) => readFileSync(file).includes(text));

async function visit(engine: Engine, subject: string, item: string, id: string): Promise<void> {
  await engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' });
  const properties = { product_id: item };
  const event = { id, subject, type: 'item.viewed', occurredAt: Date.now() + 1, source: 'test', properties };
  expect(await engine.accept([event])).toMatchObject({ ok: true, value: { accepted: 1 } });
}

test('an earlier backup, restored, serves nothing of whoever was erased since, and holds no byte of them', async () => {
  let engine = await open(at('live'), { tickMs: 0 });
  await visit(engine, 'erased-person-5512', 'erased-item-7719', 'm1');
  await visit(engine, 'kept-person', 'kept-item', 'm2');
  await engine.close();
  expect(await runJson('backup', at('live'), at('monday'))).toMatchObject({ code: 0, json: { erased: 0 } });
  expect((await run('backup', at('live'), at('monday'))).err).toMatch(/folder_not_empty[\s\S]*without `backup\.json`/u);

  engine = await open(at('live'), { tickMs: 0 });
  await engine.erase(['erased-person-5512']);
  await engine.completeErasures();
  await engine.close();
  expect(await runJson('backup', at('live'), at('later/tuesday'))).toMatchObject({ code: 0, json: { erased: 1 } });

  expect((await run('restore', at('monday'), at('back'))).err).toContain('erasures_missing');
  const restored = await runJson('restore', at('monday'), at('back'), '--erasures', at('live'));
  expect(restored).toMatchObject({ code: 0, json: { erased: 1, carriedOut: 1 } });
  engine = await open(at('back'), { tickMs: 0 });
  expect(engine.profile('erased-person-5512')).toMatchObject({ ok: false, code: 'subject_unknown' });
  expect(engine.profile('kept-person').ok).toBe(true);
  expect(engine.rank({ point: 'home', subject: 'erased-person-5512' })).toMatchObject({ ok: true, value: { mode: 'contextual' } });
  const retried = await engine.accept([
    { id: 'm1', subject: 'erased-person-5512', type: 'item.viewed', occurredAt: Date.now() - 60_000, source: 'test', properties: {} },
  ]);
  expect(retried).toMatchObject({ ok: true, value: { accepted: 0 } });
  await engine.close();
  for (const folder of ['back', 'later', 'live']) for (const secret of secrets) expect(holding(folder, secret), folder).toEqual([]);
  expect(holding('back', 'kept-person').length).toBeGreaterThan(0);
  const exported = await run('export', 'events', '--purpose', 'train', '--data', at('back'));
  expect(exported.out).toContain('kept-item');
  expect(exported.out).not.toContain('erased-');
});

test('a newer backup beside it is found by itself, an older list is refused, and an interrupted backup is none', async () => {
  const engine = await open(at('shop'), { tickMs: 0 });
  await visit(engine, 'ann', 'tea', 'm1');
  await engine.close();
  for (const name of ['1', '2', '3']) {
    expect((await run('backup', at('shop'), at(`backups/${name}`))).code).toBe(0);
    if (name === '1') expect((await run('erase', 'ann', '--data', at('shop'))).code).toBe(0);
  }
  const older = await run('restore', at('backups/3'), at('older'), '--erasures', at('backups/1'));
  expect([older.code, older.err]).toEqual([1, expect.stringContaining('erasures_older')]);
  expect(readdirSync(at('.'))).not.toContain('older');
  expect(await runJson('restore', at('backups/1'), at('found'), '--erasures', 'none')).toMatchObject({ json: { carriedOut: 1 } });
  cpSync(at('backups/2'), at('half'), { recursive: true });
  rmSync(at('half/backup.json'));
  expect((await run('restore', at('half'), at('none'), '--erasures', 'none')).err).toContain('backup_incomplete');
  cpSync(at('backups/2'), at('torn'), { recursive: true });
  writeFileSync(at('torn/data/log/redactions'), '');
  expect((await run('restore', at('torn'), at('none'), '--erasures', 'none')).err).toContain('backup_damaged');
});

test('a newer backup is found though the clock was set back before it was made', async () => {
  const engine = await open(at('early'), { tickMs: 0 });
  await visit(engine, 'ann', 'tea', 'm1');
  await engine.close();
  expect((await run('backup', at('early'), at('set-back/1'))).code).toBe(0);
  expect((await run('erase', 'ann', '--data', at('early'))).code).toBe(0);
  const before = vi.spyOn(SystemClock.prototype, 'now').mockReturnValue(Date.now() - 3_600_000);
  expect((await run('backup', at('early'), at('set-back/2'))).code).toBe(0);
  before.mockRestore();
  const restored = await runJson('restore', at('set-back/1'), at('set-back-found'), '--erasures', 'none');
  expect(restored).toMatchObject({ code: 0, json: { carriedOut: 1 } });
});

test('a backup on a medium that takes no writes is restored, and the newer one beside it is found', async () => {
  const engine = await open(at('worm'), { tickMs: 0 });
  await visit(engine, 'ann', 'tea', 'm1');
  await engine.close();
  for (const name of ['1', '2']) {
    expect((await run('backup', at('worm'), at(`worms/${name}`))).code).toBe(0);
    if (name === '1') expect((await run('erase', 'ann', '--data', at('worm'))).code).toBe(0);
  }
  const { openSync } = fs;
  const opening = vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
    const isReading = (Number(flags) & (fs.constants.O_RDWR | fs.constants.O_WRONLY | fs.constants.O_CREAT)) === 0;
    if (String(path).startsWith(at('worms')) && !isReading)
      throw Object.assign(new Error('EROFS'), { code: 'EROFS', path, syscall: 'open' });
    return openSync(path, flags, mode);
  });
  try {
    const done = await runJson('restore', at('worms/1'), at('worm-back'), '--erasures', 'none');
    expect(done).toMatchObject({ code: 0, json: { carriedOut: 1 } });
    expect(opening).toHaveBeenCalledWith(expect.stringContaining('worms'), fs.constants.O_RDONLY, expect.anything());
  } finally {
    opening.mockRestore();
  }
});

test('a damaged backup beside a good one stops nothing: it is passed over, and named', async () => {
  const engine = await open(at('corner'), { tickMs: 0 });
  await visit(engine, 'ann', 'tea', 'm1');
  await engine.close();
  for (const name of ['good', 'newer', 'no-json', 'no-list', 'cut-list']) {
    if (name === 'newer') expect((await run('erase', 'ann', '--data', at('corner'))).code).toBe(0);
    expect((await run('backup', at('corner'), at(`corners/${name}`))).code).toBe(0);
  }
  writeFileSync(at('corners/no-json/backup.json'), '{"format":');
  rmSync(at('corners/no-list/data/erasures/suppressed'));
  writeFileSync(at('corners/cut-list/data/erasures/suppressed'), '');
  const { code, err } = await run('restore', at('corners/good'), at('corner-back'), '--erasures', 'none', '--json');
  expect([code, err.split('\n').filter((line) => line.includes('passed over')).length]).toEqual([0, 3]);
  for (const name of ['no-json', 'no-list', 'cut-list']) expect(err).toContain(at(`corners/${name}`));
  // The whole one among them was heard all the same.
  const restored = await open(at('corner-back'), { tickMs: 0 });
  expect(restored.profile('ann').ok).toBe(false);
  await restored.close();
});

test('a backup is no data folder: no command opens it, and it restores afterwards', async () => {
  const engine = await open(at('once'), { tickMs: 0 });
  await visit(engine, 'ann', 'tea', 'm1');
  await engine.close();
  expect((await run('backup', at('once'), at('once-1'))).code).toBe(0);
  for (const folder of ['once-1', 'once-1/data', 'once-1/data/']) {
    for (const [name = '', ...more] of [
      ['verify'],
      ['profile', 'ann'],
      ['serve', '--port', '0'],
      ['keys', 'add', '--kind', 'write'],
      ['doctor'],
      ['ledger', 'rotate'],
    ]) {
      const { code, err } = await run(name, ...more, '--data', at(folder));
      expect([folder, name, code, err]).toEqual([folder, name, 1, expect.stringMatching(/folder_is_backup[^]*ethogram restore/u)]);
    }
    await expect(open(at(folder), { tickMs: 0 })).rejects.toMatchObject({ code: 'folder_is_backup' });
  }
  expect(await runJson('restore', at('once-1'), at('once-back'), '--erasures', at('once'))).toMatchObject({
    code: 0,
    json: { carriedOut: 0 },
  });
});

test('a running server makes it without stopping: asked by its address, or by the folder that it holds', async () => {
  const engine = await open(at('served'), { tickMs: 0 });
  const door = new Door({ engine, clock: new SystemClock() });
  const { url } = await door.listen({ port: 0 });
  writeFileSync(at('served/address'), `${url}\n`);
  await visit(engine, 'ann', 'tea', 'm0');
  let sent = 0;
  let sending = true;
  const traffic = (async () => {
    for (; sending; sent += 1) await visit(engine, 'ann', `i${sent % 9}`, `t${sent}`);
  })();
  const [byUrl, byFolder] = [await runJson('backup', url, at('by-url')), await runJson('backup', at('served'), at('by-folder'))];
  sending = false;
  await traffic;
  expect([byUrl.code, byFolder.code]).toEqual([0, 0]);
  expect(Number(byFolder.json['head'])).toBeGreaterThan(Number(byUrl.json['head']));
  expect(sent).toBeGreaterThan(1);
  const refused = await fetch(`${url}/v1/backups`, { method: 'POST', body: JSON.stringify({ to: 'relative' }) });
  expect(await refused.json()).toMatchObject({ error: { code: 'body_shape', field: '/to' } });
  await door.close();
  await engine.close();
  const restored = await runJson('restore', at('by-folder'), at('served-back'), '--erasures', at('served'));
  expect(restored.json).toMatchObject({ head: byFolder.json['head'], carriedOut: 0 });
  expect((await run('verify', '--data', at('served-back'))).code).toBe(0);
});

describe('with the wrapping key outside of the folder', () => {
  beforeEach(() => vi.stubEnv('ETHOGRAM_WRAPPING', at('apart')));
  afterEach(() => vi.unstubAllEnvs());

  test('restoring leaves the live folder its key, at rest and while a server holds it', async () => {
    const live = await open(at('locked'), { tickMs: 0, wrapping: at('apart') });
    await visit(live, 'ann', 'tea', 'm1');
    await live.close();
    expect((await run('backup', at('locked'), at('locked-1'))).code).toBe(0);
    expect((await run('restore', at('locked-1'), at('locked-back'), '--erasures', at('locked'))).code).toBe(0);
    const held = await open(at('locked'), { tickMs: 0, wrapping: at('apart') });
    expect((await run('restore', at('locked-1'), at('locked-again'), '--erasures', at('locked'))).code).toBe(0);
    await visit(held, 'bob', 'pot', 'm2');
    await held.close();
    for (const name of ['locked', 'locked-back', 'locked-again']) {
      expect([name, (await run('verify', '--data', at(name))).code]).toEqual([name, 0]);
      expect(readdirSync(at(`${name}/keys`)).filter((file) => file.endsWith('.key'))).toEqual([]);
    }
    // Each is on its own from here on: what one destroys, no other needs.
    for (const name of ['locked', 'locked-back', 'locked-again']) expect((await run('rekey', '--data', at(name))).code).toBe(0);
    for (const name of ['locked', 'locked-back', 'locked-again']) expect((await run('verify', '--data', at(name))).code).toBe(0);
    expect(readdirSync(at('apart')).length).toBe(3);
  });

  test('a backup that brings its own key is restored into a folder whose key lies apart, and leaves none inside', async () => {
    vi.unstubAllEnvs();
    const live = await open(at('inside'), { tickMs: 0 });
    await visit(live, 'ann', 'tea', 'm1');
    await live.close();
    expect((await run('backup', at('inside'), at('inside-1'))).code).toBe(0);
    vi.stubEnv('ETHOGRAM_WRAPPING', at('apart'));
    expect((await run('restore', at('inside-1'), at('inside-back'), '--erasures', at('inside'))).code).toBe(0);
    expect((await run('verify', '--data', at('inside-back'))).code).toBe(0);
    expect(readdirSync(at('inside-back/keys')).filter((file) => file.endsWith('.key'))).toEqual([]);
  });
});

test('a restore that is interrupted leaves no half of a folder: it could be opened, with whoever was erased since', async () => {
  const engine = await open(at('interrupted'), { tickMs: 0 });
  await visit(engine, 'ann', 'tea', 'm1');
  await engine.close();
  expect((await run('backup', at('interrupted'), at('interrupted-backup'))).code).toBe(0);
  const draft = at('interrupted-back.restoring');
  const child = spawn(process.execPath, [bin, 'restore', at('interrupted-backup'), at('interrupted-back'), '--erasures', 'none']);
  const isOver = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const watcher = watch(at('.'), () => {
    if (existsSync(draft)) child.kill('SIGINT');
  });
  const code = await isOver;
  watcher.close();
  expect([code, existsSync(draft), existsSync(at('interrupted-back'))]).toEqual([130, false, false]);
});
