// The command line as its users run it: child processes over a folder of their own. Few, because each opens a real engine.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallestChoice } from '../pack/smallest-choice.suite.js';
import { run as runHere } from './command-line.suite.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const bin = join(root, 'packages/engine/bin/ethogram.js');
let folder: string;
let started: ChildProcess[] = [];

beforeAll(() => {
  // The executable imports ../dist: `npm test` builds it before the tests run.
  if (!existsSync(join(root, 'packages/engine/dist/cli/main.js'))) throw new Error('run `npm run build` first');
  folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-'));
});
afterAll(() => {
  for (const each of started) each.kill('SIGKILL');
  started = [];
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(...args: string[]): Ran {
  const done = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8', timeout: 30_000 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** Starts a command that goes on; resolves with what it has printed once `until` stands in it. */
function start(until: string, ...args: string[]): Promise<{ readonly child: ChildProcess; readonly out: string }> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
  started.push(child);
  return new Promise((resolve, reject) => {
    let out = '';
    const take = (chunk: Buffer): void => {
      out += chunk.toString('utf8');
      if (out.includes(until)) resolve({ child, out });
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', (code) => reject(new Error(`ended with ${code} before it printed '${until}': ${out}`)));
  });
}

const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on('exit', resolve));
const basis = ['--basis', 'legitimate_interests', '--evidence', 'made up'];

test('the executable can be executed', () => {
  expect(statSync(bin).mode & 0o111).toBe(0o111);
});

describe('usage', () => {
  test('help names every command, and each command has its own with examples', () => {
    const general = run('--help');
    expect(general.code).toBe(0);
    for (const name of [
      'demo',
      'serve',
      'import',
      'export',
      'decide',
      'why',
      'profile',
      'erase',
      'dump',
      'verify',
      'keys',
      'rejects',
      'doctor',
    ])
      expect(general.out).toContain(`\n  ${name} `);
    const own = run('import', '--help');
    expect(own.code).toBe(0);
    expect(own.out).toMatch(/Usage: ethogram import FILE[\s\S]*Examples:[\s\S]*Exit codes:\n {2}0 +done/);
  });

  test('what is wrong with the command line: exit code 2 and no stack', async () => {
    for (const args of [['nothing'], ['why'], ['dump'], ['decide', 'home', '--limit', 'x'], ['import', 'a.csv'], ['verify', '--colour']]) {
      const { code, err } = await runHere(...args);
      expect([args, code]).toEqual([args, 2]);
      expect(err).toMatch(/^ethogram: /);
      expect(err).not.toContain('    at ');
    }
  });

  test('a server that cannot listen leaves no folder behind; a folder without a name is not the one that one stands in', async () => {
    const { child, out } = await start('Ctrl-C', 'serve', '--data', 'first', '--port', '0');
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(out)?.[1] ?? '';
    expect(run('serve', '--data', 'second', '--port', port)).toMatchObject({ code: 1, err: expect.stringContaining('listen_failed') });
    expect(run('serve', '--data', 'second', '--open-to-network', '--port', '0').err).toContain('listen_not_local');
    expect(existsSync(join(folder, 'second'))).toBe(false);
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(0);
    for (const args of [
      ['serve', '--port', '0', '--data', ''],
      ['backup', '', 'copy'],
      ['keys', 'list', '--data='],
    ])
      expect([args, (await runHere(...args)).code]).toEqual([args, 2]);
  });

  test('a folder that is not there, a file that is not there, a server that is not there', () => {
    expect(run('profile', 'ann', '--data', 'none')).toMatchObject({ code: 1, err: expect.stringContaining('data_folder_missing') });
    expect(existsSync(join(folder, 'none'))).toBe(false);
    expect(run('import', 'none.csv', ...basis)).toMatchObject({ code: 1, err: expect.stringContaining('file_unreadable') });
    const unreachable = run('profile', 'ann', '--url', 'http://127.0.0.1:1', '--json');
    expect([unreachable.code, JSON.parse(unreachable.out).error.code]).toEqual([1, 'server_unreachable']);
  });
});

describe('a folder', () => {
  test('import, decide, why, profile, dump, verify, erase; a repeated import adds nothing', () => {
    copyFileSync(join(root, 'examples/views.csv'), join(folder, 'views.csv'));
    const first = run('import', 'views.csv', ...basis, '--data', 'shop', '--json');
    expect([first.code, JSON.parse(first.out)]).toEqual([0, expect.objectContaining({ rows: 7, accepted: 7, unreadable: 0, refused: 0 })]);
    const again = run('import', 'views.csv', ...basis, '--data', 'shop', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ rows: 7, accepted: 0 });
    writeFileSync(join(folder, 'views.csv'), 'user_id,product_id,timestamp\nx,y,1\n');
    expect(run('import', 'views.csv', ...basis, '--data', 'shop')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/import_source_changed[\s\S]*--source/u),
    });

    const decided = JSON.parse(run('decide', 'home', '--subject', 'made-up-1', '--exclude', 'tea,pot', '--data', 'shop', '--json').out);
    expect(decided).toMatchObject({ mode: 'personal', items: [{ item: 'mug' }] });
    const why = run('why', decided.decisionId, '--data', 'shop');
    expect(why.out).toContain('bit for bit');
    expect(run('profile', 'made-up-1', '--data', 'shop').out).toMatch(/made-up-1: \d events kept/);
    const hash = run('dump', '--canonical', '--hash', '--data', 'shop').out;
    expect(hash).toMatch(/^[0-9a-f]{64}\n$/);
    expect(run('dump', '--canonical', '--data', 'shop').out).toContain('made-up-3');
    expect(JSON.parse(run('verify', '--data', 'shop', '--json').out)).toMatchObject({ ok: true, gaps: 0 });
    expect(JSON.parse(run('erase', 'made-up-3', '--data', 'shop', '--json').out)).toMatchObject({
      subjects: 1,
      events: 3,
      receipts: [expect.stringMatching(/^e_/u)],
    });
    expect(run('dump', '--canonical', '--data', 'shop').out).not.toContain('made-up-3');
    expect(JSON.parse(run('verify', '--data', 'shop', '--json').out)).toMatchObject({ ok: true, gaps: 3 });
  });

  test('while a server holds it, the message names the server; --url works; Ctrl-C ends it cleanly', async () => {
    const { child, out } = await start('Ctrl-C', 'serve', '--data', 'held', '--port', '0');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '';
    expect(run('profile', 'ann', '--data', 'held')).toMatchObject({ code: 1, err: expect.stringContaining(`--url ${url}`) });
    const example = spawnSync('sh', [join(root, 'examples/over-http.sh'), url], { encoding: 'utf8' });
    expect([example.status, example.stderr]).toEqual([0, '']);
    expect(example.stdout).toContain('"because":"objection_signal"');
    const decided = run('decide', 'home', '--url', url, '--items', 'tea');
    expect(decided.out).toMatch(/contextual[\s\S]*Glass Teapot/);
    expect(run('why', 'd_none', '--url', url)).toMatchObject({ code: 1, err: expect.stringContaining('decision_unknown') });
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(0);
    expect(run('verify', '--data', 'held').code).toBe(0);
  });

  test('is served with packs: those of the package by name, others by file', async () => {
    const point = { name: 'gym_next', kind: 'rank', limit: 2, uniformPpm: 10_000 };
    const offer = { ...smallestChoice, name: 'gym_offer' };
    writeFileSync(join(folder, 'gym.json'), JSON.stringify({ name: 'gym', version: 1, title: 'Gym', decisionPoints: [point, offer] }));
    const { child, out } = await start('Ctrl-C', 'serve', '--data', 'packed-shop', '--port', '0', '--packs', 'travel,gym.json');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '';
    const post = async (path: string, body: object): Promise<{ readonly decisionId: string; readonly planId: string }> =>
      JSON.parse(await (await fetch(`${url}/v1/${path}`, { method: 'POST', body: JSON.stringify(body) })).text());
    const place = (id: string, longitude: number): object => ({ id, category: 'place', attributes: { latitude: 48.1, longitude } });
    await post('items', { items: [place('museum', 11.57), place('tower', 11.58)] });
    const window = { from: '2027-05-03T09:00:00Z', until: '2027-05-03T15:00:00Z' };
    const plan = await post('plan/itinerary', { windows: [window], mustSee: ['tower'] });
    expect(plan).toMatchObject({ mode: 'contextual', stops: expect.arrayContaining([expect.objectContaining({ item: 'tower' })]) });
    const whyPlan = /tower  2027-05-03T[^]*It is a must-see[^]*bit for bit/;
    expect((await runHere('why', plan.planId, '--url', url)).out).toMatch(whyPlan);
    const { decisionId } = await post('decide/gym_offer', {});
    expect((await runHere('why', decisionId, '--url', url)).out).toMatch(/"a" was drawn with a probability of [^]*bit for bit/);
    expect((await runHere('why', 'd_none', '--url', url)).err).toContain('decision_unknown');
    expect(run('decide', 'gym_next', '--url', url).code).toBe(0);
    expect((await runHere('decide', 'gym_offer', '--url', url)).out).toMatch(/"a" was drawn [^]*By page\./);
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(0);
    expect(run('decide', 'gym_next', '--data', 'packed-shop')).toMatchObject({ code: 1, err: expect.stringContaining('point_unknown') });
    expect(run('decide', 'gym_next', '--data', 'packed-shop', '--packs', 'gym.json').code).toBe(0);
    const chosen = run('decide', 'gym_offer', '--segment', 'evening', '--data', 'packed-shop', '--packs', 'gym.json', '--json');
    expect(JSON.parse(chosen.out)).toMatchObject({ mode: 'contextual', choice: { action: 'a', channel: 'page', held: null } });
    expect((await runHere('why', plan.planId, '--data', join(folder, 'packed-shop'))).out).toMatch(whyPlan);
  });

  test('packs that are none open nothing', async () => {
    writeFileSync(join(folder, 'none.json'), '{"name":7}');
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ name: 'w', version: 1, title: 'W', segments: [{ name: 'home' }] }));
    for (const [packs, code] of [
      [join(folder, 'none.json'), 'pack_wrong'],
      [join(folder, 'wrong.json'), 'pack_wrong'],
      [join(folder, 'nowhere.mjs'), 'file_unreadable'],
      ['constructor', 'file_unreadable'],
    ] as const) {
      const ran = await runHere('serve', '--data', join(folder, 'no-pack'), '--port', '0', '--packs', packs);
      expect(ran).toMatchObject({ code: 1, err: expect.stringContaining(code) });
    }
    expect(existsSync(join(folder, 'no-pack'))).toBe(false);
  });

  test('the network only when told so', () => {
    expect(run('serve', '--data', 'net', '--port', '0', '--host', '0.0.0.0')).toMatchObject({
      code: 1,
      err: expect.stringContaining('listen_not_local'),
    });
  });
});

