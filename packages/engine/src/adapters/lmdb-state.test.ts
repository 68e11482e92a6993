import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { stateSuite } from '../ports/state.suite.js';
import { commitRows, type State } from '../ports/state.js';
import { LmdbState } from './lmdb-state.js';
import { LmdbWriter } from './lmdb-writer.js';

const scratch = fs.mkdtempSync(join(tmpdir(), 'ethogram-state-'));
const folderOfState = new Map<State, string>();
let made = 0;
const openIn = (folder: string): LmdbState => {
  const state = new LmdbState(folder);
  folderOfState.set(state, folder);
  return state;
};
const fresh = (): string => join(scratch, String(made++));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

stateSuite(
  'lmdb',
  () => openIn(fresh()),
  async (state) => {
    await state.close();
    return openIn(folderOfState.get(state) ?? '');
  },
);

const head = { position: 7, redactions: 1, format: 'f' };

/** A closed store with a thousand rows; returns its folder. */
async function filled(): Promise<string> {
  const folder = fresh();
  const state = openIn(folder);
  for (let round = 0; round < 5; round++) {
    await commitRows(
      state,
      Array.from({ length: 1000 }, (_, n) => ['t', `k${n * (round + 1)}`, 'v'.repeat(100)] as const),
      head,
    );
  }
  await state.close();
  return folder;
}

const refused = expect.objectContaining({ name: 'DiskError', code: 'io', message: expect.stringContaining('before a wipe') });

async function expectDistrust(folder: string): Promise<void> {
  const state = openIn(folder);
  expect(state.head()).toBe(null);
  // Nobody may take a row for one that never was.
  expect(() => state.get('t', 'k1')).toThrow(refused);
  expect(() => [...state.range('t')]).toThrow(refused);
  await expect(commitRows(state, [], head)).rejects.toThrow(refused);
  await expect(state.scrub()).rejects.toThrow(refused);
  await state.wipe();
  await commitRows(state, [['t', 'a', '1']], head);
  await state.close();
  const again = openIn(folder);
  expect([again.head(), again.get('t', 'a')]).toEqual([head, '1']);
  await again.close();
}

describe('the files', () => {
  test('are for their owner alone', async () => {
    const folder = await filled();
    const mode = (path: string): string => (fs.statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).toBe('700');
    expect(fs.readdirSync(folder).map((name) => `${name} ${mode(join(folder, name))}`)).toEqual(['data.mdb 600', 'lock.mdb 600']);
  });

  test('hold the rows when reopened with a damaged lock file', async () => {
    const folder = await filled();
    fs.writeFileSync(join(folder, 'lock.mdb'), Buffer.alloc(8192, 0x5a));
    const state = openIn(folder);
    expect([state.head(), state.get('t', 'k1')?.length]).toEqual([head, 100]);
    await state.close();
  });
});

describe('scrub', () => {
  const secrets = (folder: string): number =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.mdb'))
      .reduce((sum, name) => sum + fs.readFileSync(join(folder, name)).toString('latin1').split('secret').length - 1, 0);

  test('leaves nothing of deleted rows, in any number of rounds, and survives reopening', async () => {
    const folder = fresh();
    let state = openIn(folder);
    for (let round = 1; round <= 3; round++) {
      const rows = Array.from(
        { length: 3000 },
        (_, n) => ['t', `k${n}`, `${n % 5 === 0 ? 'secret' : 'plain'}${'x'.repeat(n % 200)}`] as const,
      );
      await commitRows(state, rows, head);
      const gone = rows.filter((_, n) => n % 5 === 0).map(([table, key]) => [table, key, null] as const);
      await commitRows(state, gone, head);
      expect(secrets(folder)).toBeGreaterThan(0);
      await state.scrub();
      expect(secrets(folder)).toBe(0);
      expect([...state.range('t')].length).toBe(2400);
      await state.close();
      state = openIn(folder);
      expect([state.head(), [...state.range('t')].length, state.get('t', 'k5'), state.get('t', 'k1')]).toEqual([
        head,
        2400,
        undefined,
        'plainx',
      ]);
    }
    await state.close();
  });

  test('leaves nothing of deleted keys, which stand in branch pages too', async () => {
    const folder = fresh();
    const state = openIn(folder);
    const rows = Array.from({ length: 3000 }, (_, n) => ['t', `${n}-${n % 5 === 0 ? 'secret' : 'plain'}`, 'v'.repeat(n % 200)] as const);
    await commitRows(state, rows, head);
    await commitRows(
      state,
      rows.filter((_, n) => n % 5 === 0).map(([table, key]) => [table, key, null] as const),
      head,
    );
    await state.scrub();
    expect(secrets(folder)).toBe(0);
    const kept = new Map(rows.filter((_, n) => n % 5 !== 0).map(([, key, value]) => [key, value]));
    expect(new Map(state.range('t'))).toEqual(kept);
    await state.close();
    expect(secrets(folder)).toBe(0);
  });

  test('half a copy that a crash left is destroyed at the next opening', async () => {
    const folder = await filled();
    fs.mkdirSync(join(folder, 'other'));
    fs.writeFileSync(join(folder, 'other', 'data.mdb'), 'secret');
    const state = openIn(folder);
    expect([state.head(), secrets(folder)]).toEqual([head, 0]);
    await state.close();
  });
});

