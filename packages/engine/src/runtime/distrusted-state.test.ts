// State that is missing, marked, cut or damaged, on a real folder: it costs a fold of the log, once, and nothing else.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LmdbWriter } from '../adapters/lmdb-writer.js';
import { ManualClock } from '../adapters/manual-clock.js';
import { limits } from '../base/limits.js';
import { Dedupe } from '../collect/dedupe.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { Suppressions } from '../consent/suppressions.js';
import type { Engine } from './engine.js';
import { open, type OpenOptions } from './open.js';

let folder: string;
let clock: ManualClock;
let halted: unknown[];
let onHalted: () => void;
let ids = 0;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'ethogram-distrusted-'));
  clock = new ManualClock();
  halted = [];
  onHalted = () => undefined;
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

const options: OpenOptions = { tickMs: 0, logLimits: { segmentBytes: 1 << 20, reserveBytes: 1 << 16, recordBytesMax: 1 << 18 } };
const inState = (name: string): string => join(folder, 'state', name);

function viewed(subject: string): IncomingEvent {
  ids += 1;
  return { id: `m${ids}`, subject, type: 'item.viewed', occurredAt: clock.now(), source: 'test', properties: { product_id: 'tea' } };
}

/** Opens the folder; says how much of the log was folded for it. */
async function opened(more: OpenOptions = {}): Promise<{ readonly engine: Engine; readonly replayed: number }> {
  let replayed = -1;
  const onHalt = (error: unknown): void => {
    halted.push(error);
    onHalted();
  };
  const engine = await open(folder, { ...options, clock, onHalt, ...more, onReplay: (_, total) => (replayed = total) });
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

describe('a commit that fails', () => {
  const failure = { code: 5, message: 'Input/output error', isBegun: true };

  /** An engine that holds nobody in memory but Ann, and whose next commit fails. */
  async function failing(how: { readonly code: number; readonly message: string; readonly isBegun: boolean }): Promise<Engine> {
    await filled();
    const before = await opened();
    await before.engine.restrict('kim', true, 'test');
    await before.engine.close();
    const { engine } = await opened();
    await engine.accept([viewed('ann')]);
    vi.spyOn(LmdbWriter.prototype, 'write').mockResolvedValueOnce(how);
    return engine;
  }

  it('stops the engine: nobody is taken for unknown, no event of a restricted person is taken', async () => {
    const engine = await failing(failure);
    await expect(engine.completeErasures()).rejects.toMatchObject({ name: 'DiskError', code: 'io' });
    expect(halted).toEqual([expect.objectContaining({ code: 'io' })]);
    expect(engine.health().status).toBe('stopped');
    expect(() => engine.profile('ben')).toThrow(expect.objectContaining({ code: 'io' }));
    await expect(engine.accept([viewed('kim')])).rejects.toMatchObject({ code: 'log_failed' });
    await expect(engine.erase(['ben'])).rejects.toMatchObject({ code: 'log_failed' });
    await expect(engine.completeErasures()).rejects.toMatchObject({ code: 'io' });
    await engine.close();
    const again = await opened();
    expect(again.engine.profile('ben')).toMatchObject({ ok: true, value: { events: 2 } });
    expect(await again.engine.accept([viewed('kim')])).toMatchObject({ value: { rejections: [{ code: 'subject_restricted' }] } });
    await again.engine.close();
  });

  it('in its own time stops the engine, too', async () => {
    const engine = await failing(failure);
    const told = new Promise<void>((resolve) => (onHalted = resolve));
    clock.advance(limits.checkpointMs);
    await told;
    await expect(engine.accept([viewed('kim')])).rejects.toMatchObject({ code: 'log_failed' });
    await engine.close();
  });

  it('because its thread did not start is tried again', async () => {
    const engine = await failing({ ...failure, isBegun: false });
    await expect(engine.completeErasures()).rejects.toMatchObject({ code: 'busy' });
    expect(halted).toEqual([]);
    expect(engine.profile('ben')).toMatchObject({ ok: true });
    await engine.completeErasures();
    await engine.close();
    const again = await opened();
    expect(again.replayed).toBe(0);
    await again.engine.close();
  });
});

it('a row that turns out to be damaged while the engine is opened costs a fold of the log', async () => {
  await filled();
  const openList = Suppressions.open.bind(Suppressions);
  // The store is open by then, and nothing of it is read yet. What is mapped into memory is the file itself.
  vi.spyOn(Suppressions, 'open').mockImplementationOnce((...given) => {
    const bytes = fs.readFileSync(inState('data.mdb'));
    const file = fs.openSync(inState('data.mdb'), 'r+');
    const name = `${Dedupe.tableName}\0`;
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) fs.writeSync(file, '?', at + name.length);
    fs.closeSync(file);
    return openList(...given);
  });
  const { engine, replayed } = await opened();
  expect(replayed).toBeGreaterThan(6);
  expect(engine.profile('ben')).toMatchObject({ ok: true, value: { events: 2 } });
  await engine.close();
});
