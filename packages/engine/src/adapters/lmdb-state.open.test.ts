// LMDB can kill the process on a damaged file, beyond any catch. So the mark must stand before the library is called, and go only after the
// first read: shown with a library that looks for it.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { LmdbState } from './lmdb-state.js';

const scratch = fs.mkdtempSync(join(tmpdir(), 'ethogram-open-'));
let folder = '';
const seen: string[] = [];

vi.mock('lmdb', () => ({
  open: (path: string) => {
    const mark = join(path, 'distrusted');
    const look = (when: string): void => void seen.push(`${when}: ${fs.existsSync(mark) ? `'${fs.readFileSync(mark, 'utf8')}'` : 'bare'}`);
    look('open');
    for (const name of ['data.mdb', 'lock.mdb']) fs.writeFileSync(join(path, name), '');
    return {
      get: () => look('get'),
      close: async () => {},
    };
  },
}));
beforeEach(() => {
  folder = fs.mkdtempSync(join(scratch, 'store-'));
  seen.length = 0;
});
afterAll(() => fs.rmSync(scratch, { recursive: true }));

test('the mark stands while the files are opened and first read, and is gone after', async () => {
  const state = new LmdbState(folder);
  expect(seen).toEqual(["open: 'opening'", "get: 'opening'"]);
  expect(fs.readdirSync(folder)).toEqual(['data.mdb', 'lock.mdb']);
  await state.close();
});

test('after one death while opening it is tried once more, with a mark that says so', async () => {
  fs.writeFileSync(join(folder, 'distrusted'), 'opening');
  const state = new LmdbState(folder);
  expect(seen).toEqual(["open: ''", "get: ''"]);
  expect(fs.readdirSync(folder)).toEqual(['data.mdb', 'lock.mdb']);
  await state.close();
});

test('after two the library is not called', async () => {
  fs.writeFileSync(join(folder, 'distrusted'), '');
  const state = new LmdbState(folder);
  expect([seen, state.head()]).toEqual([[], null]);
  await state.close();
});
