// What opening does once the scan has shown the log to be sound: removes what a crash left over, cuts the torn tail, makes durable what
// only the page cache holds, and finishes the key destruction that a crash interrupted. Safe to be interrupted and begun again at any
// point.
import { CodedError } from '../../base/errors.js';
import { DiskError } from '../../ports/disk.js';
import type { Keys } from '../../ports/keys.js';
import { isZero } from './format.js';
import type { OpenFiles } from './open-files.js';
import type { Scan } from './scan.js';
import type { Segment } from './segment.js';

export const compactName = 'compact.tmp';
const zeros = new Uint8Array(1024 * 1024);

/** Resolves when everything that the scan counted is on stable storage. Throws CodedError log_damaged, having changed nothing. */
export async function repair(files: OpenFiles, keys: Keys, scan: Scan): Promise<void> {
  const held = new Set(scan.segments.map(({ head }) => head.keyId));
  const replaced = [...scan.segments.map(({ head }) => head.oldKeyId), ...scan.replaced.values()].filter((id) => id !== 0 && !held.has(id));
  const orphans = keys.runs().filter((id) => !held.has(id) && !replaced.includes(id));
  // A crash leaves one run whose segment never came to be, beside the segment that it was to replace and the active one behind that. Others
  // are of segments that are away, and would never open again.
  if (orphans.length > (scan.segments.at(-1)?.isCold === false ? 1 : 0))
    throw new CodedError('log_damaged', `segments are missing, of which the key store has keys: ${orphans.join(', ')}`);
  // From the last backwards: were the tail cut first, a crash could leave a later segment without what it continues.
  for (const name of [...scan.superfluous].reverse()) files.remove(name);
  if (files.disk.exists(files.path(compactName))) files.remove(compactName);
  await files.syncFolder();
  await keys.sync();
  const last = scan.segments.at(-1);
  if (last !== undefined) cutTail(last);
  for (const segment of scan.segments) if (segment === last || segment.below > scan.syncedBefore) await segment.file.sync();
  const runs = new Set(keys.runs());
  const stale = replaced.filter((id) => keys.get(id) !== undefined || runs.has(id));
  const gone = [...new Set([...stale, ...orphans])];
  if (gone.length > 0) {
    await keys.destroy(gone);
    // A full disk must not keep a log from opening; the next compaction turns over as well.
    await keys.turnOver().catch((error: unknown) => {
      if (!(error instanceof DiskError && error.code === 'no_space')) throw error;
    });
  }
  for (const name of scan.replaced.keys()) files.remove(name);
  if (scan.replaced.size > 0) await files.syncFolder();
}

function cutTail(segment: Segment): void {
  if (segment.isCold) return;
  const { file, end } = segment;
  const size = file.size();
  if (segment.head.capacity === 0) {
    if (size > end) file.truncate(end);
    return;
  }
  for (let at = end; at < size; at += zeros.length) {
    const length = Math.min(zeros.length, size - at);
    if (!isZero(file.read(at, length))) file.write(at, zeros.subarray(0, length));
  }
}
