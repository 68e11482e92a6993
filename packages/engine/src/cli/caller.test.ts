// Whom the history names for what a command did: the key in the environment, where the folder knows it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeyStore } from '../access/key-store.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { callerAt } from './caller.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-caller-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a live key of the folder by its id; without one, or with one of elsewhere, or one that has ended: operator', async () => {
  expect(callerAt(folder, 'eth_a_unknown')).toBe('operator');
  const store = new KeyStore(new NodeDisk(folder), new SeededEntropy(4));
  const made = await store.add('admin', 1000);
  const ended = await store.add('admin', 1000, { expiresAt: 2000 });
  if (!made.ok || !ended.ok) throw new Error('not made');
  expect(callerAt(folder, made.value.text)).toBe(made.value.key.id);
  for (const key of ['', 'eth_a_unknown', ended.value.text]) expect(callerAt(folder, key)).toBe('operator');
});
