// A flipped bit anywhere in the file of the state: either it changes nothing that is read, or the store is not trusted. LMDB checks
// nothing, and a length that is wrong makes it damage the memory of the process, which then dies, hangs or goes on; so it may not see such
// a file. A process of its own opens the flipped stores, one by one.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commitRows, type RowChange } from '../ports/state.js';
import { LmdbState } from './lmdb-state.js';

const scratch = fs.mkdtempSync(join(tmpdir(), 'ethogram-flips-'));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
const pageBytes = 4096;
// A longer look by hand: ETHOGRAM_FLIPS=20000 takes half a minute.
const more = Number(process.env['ETHOGRAM_FLIPS'] ?? 150);

const script = `
import fs from 'node:fs';
import { LmdbState } from 'ethogram/internal/adapters/lmdb-state';
const [scratch] = process.argv.slice(1);
const good = fs.readFileSync(scratch + '/good.mdb');
const { rows, flips } = JSON.parse(fs.readFileSync(scratch + '/plan.json', 'utf8'));
for (const [index, [at, bit]] of flips.entries()) {
  const folder = scratch + '/' + index;
  fs.mkdirSync(folder);
  const bytes = Buffer.from(good);
  bytes[at] ^= 1 << bit;
  fs.writeFileSync(folder + '/data.mdb', bytes);
  const state = new LmdbState(folder);
  let told = 'distrusted';
  if (state.head() !== null) {
    const found = rows.map(([table, key]) => [table, key, state.get(table, key)]);
    const ranges = ['t', 'u'].flatMap((table) => [...state.range(table)].map(([key, value]) => [table, key, value]));
    const isSame = [found, ranges, state.head().position].every((each, n) => JSON.stringify(each) === JSON.stringify([rows, rows, 8][n]));
    told = isSame ? 'same' : 'other';
  }
  await state.close();
  fs.rmSync(folder, { recursive: true });
  fs.writeSync(1, told + '\\n');
}
`;

test('changes no row unnoticed', async () => {
  const folder = join(scratch, 'store');
  const state = new LmdbState(folder);
  const row = (table: string, n: number): RowChange => [table, `k${String(n).padStart(3, '0')}`, `${n} `.repeat((n % 37) + 1)];
  const all = ['t', 'u'].flatMap((table) => Array.from({ length: 120 }, (_, n) => row(table, n)));
  const [gone, rows] = [all.filter((_, n) => n % 3 === 0), all.filter((_, n) => n % 3 !== 0)];
  rows.push(['u', 'z', 'a long one '.repeat(800)]);
  await commitRows(state, all, { position: 7, redactions: 0, format: 'f' });
  const removals = gone.map(([table, key]): RowChange => [table, key, null]);
  await commitRows(state, [...removals, ...rows], { position: 8, redactions: 0, format: 'f' });
  await state.close();
  const good = fs.readFileSync(join(folder, 'data.mdb'));
  fs.writeFileSync(join(scratch, 'good.mdb'), good);

  // What leads to the rows stands at the head of each page; the rest is drawn from all over.
  let drawn = 1;
  const next = (below: number): number => (drawn = (drawn * 48271) % 2147483647) % below;
  const flips: (readonly [at: number, bit: number])[] = [];
  for (let page = 0; page < good.length; page += pageBytes) for (let at = 0; at < 24; at += 1) flips.push([page + at, next(8)]);
  // Keys of branch pages, of which the free ones are branches no more.
  for (let page = 0; page < good.length; page += pageBytes) {
    if (good.readUInt16LE(page + 18) !== 1) continue;
    for (let at = page + 24 + good.readUInt16LE(page + 22); at < page + pageBytes; at += 1) flips.push([at, next(8)]);
  }
  for (let n = 0; n < more; n += 1) flips.push([next(good.length), next(8)]);
  fs.writeFileSync(join(scratch, 'plan.json'), JSON.stringify({ rows, flips }));

  const args = ['--input-type=module', '-e', script, scratch];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8', timeout: 100_000 });
  expect([signal, stderr]).toEqual([null, '']);
  const told = stdout.trim().split('\n');
  expect(told).toHaveLength(flips.length);
  const count = (what: string): number => told.filter((each) => each === what).length;
  expect(flips.filter((_, index) => !['same', 'distrusted'].includes(told[index] ?? ''))).toEqual([]);
  expect(count('same')).toBeGreaterThan(0);
  expect(count('distrusted')).toBeGreaterThan(0);
}, 120_000);
