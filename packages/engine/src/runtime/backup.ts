// A backup: a copy of log, keys, the list of the erased, what is kept by law, and the tenant's salts, made beside a running engine. State
// is not copied; it is rebuilt. Segments are copied in slices while everything goes on; then, in one turn in which nothing else moves, what
// has changed since, with the redactions and keys that go with it. Last of all, when every file is on stable storage, its manifest: a
// folder without one is no backup.
//   TO/data/...      the files, under the paths they have in a data folder
//   TO/backup.json   the manifest: when, up to which position, and each file with its size and SHA-256
// Invariant: the copy is the folder as it was in that one turn. Non-goal: increments; a wrapping key that lies outside the data folder.
import { Sha256 } from '../adapters/sha256.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { Suppressions } from '../consent/suppressions.js';
import type { Clock } from '../ports/clock.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import type { Log } from '../ports/log.js';
import { erasuresFolder, keptFolder, keysFolder, logFolder, signingFolder } from './folders.js';

export const manifestName = 'backup.json';
export const filesFolder = 'data';
/** What is copied; state and the tree of the ledger follow from the log. */
const folders: readonly string[] = [logFolder, keysFolder, erasuresFolder, keptFolder, signingFolder];
/** Of the root of the data folder, as far as they are there. */
const rootFiles: readonly string[] = ['tenant.json', 'deployment.json'];

export interface BackupFile {
  /** As in a data folder. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface Manifest {
  readonly format: 'ethogram-backup/1';
  /** When the copy was whole, ms since 1970 UTC. */
  readonly at: number;
  /** Positions below it are in the copy. */
  readonly head: number;
  /** Redactions of the log that the copy knows. */
  readonly redactions: number;
  /** Ids that the copy knows as erased. */
  readonly erased: number;
  readonly files: readonly BackupFile[];
}

export interface BackupParts {
  readonly source: Disk;
  readonly target: Disk;
  readonly log: Pick<Log, 'head' | 'redactions'>;
  readonly clock: Clock;
  /** Runs the task in a turn in which all that was appended is durable and nothing else moves. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>;
  readonly isStopped: () => boolean;
}

/** Made, or nothing that could be taken for a backup. Throws CodedError: folder_not_empty, backup_stopped, disk_full; or DiskError. */
export async function backUp(parts: BackupParts): Promise<{ readonly manifest: Manifest; readonly pauseMs: number }> {
  try {
    return await new Copying(parts).run();
  } catch (error) {
    throw error instanceof DiskError && error.code === 'no_space' ? new CodedError('disk_full', 'where the backup goes') : error;
  }
}

class Copying {
  readonly #parts: BackupParts;
  /** What each file was when it was copied. */
  readonly #copied = new Map<string, string>();

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  async run(): Promise<{ readonly manifest: Manifest; readonly pauseMs: number }> {
    const { target, log, clock, exclusive } = this.#parts;
    target.makeFolder('');
    if (target.list('').length > 0) throw new CodedError('folder_not_empty');
    for (const folder of ['', ...folders]) target.makeFolder(inTarget(folder));
    for (let round = 0; round < limits.backupRoundsMax; round += 1) {
      const due = this.#changed();
      for (const path of due) await this.#copySlowly(path);
      // The newest segment always changes; what little is left is copied in the turn.
      if (due.length <= 1) break;
    }
    const turn = await exclusive(() => {
      const fromMs = clock.elapsedMs();
      // What fails here fails the backup: a throw would stop the engine.
      let failure: unknown = null;
      try {
        this.#copyRest();
      } catch (error) {
        failure = error;
      }
      const moment = { at: clock.now(), head: log.head, redactions: log.redactions };
      return Promise.resolve({ failure, moment, pauseMs: clock.elapsedMs() - fromMs });
    });
    if (turn.failure !== null) throw turn.failure;
    const { moment, pauseMs } = turn;
    return { manifest: await this.#seal(moment), pauseMs };
  }

  /** Segments that are not in the copy as they are now, oldest first. */
  #changed(): string[] {
    const { source } = this.#parts;
    // [C48]
    return segmentsOn(source).filter((path) => this.#copied.get(path) !== withOpen(source, path, (file) => stampOf(file)));
  }

  async #copySlowly(path: string): Promise<void> {
    const { source, clock } = this.#parts;
    const isNewest = segmentsOn(source).at(-1) === path;
    let file: DiskFile;
    try {
      file = source.open(path);
    } catch (error) {
      if (error instanceof DiskError && error.code === 'missing') return;
      throw error;
    }
    try {
      const stamp = stampOf(file);
      for (const _ of this.#slices(file, path)) {
        this.#checkStopped();
        await clock.yield();
      }
      if (!isNewest) this.#copied.set(path, stamp);
    } finally {
      file.close();
    }
  }

