// Does everything come through on this Node? A program uses every kind of file call; then an image in which every write counts as kept must
// equal its folder byte for byte. A call that passed the recorder by (a ring, a kernel copy, a new libc name) shows as a difference.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openImages } from './image.js';
import { recordingEnvironment } from './recording.js';
import type { SelftestTools } from './selftest.js';
import { makeTrace, readTrace } from './trace.js';
import type { Trace, TraceRecord } from './trace.js';

export const name = 'file calls of this Node';

export function run({ folder, recorder }: SelftestTools): string {
  const root = join(folder, 'root');
  const trace = join(folder, 'trace');
  mkdirSync(root);
  const script = fileURLToPath(new URL('calls-subject.js', import.meta.url));
  const env = { ...process.env, ...recordingEnvironment({ recorder, root, trace, marks: join(folder, 'acks') }) };
  const done = spawnSync(process.execPath, [script, root], { env, encoding: 'utf8' });
  assert.equal(done.status, 0, `The program under the recorder failed: ${done.stderr}`);
  const parsed = readTrace(trace);
  assert.ok(parsed.ok, 'The trace cannot be read.');
  assert.deepEqual(parsed.trace.untracked, []);
  const { records } = parsed.trace;
  const count = (op: TraceRecord['op']): number => records.filter((record) => record.op === op).length;
  assert.equal(count('syncStart'), 4, 'fdatasyncSync, datasync, sync and the sync of the directory.');
  assert.equal(count('syncEnd'), 4);
  assert.equal(records.filter((record) => record.op === 'write' && record.durable).length, 1, 'The O_DSYNC write.');
  const opened = openImages(everythingSynced(records));
  assert.ok(opened.ok, 'The trace speaks of unknown files.');
  const image = join(folder, 'image');
  opened.images.build(opened.images.trace.records.length, 1, image);
  const wanted = listing(root);
  assert.deepEqual(listing(image), wanted);
  assert.ok(Object.keys(wanted).length >= 9, 'The program made fewer files than it should have.');
  return `${records.length} records, ${Object.keys(wanted).length} files and folders equal`;
}

/** The same trace with each file and folder synced at the end, so that the image has no choice left. */
function everythingSynced(records: readonly TraceRecord[]): Trace {
  const more: TraceRecord[] = [...records];
  const folders = new Map<string, boolean>();
  for (const record of records) {
    if (record.op === 'open') folders.set(record.file, record.directory);
    if (record.op === 'mkdir') folders.set(record.file, true);
  }
  for (const [file, directory] of folders) {
    const moment = { process: 0, startedAt: more.length };
    more.push(
      { ...moment, op: 'syncStart', file, directory, dataOnly: false },
      { ...moment, op: 'syncEnd', file, directory, dataOnly: false, ok: true },
    );
  }
  return makeTrace(more);
}

function listing(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const full = join(root, path);
    found[path] = statSync(full).isDirectory() ? 'folder' : readFileSync(full).toString('base64');
  }
  return found;
}
