// LMDB can kill the process on a damaged file, beyond any catch. So the mark must stand before the library is called, and go only after the
// first read: shown with a library that looks for it.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { LmdbState } from './lmdb-state.js';

const folder = fs.mkdtempSync(join(tmpdir(), 'ethogram-open-'));
const seen: string[] = [];

vi.mock('lmdb', () => ({
  open: (path: string) => {
    const look = (when: string): void => void seen.push(`${when}: ${fs.existsSync(join(path, 'distrusted')) ? 'marked' : 'bare'}`);
    look('open');
    for (const name of ['data.mdb', 'lock.mdb']) fs.writeFileSync(join(path, name), Buffer.alloc(8192));
    return {
      get: () => look('get'),
      close: async () => {},
    };
  },
}));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('the mark stands while the files are opened and first read, and is gone after', async () => {
  const state = new LmdbState(folder);
  expect(seen).toEqual(['open: marked', 'get: marked']);
  expect(fs.readdirSync(folder)).toEqual(['data.mdb', 'lock.mdb']);
  await state.close();
});
