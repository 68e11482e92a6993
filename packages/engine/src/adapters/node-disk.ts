// The real disk: node:fs below one root folder. Files are 0600, folders 0700, since everything beneath is personal data.
// Invariants: a write is whole or throws; a sync that failed once fails for ever on that handle, because the kernel marks the pages clean
// after it has reported the loss (Rebello et al., USENIX ATC 2020); a descriptor is never closed under a sync in flight.
// Non-goal: hiding latency. Callers group their writes; this only passes them on.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { assert } from '../base/assert.js';
import { DiskError, type Disk, type DiskErrorCode, type DiskFile } from '../ports/disk.js';
import { checkedPath } from './disk-path.js';
import { isLockName, takeFolderLock } from './folder-lock.js';

const fdatasync = promisify(fs.fdatasync);
const fsync = promisify(fs.fsync);
const writeAsync = promisify(fs.write);

const zeros = new Uint8Array(1024 * 1024);

const codes: Readonly<Record<string, DiskErrorCode>> = {
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EFBIG: 'no_space',
  ENOENT: 'missing',
  EEXIST: 'exists',
};

/**
 * Makes a folder and, one by one, what is missing above it; nothing happens to one that is there. Not by `recursive: true`: that of Node 20
 * goes round for ever where a folder is there in which none can be made and which says "not found", as /proc does.
 */
export function makeFolderPath(full: string): void {
  try {
    fs.mkdirSync(full, { mode: 0o700 });
  } catch (error) {
    if (fs.statSync(full, { throwIfNoEntry: false })?.isDirectory() === true) return;
    const above = dirname(full);
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing || fs.existsSync(above)) throw error;
    makeFolderPath(above);
    makeFolderPath(full);
  }
}

/** Turns what node:fs throws into a DiskError that names the operation and the path below the root, never the machine's own path. */
function diskError(error: unknown, doing: string, path: string): DiskError {
  if (error instanceof DiskError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return new DiskError(codes[code] ?? 'io', `${doing} '${path}': ${code}`);
}

class NodeDiskFile implements DiskFile {
  readonly #fd: number;
  readonly #path: string;
  #inFlight = 0;
  #closed = false;
  #failedSync: DiskError | undefined;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  size(): number {
    return this.#try('stat', () => fs.fstatSync(this.#fd).size);
  }

  read(at: number, length: number): Uint8Array {
    return this.#try('read', () => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, fs.fstatSync(this.#fd).size - at)));
      let done = 0;
      while (done < bytes.length) {
        const got = fs.readSync(this.#fd, bytes, done, bytes.length - done, at + done);
        if (got === 0) break;
        done += got;
      }
      return done === bytes.length ? bytes : bytes.slice(0, done);
    });
  }

  write(at: number, bytes: Uint8Array): void {
    this.#try('write', () => {
      let done = 0;
      while (done < bytes.length) done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, at + done);
    });
  }

  preallocate(bytes: number): Promise<void> {
    return this.#inBackground('preallocate', async () => {
      let done = 0;
      while (done < bytes) done += (await writeAsync(this.#fd, zeros, 0, Math.min(zeros.length, bytes - done), done)).bytesWritten;
      await this.#dataSync();
    });
  }

  truncate(size: number): void {
    this.#try('truncate', () => fs.ftruncateSync(this.#fd, size));
  }

  sync(): Promise<void> {
    return this.#inBackground('sync', () => this.#dataSync());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#inFlight === 0) fs.closeSync(this.#fd);
  }

  async #dataSync(): Promise<void> {
    if (this.#failedSync !== undefined) throw this.#failedSync;
    try {
      await fdatasync(this.#fd);
    } catch (error) {
      this.#failedSync = diskError(error, 'sync', this.#path);
      throw this.#failedSync;
    }
  }

  #try<T>(doing: string, action: () => T): T {
    assert(!this.#closed, 'a closed file is not used');
    try {
      return action();
    } catch (error) {
      throw diskError(error, doing, this.#path);
    }
  }

  async #inBackground(doing: string, action: () => Promise<void>): Promise<void> {
    assert(!this.#closed, 'a closed file is not used');
    this.#inFlight++;
    try {
      await action();
    } catch (error) {
      throw diskError(error, doing, this.#path);
    } finally {
      this.#inFlight--;
      if (this.#closed && this.#inFlight === 0) fs.closeSync(this.#fd);
    }
  }
}

/** A disk below `rootFolder` (a path of the machine, made when missing by `makeFolder('')`). */
export class NodeDisk implements Disk {
  readonly #root: string;
  readonly #openFlags: number;

  /** `readOnly`: files are opened for reading alone, so that they may be forbidden to write; none is made. */
  constructor(rootFolder: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.#root = rootFolder;
    this.#openFlags = readOnly ? fs.constants.O_RDONLY : fs.constants.O_RDWR;
  }

  list(folder: string): string[] {
    try {
      return this.#try('list', folder, (full) =>
        fs
          .readdirSync(full)
          .filter((name) => !isLockName(name))
          .sort(),
      );
    } catch (error) {
      if (error instanceof DiskError && error.code === 'missing') return [];
      throw error;
    }
  }

  makeFolder(folder: string): void {
    this.#try('make folder', folder, makeFolderPath);
  }

  open(path: string, options: { readonly create?: boolean } = {}): DiskFile {
    const isMade = options.create === true && this.#openFlags !== fs.constants.O_RDONLY;
    const flags = this.#openFlags | (isMade ? fs.constants.O_CREAT : 0);
    return new NodeDiskFile(
      this.#try('open', path, (full) => fs.openSync(full, flags, 0o600)),
      path,
    );
  }

  exists(path: string): boolean {
    return fs.existsSync(this.#full(path));
  }

  rename(from: string, to: string): void {
    const target = this.#full(to);
    this.#try('rename', from, (full) => fs.renameSync(full, target));
  }

  remove(path: string): void {
    this.#try('remove', path, (full) => fs.unlinkSync(full));
  }

  async syncFolder(folder: string): Promise<void> {
    let fd: number;
    try {
      fd = fs.openSync(this.#full(folder), fs.constants.O_RDONLY);
    } catch (error) {
      if (isRefusal(error)) return;
      throw diskError(error, 'sync folder', folder);
    }
    try {
      await fsync(fd);
    } catch (error) {
      if (!isRefusal(error)) throw diskError(error, 'sync folder', folder);
    } finally {
      fs.closeSync(fd);
    }
  }

  lock(folder: string): () => void {
    return this.#try('lock', folder, (full) => takeFolderLock(full, folder));
  }

  #full(path: string): string {
    return join(this.#root, checkedPath(path));
  }

  #try<T>(doing: string, path: string, action: (full: string) => T): T {
    const full = this.#full(path);
    try {
      return action(full);
    } catch (error) {
      throw diskError(error, doing, path);
    }
  }
}

/** Windows cannot open or sync a folder; there the file system journals names by itself. Elsewhere the same codes are real failures. */
function isRefusal(error: unknown): boolean {
  if (process.platform !== 'win32') return false;
  return error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'EPERM' || error.code === 'EACCES');
}