describe('an import', () => {
  const line = (row: number): string => `s${row % 500},p${row % 77},${1_767_225_600 + row * 7}\n`;

  test('interrupted and resumed, it comes to the same state as in one go; packed files are unpacked', async () => {
    const rows = 20_000;
    const text = `uid,sku,when\n${Array.from({ length: rows }, (_, row) => line(row)).join('')}`;
    writeFileSync(join(folder, 'big.csv'), text);
    writeFileSync(join(folder, 'big.csv.gz'), gzipSync(text));
    const args = [...basis, '--map', 'subject=uid,item=sku,time=when', '--source', 'big', '--json'];
    const { child } = await start('importing', 'import', 'big.csv', ...args, '--data', 'one');
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(130);
    const resumed = JSON.parse(run('import', 'big.csv', ...args, '--data', 'one').out);
    expect(resumed).toMatchObject({ rows, interrupted: false });
    expect(resumed.accepted).toBeGreaterThan(0);
    expect(JSON.parse(run('import', 'big.csv', ...args, '--data', 'two').out)).toMatchObject({ rows, accepted: rows });
    const hashOf = (data: string): string => run('dump', '--canonical', '--hash', '--data', data).out;
    expect(hashOf('one')).toBe(hashOf('two'));
    expect(JSON.parse(run('import', 'big.csv.gz', ...args, '--data', 'packed', '--limit', '2500').out)).toMatchObject({
      rows: 2500,
      accepted: 2500,
    });
  }, 60_000);

  test('of a packed file that was cut short goes on with the whole one, and with no other', () => {
    const packed = gzipSync(`uid,sku,when\n${Array.from({ length: 20_000 }, (_, row) => line(row)).join('')}`);
    const args = ['cut.csv.gz', ...basis, '--map', 'subject=uid,item=sku,time=when', '--json'];
    writeFileSync(join(folder, 'cut.csv.gz'), packed.subarray(0, packed.length / 2));
    expect(JSON.parse(run('import', ...args, '--data', 'cut').out).error.code).toBe('file_unreadable');
    writeFileSync(
      join(folder, 'cut.csv.gz'),
      gzipSync(`uid,sku,when\n${Array.from({ length: 20_000 }, (_, row) => line(row + 1)).join('')}`),
    );
    expect(JSON.parse(run('import', ...args, '--data', 'cut').out).error.code).toBe('import_source_changed');
    writeFileSync(join(folder, 'cut.csv.gz'), packed);
    const { accepted, rows } = JSON.parse(run('import', ...args, '--data', 'cut').out);
    expect([rows, accepted > 0 && accepted < rows]).toEqual([20_000, true]);
    run('import', ...args, '--data', 'whole');
    const countIn = (data: string): number => JSON.parse(run('verify', '--data', data, '--json').out).events;
    expect(countIn('whole')).toBeGreaterThan(20_000);
    expect(countIn('cut')).toBe(countIn('whole'));
    expect(JSON.parse(run('import', ...args, '--data', 'cut').out)).toMatchObject({ accepted: 0 });
  }, 60_000);
});

