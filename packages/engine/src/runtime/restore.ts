// Restoring: from a backup to a data folder that may be opened. Every file is checked against the manifest while it is copied, and in place
// of the own list of the erased stands what all that were found say, so that opening the folder carries out every erasure that the
// backup does not know, before anything is served. Invariant: a list that lacks anybody whom the backup knows as erased is refused.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { Suppressions } from '../consent/suppressions.js';
import type { Clock } from '../ports/clock.js';
import type { Disk } from '../ports/disk.js';
import { digestOf, inTarget, isBackedUp, manifestName, withOpen, type BackupFile, type Manifest } from './backup.js';
import { erasuresFolder, keptFolder, keysFolder, logFolder, prepareFolders, signingFolder } from './folders.js';

export const listPath = `${erasuresFolder}/suppressed`;

export interface Restored {
  readonly manifest: Manifest;
  /** Ids in the list that was put in place. */
  readonly erased: number;
  /** Ids in it that the backup did not know, or not as erased so late: their erasure is to be carried out. */
  readonly unknown: number;
}

/** The manifest of the backup on that disk. Throws CodedError backup_incomplete, backup_version. */
export function manifestOn(backup: Disk): Manifest {
  if (!backup.exists(manifestName)) throw new CodedError('backup_incomplete');
  let manifest: unknown;
  try {
    const text = withOpen(backup, manifestName, (file) => Buffer.from(file.read(0, file.size())).toString('utf8'));
    manifest = JSON.parse(text);
  } catch {
    throw new CodedError('backup_incomplete', manifestName);
  }
  const format = typeof manifest === 'object' && manifest !== null && 'format' in manifest ? manifest.format : undefined;
  // A whole manifest of another version says so itself; no other backup would be any better.
  if (typeof format === 'string' && format !== 'ethogram-backup/1' && /^ethogram-backup\/\d+$/u.test(format))
    throw new CodedError('backup_version', format);
  if (!isManifest(manifest)) throw new CodedError('backup_incomplete', manifestName);
  return manifest;
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, at, head, redactions, erased, files } = value as Partial<Record<keyof Manifest, unknown>>; // each is checked here
  const isCounted = [at, head, redactions, erased].every((each) => Number.isSafeInteger(each) && Number(each) >= 0);
  return format === 'ethogram-backup/1' && isCounted && Array.isArray(files) && files.every(isBackupFile);
}

function isBackupFile(value: unknown): value is BackupFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, bytes, sha256 } = value as Partial<Record<keyof BackupFile, unknown>>; // each is checked here
  const isSummed = Number.isSafeInteger(bytes) && Number(bytes) >= 0 && typeof sha256 === 'string';
  return isSummed && typeof path === 'string' && isBackedUp(path);
}

/**
 * Copies the backup into an empty folder; `lists`: other lists of the erased, as files. Throws CodedError: folder_not_empty,
 * backup_incomplete, backup_version, backup_damaged, erasures_older; or what the disks throw.
 */
export async function restoreFiles(backup: Disk, to: Disk, lists: readonly Uint8Array[], clock: Clock): Promise<Restored> {
  const manifest = manifestOn(backup);
  if (to.list('').length > 0) throw new CodedError('folder_not_empty');
  await prepareFolders(to);
  to.makeFolder(signingFolder);
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!backup.exists(inTarget(path))) throw new CodedError('backup_damaged', path);
    await copy(backup, to, path, clock);
    const file = to.open(path);
    try {
      const found = await digestOf(file, clock);
      if (found.bytes !== bytes || found.sha256 !== sha256) throw new CodedError('backup_damaged', path);
      await file.sync();
    } finally {
      file.close();
    }
  }
  const own = to.exists(listPath) ? withOpen(to, listPath, (file) => file.read(0, file.size())) : new Uint8Array();
  const known = Suppressions.erasedIn(own);
  const newest = newestOf(own, lists);
  const erased = Suppressions.erasedIn(newest);
  const file = to.open(listPath, { create: true });
  file.truncate(0);
  file.write(0, newest);
  await file.sync();
  file.close();
  for (const folder of [erasuresFolder, keptFolder, logFolder, keysFolder, signingFolder, '']) await to.syncFolder(folder);
  return { manifest, erased: erased.size, unknown: [...erased].filter(([tag, at]) => (known.get(tag) ?? -1) < at).length };
}

/**
 * Of lists that each hold everything that the backup's own does, the longest, with whoever stands in another alone: as many entries do not
 * make a list newer, since somebody may have come back and been erased again, and a restored folder goes on with a list of its own.
 */
function newestOf(own: Uint8Array, lists: readonly Uint8Array[]): Uint8Array {
  const known = Suppressions.erasedIn(own);
  const all = new Map(known);
  let newest = own;
  let size = known.size;
  for (const list of lists) {
    const erased = Suppressions.erasedIn(list);
    // [C49]
    for (const [tag, at] of known) if ((erased.get(tag) ?? -1) < at) throw new CodedError('erasures_older');
    for (const [tag, at] of erased) all.set(tag, Math.max(all.get(tag) ?? -1, at));
    if (erased.size < size) continue;
    newest = list;
    size = erased.size;
  }
  return Suppressions.joined(newest, all);
}

async function copy(from: Disk, to: Disk, path: string, clock: Clock): Promise<void> {
  const [source, target] = [from.open(inTarget(path)), to.open(path, { create: true })];
  try {
    const size = source.size();
    for (let at = 0; at < size; at += limits.backupSliceBytes) {
      const bytes = source.read(at, Math.min(limits.backupSliceBytes, size - at));
      if (bytes.some((byte) => byte !== 0)) target.write(at, bytes);
      await clock.yield();
    }
    target.truncate(size);
  } finally {
    source.close();
    target.close();
  }
}
