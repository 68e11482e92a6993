// State that is missing, marked, cut or damaged, on a real folder: it costs a fold of the log, once, and nothing else.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Engine } from './engine.js';
import { open, type OpenOptions } from './open.js';

let folder: string;
let ids = 0;

beforeEach(() => void (folder = fs.mkdtempSync(join(tmpdir(), 'ethogram-distrusted-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const options: OpenOptions = { tickMs: 0, logLimits: { segmentBytes: 1 << 20, reserveBytes: 1 << 16, recordBytesMax: 1 << 18 } };
const inState = (name: string): string => join(folder, 'state', name);

function viewed(subject: string): IncomingEvent {
  ids += 1;
  return { id: `m${ids}`, subject, type: 'item.viewed', occurredAt: Date.now(), source: 'test', properties: { product_id: 'tea' } };
}

/** Opens the folder; says how much of the log was folded for it. */
async function opened(more: OpenOptions = {}): Promise<{ readonly engine: Engine; readonly replayed: number }> {
  let replayed = -1;
  const engine = await open(folder, { ...options, ...more, onReplay: (_, total) => (replayed = total) });
  return { engine, replayed };
}

/** A closed folder with some people. */
async function filled(): Promise<void> {
  const { engine } = await opened();
  for (const subject of ['ann', 'ben', 'kim']) {
    await engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' });
    await engine.accept([viewed(subject)]);
  }
  await engine.close();
}

it.each<[string, () => void]>([
  ['a mark', () => fs.writeFileSync(inState('distrusted'), '')],
  ['a mark and no files', () => (fs.rmSync(inState('data.mdb')), fs.writeFileSync(inState('distrusted'), ''))],
  ['a file cut short', () => fs.truncateSync(inState('data.mdb'), Math.floor(fs.statSync(inState('data.mdb')).size / 8192) * 4096)],
])('%s heals at the first start', async (_, harm) => {
  await filled();
  harm();
  const first = await opened();
  expect(first.replayed).toBeGreaterThan(6);
  expect(fs.existsSync(inState('distrusted'))).toBe(false);
  expect((await first.engine.erase(['ann'])).events).toBeGreaterThan(0);
  await first.engine.completeErasures();
  expect(first.engine.core.receipts.owed()).toEqual([]);
  await first.engine.close();
  const second = await opened();
  expect(second.replayed).toBe(0);
  expect(second.engine.profile('ben')).toMatchObject({ ok: true, value: { events: 2 } });
  await second.engine.close();
});
