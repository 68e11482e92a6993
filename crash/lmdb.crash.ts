// Pins what the state store relies on: with `safeRestore`, lmdb has synced a commit when it says so, by whichever door, and opens after any
// cut. Every image is reopened and each acknowledged key read back. With syncs ignored the same images must lose some.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openImages } from './image.js';
import type { ImageOptions } from './image.js';
import { seededRandom } from './random.js';
import { recordingEnvironment } from './recording.js';
import type { SelftestTools } from './selftest.js';
import { acknowledgedBefore, readTrace } from './trace.js';
import type { Trace } from './trace.js';

const COMMITS = 240;
const IMAGES = 100;

const script = fileURLToPath(new URL('lmdb-subject.js', import.meta.url));

export const name = 'lmdb with safeRestore';

export function run({ folder, recorder }: SelftestTools): string {
  const root = join(folder, 'root');
  const marks = join(folder, 'acks');
  mkdirSync(root);
  const env = { ...process.env, ...recordingEnvironment({ recorder, root, trace: join(folder, 'trace'), marks }) };
  const done = spawnSync(process.execPath, [script, 'commit', root, marks, String(COMMITS)], { env, encoding: 'utf8' });
  assert.equal(done.status, 0, `lmdb failed under the recorder: ${done.stderr}`);
  const parsed = readTrace(join(folder, 'trace'));
  assert.ok(parsed.ok, 'The trace cannot be read.');
  const { records, untracked } = parsed.trace;
  assert.deepEqual(
    untracked,
    [{ path: 'state/lock.mdb', reason: 'shared writable mapping' }],
    'Only the lock file may be written by mapping.',
  );
  assert.equal(acknowledgedBefore(parsed.trace, records.length).length, COMMITS);
  const synced = lossyImages(parsed.trace, {}, join(folder, 'synced'));
  assert.equal(synced.died, 0, 'lmdb died on a disk that kept its promises.');
  assert.equal(synced.lost, 0, 'A commit that lmdb had acknowledged was lost.');
  const unsynced = lossyImages(parsed.trace, { ignoreSyncs: true }, join(folder, 'unsynced'));
  assert.ok(unsynced.lost > 0, 'Without syncs some image must lose a commit.');
  const syncs = records.filter((record) => record.op === 'syncEnd').length;
  const durableWrites = records.filter((record) => record.op === 'write' && record.durable).length;
  const seen = `${COMMITS} commits, ${syncs} fdatasync, ${durableWrites} O_DSYNC writes`;
  return `${seen}; ${IMAGES} images each; with loss: ${synced.lost}, syncs ignored ${unsynced.lost} (lmdb died on ${unsynced.died})`;
}

function lossyImages(trace: Trace, options: ImageOptions, folder: string): { readonly lost: number; readonly died: number } {
  const opened = openImages(trace, options);
  assert.ok(opened.ok, 'The trace speaks of unknown files.');
  const random = seededRandom(11);
  mkdirSync(folder);
  let images = Array.from({ length: IMAGES }, (_, seed) => {
    const image = join(folder, String(seed));
    const cut = random.below(trace.records.length + 1);
    opened.images.build(cut, seed, image);
    writeFileSync(
      `${image}.acks`,
      acknowledgedBefore(trace, cut)
        .map((mark) => `${Buffer.from(mark).toString('utf8')}\n`)
        .join(''),
    );
    return image;
  });
  let lost = 0;
  let died = 0;
  while (images.length > 0) {
    const done = spawnSync(process.execPath, [script, 'check', ...images], { encoding: 'utf8' });
    const answers = done.stdout.split('\n').slice(0, -1);
    lost += answers.filter((answer) => answer === 'lost').length;
    if (answers.length < images.length) {
      assert.ok(done.signal !== null, `The checking process failed: ${done.stderr}`);
      died += 1;
      lost += 1;
    }
    images = images.slice(answers.length + 1);
  }
  rmSync(folder, { recursive: true });
  return { lost, died };
}
