// The recorder and the image builder together, on a log that keeps its word and on one that does not: 100 images each.
// What is held: the good log loses no acknowledged line in any image; the log that acknowledges early loses some, and so does the good one
// when its syncs are ignored. So "0 lost" is a finding and not blindness.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openImages } from './image.js';
import type { ImageOptions } from './image.js';
import { seededRandom } from './random.js';
import { recordingEnvironment } from './recording.js';
import type { SelftestTools } from './selftest.js';
import { recoveredLines } from './toy-log.js';
import { acknowledgedBefore, readTrace } from './trace.js';
import type { Trace } from './trace.js';

const IMAGES = 100;
const LINES = 400;

export const name = 'toy log';

export function run({ folder, recorder }: SelftestTools): string {
  const good = record('good', join(folder, 'good'), recorder);
  const early = record('early', join(folder, 'early'), recorder);
  const image = join(folder, 'image');
  const lost = {
    good: imagesWithLoss(good, {}, image),
    goodPosix: imagesWithLoss(good, { createDurableOnFileSync: false }, image),
    early: imagesWithLoss(early, {}, image),
    unsynced: imagesWithLoss(good, { ignoreSyncs: true }, image),
  };
  assert.equal(lost.good, 0, 'A line acknowledged after its sync was lost: the builder drops what it must keep.');
  assert.equal(lost.goodPosix, 0, 'A log whose directory is synced lost a file: the builder forgets directory syncs.');
  assert.ok(lost.early > 0, 'Acknowledging before the sync lost nothing: the builder keeps what it may drop.');
  assert.ok(lost.unsynced > IMAGES / 2, 'Without syncs most images must lose lines.');
  const counts = `good ${lost.good}, by POSIX rules ${lost.goodPosix}, early acknowledgement ${lost.early}, syncs ignored ${lost.unsynced}`;
  return `${IMAGES} images each; with loss: ${counts}`;
}

function record(mode: string, folder: string, recorder: string): Trace {
  const root = join(folder, 'root');
  const marks = join(folder, 'acks');
  const trace = join(folder, 'trace');
  mkdirSync(root, { recursive: true });
  const script = fileURLToPath(new URL('toy-log.js', import.meta.url));
  const env = { ...process.env, ...recordingEnvironment({ recorder, root, trace, marks }) };
  const done = spawnSync(process.execPath, [script, mode, root, marks, String(LINES)], { env, encoding: 'utf8' });
  assert.equal(done.status, 0, `The toy log failed: ${done.stderr}`);
  const parsed = readTrace(trace);
  assert.ok(parsed.ok, 'The trace cannot be read.');
  assert.equal(acknowledgedBefore(parsed.trace, parsed.trace.records.length).length, LINES);
  return parsed.trace;
}

function imagesWithLoss(trace: Trace, options: ImageOptions, target: string): number {
  const opened = openImages(trace, options);
  assert.ok(opened.ok, 'The trace speaks of unknown files.');
  const random = seededRandom(7);
  let count = 0;
  for (let seed = 0; seed < IMAGES; seed++) {
    const cut = random.below(trace.records.length + 1);
    opened.images.build(cut, seed, target);
    const found = recoveredLines(target);
    if (acknowledgedBefore(trace, cut).some((mark) => !found.has(Number(Buffer.from(mark).toString('utf8'))))) count += 1;
    rmSync(target, { recursive: true });
  }
  return count;
}