describe('what looks wrong is distrusted until a wipe', () => {
  test('two processes that died while opening; one is not enough', async () => {
    const folder = await filled();
    fs.writeFileSync(join(folder, 'distrusted'), 'opening');
    const state = openIn(folder);
    expect(state.head()).toEqual(head);
    await state.close();
    fs.writeFileSync(join(folder, 'distrusted'), '');
    await expectDistrust(folder);
  });

  test('a file cut short', async () => {
    const folder = await filled();
    const data = join(folder, 'data.mdb');
    fs.truncateSync(data, fs.statSync(data).size - 4096);
    await expectDistrust(folder);
  });

  test('pages overwritten', async () => {
    const folder = await filled();
    const data = join(folder, 'data.mdb');
    const bytes = fs.readFileSync(data);
    fs.writeFileSync(data, bytes.fill(0xff, 8192));
    await expectDistrust(folder);
  });

  test('damage that comes later is found by the read: it throws, then nothing is served, in the next process either', async () => {
    const folder = await filled();
    const state = openIn(folder);
    expect(state.get('t', 'k1')).toBe('v'.repeat(100));
    const data = join(folder, 'data.mdb');
    const bytes = fs.readFileSync(data);
    // Every value, in place: what is mapped into memory is the file itself.
    for (let at = bytes.indexOf('vvvv'); at >= 0; at = bytes.indexOf('vvvv', at + 100)) bytes[at + 3] = 0x77;
    const file = fs.openSync(data, 'r+');
    fs.writeSync(file, bytes);
    fs.closeSync(file);
    expect(() => state.get('t', 'k1')).toThrow(expect.objectContaining({ name: 'DiskError', code: 'io' }));
    expect(() => state.get('t', 'k2')).toThrow(refused);
    expect(state.head()).toBe(null);
    await state.close();
    await expectDistrust(folder);
  });

  test('a store of the encoding before, without checksums', async () => {
    const folder = fresh();
    const old = open<string, Uint8Array>(folder, { noSubdir: false, keyEncoding: 'binary', encoding: 'string' });
    await old.put(Buffer.from('\0head'), '1 [7,1,"f"]');
    await old.put(Buffer.from('t\0a'), '1');
    await old.close();
    await expectDistrust(folder);
  });
});

