// What opening does once the scan has shown the log to be sound: removes what a crash left over, cuts the torn tail, makes durable what
// only the page cache holds, and finishes the key destruction that a crash interrupted. Safe to be interrupted and begun again at any
// point.
import type { Keys } from '../../ports/keys.js';
import { isZero } from './format.js';
import type { OpenFiles } from './open-files.js';
import type { Scan } from './scan.js';
import type { Segment } from './segment.js';

export const compactName = 'compact.tmp';
const zeros = new Uint8Array(1024 * 1024);

/** Resolves when everything that the scan counted is on stable storage. */
export async function repair(files: OpenFiles, keys: Keys, scan: Scan): Promise<void> {
  // From the last backwards: were the tail cut first, a crash could leave a later segment without what it continues.
  for (const name of [...scan.superfluous].reverse()) files.remove(name);
  if (files.disk.exists(files.path(compactName))) files.remove(compactName);
  await files.syncFolder();
  await keys.sync();
  const last = scan.segments.at(-1);
  if (last !== undefined) cutTail(last);
  for (const segment of scan.segments) if (segment === last || segment.below > scan.syncedBefore) await segment.file.sync();
  const stale = scan.segments.map((segment) => segment.head.oldKeyId).filter((id) => id !== 0 && keys.get(id) !== undefined);
  if (stale.length > 0) await keys.destroy(stale);
}

function cutTail(segment: Segment): void {
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