describe('the demo', () => {
  test('shows the whole loop once, badged as synthetic, and leaves nothing behind', () => {
    const { code, out } = run('demo', '--once', '--port', '0');
    expect(code).toBe(0);
    expect(out).toMatch(/listening on http:\/\/127\.0\.0\.1:\d+/);
    for (const part of [
      '[SYNTHETIC]',
      '1. The first event',
      '2. The profile',
      '4. A decision',
      '(personal)',
      'Because you viewed',
      '(contextual)',
      'curl -s',
    ]) {
      expect(out).toContain(part);
    }
    expect(readdirSync(join(folder, '.ethogram'))).toEqual([]);
  });

  test('a folder that has keys is served with them', async () => {
    const key = run('keys', 'add', '--kind', 'admin', '--data', 'keyed', '--quiet').out.trim();
    expect(run('demo', '--once', '--port', '0', '--data', 'keyed')).toMatchObject({ code: 1, err: expect.stringContaining('key_missing') });
    expect(run('demo', '--once', '--port', '0', '--data', 'keyed', '--key', key)).toMatchObject({ code: 0 });
    const { child, out } = await start('Ctrl-C', 'serve', '--data', 'keyed', '--port', '0');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '';
    for (const args of [['decide', 'home'], ['profile', 'nobody'], ['why', 'd_none'], ['erase', 'nobody'], ['rejects']]) {
      expect([args, (await runHere(...args, '--url', url)).err]).toEqual([args, expect.stringMatching(/key_missing[\s\S]*ETHOGRAM_KEY/u)]);
      expect([args, (await runHere(...args, '--url', url, '--key', key)).err]).toEqual([args, expect.not.stringContaining('key_')]);
    }
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(0);
  });

  test('goes on streaming until Ctrl-C', async () => {
    const { child } = await start('Streaming', 'demo', '--port', '0');
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(0);
  });
});

test('the example in process runs', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'examples/in-process.mjs')], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toMatch(/without a grant: no_grant\nwith one: 2 events on disk\n[\s\S]*mug - [\s\S]*erased: \d+ events/);
});

test.each(['README.md', 'packages/engine/README.md'])('the example of %s runs as it stands there', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const code = /```ts\n([^]*?)```/u.exec(text)?.[1] ?? '';
  const place = join(folder, page.replaceAll('/', '-'));
  mkdirSync(place);
  // As whoever installed the package has it: by its name, and in a folder of their own.
  mkdirSync(join(place, 'node_modules'));
  symlinkSync(join(root, 'packages/engine'), join(place, 'node_modules/ethogram'), 'dir');
  writeFileSync(join(place, 'example.mjs'), code);
  const done = spawnSync(process.execPath, ['example.mjs'], { cwd: place, encoding: 'utf8', timeout: 30_000 });
  expect([done.status, done.stderr]).toEqual([0, '']);
  expect(done.stdout).toContain('cup');
});
