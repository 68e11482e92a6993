// ethogram keys and ethogram rejects, as they write and read a data folder.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { Rejects } from '../access/rejects.js';
import { Arguments } from './arguments.js';
import { everywhere, type Command } from './command.js';
import { keys } from './keys.js';
import { rejects } from './rejects.js';
import { Terminal } from './terminal.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: Command, ...argv: string[]): Promise<string> {
  const out = new PassThrough();
  const args = new Arguments([...argv, '--data', folder], { ...everywhere, ...command.options });
  const terminal = new Terminal(
    { out, err: new PassThrough(), env: {}, input: new PassThrough() },
    { json: args.flag('json'), quiet: true },
  );
  await command.run(args, terminal);
  return String(out.read() ?? '');
}

const listed = async (): Promise<{ id: string; kind: string; expiresAt: number | null; note: string }[]> =>
  JSON.parse(await run(keys, 'list', '--json')).keys;

test('a key is printed once, and the file holds no more than its hash', async () => {
  expect(await run(keys, 'list')).toContain('No keys');
  const text = (await run(keys, 'add', '--kind', 'secret', '--note', 'the till', '--days', '1')).trim();
  expect(text).toMatch(/^eth_s_[a-z2-7]{32}$/);
  const file = join(folder, 'access/keys.json');
  expect(readFileSync(file, 'utf8')).not.toContain(text.slice(6));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await listed()).toMatchObject([{ kind: 'secret', note: 'the till', expiresAt: expect.any(Number) }]);
  expect(await run(keys, 'list')).not.toContain(text.slice(6));
});

test('rotate and revoke by id', async () => {
  const [first] = await listed();
  const fresh = JSON.parse(await run(keys, 'rotate', first?.id ?? '', '--overlap-hours', '0', '--json'));
  expect(fresh).toMatchObject({ kind: 'secret', expiresAt: null, key: expect.stringMatching(/^eth_s_/) });
  await run(keys, 'revoke', fresh.id);
  expect((await listed()).every(({ expiresAt }) => expiresAt !== null && expiresAt <= Date.now())).toBe(true);
  await expect(run(keys, 'revoke', 'key_none')).rejects.toMatchObject({ code: 'key_id_unknown' });
});

test('what is wrong with the command line', async () => {
  for (const argv of [[], ['add'], ['add', '--kind', 'root'], ['rotate'], ['list', 'x'], ['revoke', 'a', 'b'], ['make']])
    await expect(run(keys, ...argv)).rejects.toMatchObject({ name: 'UsageError' });
});

test('rejects of a folder, with what mends them', async () => {
  await expect(run(rejects)).rejects.toMatchObject({ code: 'data_folder_missing' });
  writeFileSync(join(folder, 'tenant.json'), '{}');
  expect(await run(rejects)).toContain('Nothing');
  const counted = new Rejects(new SystemClock(), new NodeDisk(folder));
  counted.note({ code: 'event_type_unknown', field: '/event' });
  counted.close();
  expect(await run(rejects)).toMatch(/1 x event_type_unknown \(at \/event\)[\s\S]*event-types/);
  expect(JSON.parse(await run(rejects, '--code', 'no_grant', '--json'))).toEqual({ rejects: [], rows: [] });
});