  /** At once, without giving way. */
  #copyRest(): void {
    const { source, target } = this.#parts;
    const segments = new Set(segmentsOn(source));
    for (const path of segmentsIn(target, inTarget(logFolder)))
      if (!segments.has(`${logFolder}/${path}`)) target.remove(inTarget(`${logFolder}/${path}`));
    const rest = folders.flatMap((folder) => namesIn(source, folder).map((name) => `${folder}/${name}`));
    const due = [...this.#changed(), ...rest.filter((path) => !segments.has(path)), ...rootFiles.filter((path) => source.exists(path))];
    for (const path of due) {
      withOpen(source, path, (file) => {
        for (const _ of this.#slices(file, path)); // to its end
      });
    }
  }

  /** Copies a file slice by slice; stops between two. */
  *#slices(file: DiskFile, path: string): Iterable<void> {
    const { target } = this.#parts;
    const into = target.open(inTarget(path), { create: true });
    try {
      const size = file.size();
      into.truncate(0);
      for (let at = 0; at < size; at += limits.backupSliceBytes) {
        const bytes = file.read(at, Math.min(limits.backupSliceBytes, size - at));
        // Room that was made ahead stays a hole.
        if (bytes.some((byte) => byte !== 0)) into.write(at, bytes);
        yield;
      }
      into.truncate(size);
    } finally {
      into.close();
    }
  }

  async #seal(moment: Pick<Manifest, 'at' | 'head' | 'redactions'>): Promise<Manifest> {
    const { target, clock } = this.#parts;
    const paths = filesOf(target);
    const files: BackupFile[] = [];
    for (const path of paths) {
      const file = target.open(inTarget(path));
      try {
        await file.sync();
        const { bytes, sha256 } = await digestOf(file, clock, () => this.#checkStopped());
        files.push({ path, bytes, sha256 });
      } finally {
        file.close();
      }
    }
    const list = `${erasuresFolder}/suppressed`;
    const erased = Suppressions.erasedIn(
      paths.includes(list) ? withOpen(target, inTarget(list), (file) => file.read(0, file.size())) : new Uint8Array(),
    );
    const manifest: Manifest = { format: 'ethogram-backup/1', ...moment, erased: erased.size, files };
    for (const folder of [...folders, '']) await target.syncFolder(inTarget(folder));
    // [C50]
    const draft = `${manifestName}.new`;
    const file = target.open(draft, { create: true });
    try {
      file.write(0, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
      await file.sync();
    } finally {
      file.close();
    }
    await target.syncFolder('');
    target.rename(draft, manifestName);
    await target.syncFolder('');
    return manifest;
  }

  #checkStopped(): void {
    if (this.#parts.isStopped()) throw new CodedError('backup_stopped');
  }
}

/** Size and SHA-256 of a file, read in slices. */
export async function digestOf(
  file: DiskFile,
  clock: Clock,
  between: () => void = () => undefined,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = new Sha256();
  const bytes = file.size();
  for (let at = 0; at < bytes; at += limits.backupSliceBytes) {
    hash.add(file.read(at, Math.min(limits.backupSliceBytes, bytes - at)));
    between();
    await clock.yield();
  }
  return { bytes, sha256: hash.hex() };
}

/** Could a backup hold a file of that path? */
export function isBackedUp(path: string): boolean {
  const [folder = '', name = '', ...more] = path.split('/');
  if (name === '') return rootFiles.includes(path);
  // Whatever lay in these folders was copied, as long as a Disk can name it.
  return more.length === 0 && folders.includes(folder) && name !== '.' && name !== '..' && !/[\\\0]/u.test(name);
}

export function inTarget(path: string): string {
  return path === '' ? filesFolder : `${filesFolder}/${path}`;
}

export function withOpen<T>(disk: Disk, path: string, work: (file: DiskFile) => T): T {
  const file = disk.open(path);
  try {
    return work(file);
  } finally {
    file.close();
  }
}

function filesOf(target: Disk): string[] {
  const inFolders = folders.flatMap((folder) => target.list(inTarget(folder)).map((name) => `${folder}/${name}`));
  return [...inFolders, ...rootFiles.filter((path) => target.exists(inTarget(path)))];
}

/** What is there for good: no spares, which are made anew, and nothing half written. */
function namesIn(disk: Disk, folder: string): string[] {
  return disk.list(folder).filter((name) => name !== 'next.seg' && name !== 'reserve.seg' && !/\.(?:tmp|new)$/u.test(name));
}

function segmentsIn(disk: Disk, folder: string): string[] {
  return namesIn(disk, folder).filter((name) => name.endsWith('.seg'));
}

function segmentsOn(disk: Disk): string[] {
  return segmentsIn(disk, logFolder).map((name) => `${logFolder}/${name}`);
}

/** Tells a segment from what compaction puts in its place: another key or size stands in its head. */
function stampOf(file: DiskFile): string {
  return `${file.size()} ${Buffer.from(file.read(0, limits.backupStampBytes)).toString('base64')}`;
}
