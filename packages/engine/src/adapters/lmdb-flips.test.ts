// A flipped bit anywhere in the file of the state: either it changes nothing that is read, or the store is not trusted. LMDB checks nothing
// and may kill the process; the mark must then be there for the next one. So a process of its own opens the flipped stores, one by one.
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

const script = `
import fs from 'node:fs';
import { LmdbState } from 'ethogram/internal/adapters/lmdb-state';
const [scratch, from] = process.argv.slice(1);
const good = fs.readFileSync(scratch + '/good.mdb');
const { rows, flips } = JSON.parse(fs.readFileSync(scratch + '/plan.json', 'utf8'));
for (const [index, [at, bit]] of flips.entries()) {
  if (index < Number(from)) continue;
  const folder = scratch + '/' + index;
  fs.mkdirSync(folder);
  const bytes = Buffer.from(good);
  bytes[at] ^= 1 << bit;
  fs.writeFileSync(folder + '/data.mdb', bytes);
  fs.writeSync(1, 'open ' + index + '\\n');
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
  fs.writeSync(1, told + ' ' + index + '\\n');
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
  for (let more = 0; more < 150; more += 1) flips.push([next(good.length), next(8)]);
  fs.writeFileSync(join(scratch, 'plan.json'), JSON.stringify({ rows, flips }));

  const told = new Map<number, string>();
  for (let from = 0; from < flips.length;) {
    const args = ['--input-type=module', '-e', script, scratch, String(from)];
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' });
    for (const line of stdout.trim().split('\n')) {
      const [what = '', index] = line.split(' ');
      told.set(Number(index), what);
    }
    from = told.size;
    if (from === flips.length && signal === null) break;
    expect([signal, stderr]).toEqual([expect.stringMatching('SIG'), expect.anything()]);
    if (fs.existsSync(join(scratch, String(from - 1), 'distrusted'))) told.set(from - 1, 'killed');
  }
  const count = (what: string): number => [...told.values()].filter((each) => each === what).length;
  expect(flips.filter((_, index) => !['same', 'distrusted', 'killed'].includes(told.get(index) ?? ''))).toEqual([]);
  expect(count('same')).toBeGreaterThan(0);
  expect(count('distrusted')).toBeGreaterThan(0);
}, 120_000);