describe('the thread', () => {
  test('that does not start has written nothing; the next write starts another', async () => {
    const folder = fresh();
    fs.writeFileSync(folder, 'no folder');
    const writer = new LmdbWriter(folder);
    expect(await writer.write([])).toMatchObject({ isBegun: false });
    fs.rmSync(folder);
    fs.mkdirSync(folder);
    expect(await writer.write([])).toBe(null);
    await writer.close();
  });

  test('that does not start costs a commit and no trust, one that fails costs both', async () => {
    const folder = fresh();
    const state = openIn(folder);
    await commitRows(state, [['t', 'a', '1']], head);
    const write = vi.spyOn(LmdbWriter.prototype, 'write');
    const copy = vi.spyOn(LmdbWriter.prototype, 'copyTo');
    const failure = { code: 24, message: 'too many open files', isBegun: false };
    write.mockResolvedValueOnce(failure);
    await expect(commitRows(state, [['t', 'a', '2']], head)).rejects.toMatchObject({ name: 'DiskError', code: 'busy' });
    copy.mockResolvedValueOnce(failure);
    await expect(state.scrub()).rejects.toMatchObject({ name: 'DiskError', code: 'busy' });
    await commitRows(state, [['t', 'b', '2']], head);
    expect([...state.range('t')]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    write.mockResolvedValueOnce({ ...failure, isBegun: true });
    await expect(commitRows(state, [['t', 'a', '2']], head)).rejects.toMatchObject({ name: 'DiskError', code: 'io' });
    vi.restoreAllMocks();
    await state.close();
    await expectDistrust(folder);
  });
});

test('a key that does not fit is a bug and changes nothing', async () => {
  const state = openIn(fresh());
  await commitRows(state, [['t', 'a', '1']], head);
  await expect(
    commitRows(
      state,
      [
        ['t', 'a', '2'],
        ['t', 'x'.repeat(2000), '3'],
      ],
      { ...head, position: 8 },
    ),
  ).rejects.toThrow('row key');
  await expect(commitRows(state, [['', 'a', '2']], { ...head, position: 8 })).rejects.toThrow('a table has a name');
  expect([state.get('t', 'a'), state.head()]).toEqual(['1', head]);
  await commitRows(state, [['t', 'a', '4']], { ...head, position: 9 });
  expect(state.get('t', 'a')).toBe('4');
  await state.close();
});

test('a store is never taken for cut after many commits of growing and shrinking', async () => {
  const folder = fresh();
  let state = openIn(folder);
  let turn = 1;
  for (let round = 0; round < 60; round++) {
    turn = (turn * 48271) % 2147483647;
    const size = turn % 900;
    const value = 'v'.repeat(turn % 5000);
    const changes = Array.from(
      { length: size },
      (_, n) => ['t', `k${(n * 31 + turn) % 3000}`, (n + round) % 3 === 0 ? null : value] as const,
    );
    await commitRows(state, changes, { ...head, position: round });
    await state.close();
    state = openIn(folder);
    expect(state.head()?.position).toBe(round);
  }
  await state.close();
});

test('a store whose last pages were freed before they were ever written is whole', async () => {
  const folder = fresh();
  const state = openIn(folder);
  const names = Array.from({ length: 40 }, (_, n) => `k${String(n).padStart(5, '0')}`);
  let shorter = 0;
  for (let round = 0; round < 12; round += 1) {
    const grown = names.filter((_, n) => n % 3 === 0).map((_, n) => names[(n * 21 + round) % 40] ?? '');
    for (const [some, value] of [
      [names, 'v'.repeat(300)],
      [grown, 'v'.repeat(1000)],
      [names, null],
    ] as const) {
      await commitRows(
        state,
        some.map((name) => ['t', name, value] as const),
        head,
      );
    }
    const copy = fresh();
    fs.cpSync(folder, copy, { recursive: true });
    const file = fs.readFileSync(join(copy, 'data.mdb'));
    const meta = file.readUInt32LE(152) > file.readUInt32LE(4096 + 152) ? 0 : 4096;
    if ((file.readUInt32LE(meta + 144) + 1) * 4096 > file.length) shorter += 1;
    const again = openIn(copy);
    expect(again.head()).toEqual(head);
    await again.close();
  }
  expect(shorter).toBeGreaterThan(0);
  await state.close();
});

test('a store with a long row that was put twice in one commit, shorter the second time, is whole', async () => {
  const folder = fresh();
  const state = openIn(folder);
  for (const last of [20_000, 9000, 5000]) {
    const rows = [30_000, last].map((length) => ['t', `k${last}`, 'v'.repeat(length)] as const);
    await commitRows(state, rows, head);
  }
  await state.close();
  const again = openIn(folder);
  expect([again.head(), ...[...again.range('t')].map(([, value]) => value.length)]).toEqual([head, 20_000, 5000, 9000]);
  await again.close();
});
