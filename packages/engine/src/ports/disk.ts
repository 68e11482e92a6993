// The disk as the log sees it. Reads and writes are synchronous (they meet the page cache); only syncs take time and are awaited.
// Contract: a write is durable once a sync of its file that began after the write has resolved; before that a crash may keep, drop
// or tear it, in any order. A created, renamed or removed name is durable once `syncFolder` of its folder has resolved.
// Every method throws DiskError on failure; after a failed sync of a file nothing may be assumed of it (fail-stop).

/** `no_space`, and `busy` (the machine had no thread or descriptor left): nothing was changed, and later it may go. */
export type DiskErrorCode = 'no_space' | 'busy' | 'io' | 'missing' | 'exists' | 'locked';

export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;
  constructor(code: DiskErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface DiskFile {
  /** Size in bytes. */
  size(): number;
  /** Bytes [at, at + length), shorter at the end of the file. */
  read(at: number, length: number): Uint8Array;
  /** Writes all bytes at offset `at`, extending the file if need be. */
  write(at: number, bytes: Uint8Array): void;
  /** Writes zeros over [0, bytes) without blocking for long, then syncs: later writes inside need no allocation. */
  preallocate(bytes: number): Promise<void>;
  truncate(size: number): void;
  /** Resolves when everything written before the call is on stable storage (fdatasync). */
  sync(): Promise<void>;
  close(): void;
}

export interface Disk {
  /** Names in a folder, sorted; empty if the folder is missing. Paths use '/' and are relative to the root of this disk. */
  list(folder: string): string[];
  makeFolder(folder: string): void;
  /** Opens a file for reading and writing; `create: true` makes it (mode 0600) when missing, else a missing one throws. */
  open(path: string, options?: { readonly create?: boolean }): DiskFile;
  exists(path: string): boolean;
  rename(from: string, to: string): void;
  remove(path: string): void;
  syncFolder(folder: string): Promise<void>;
  /** Takes the folder for this process alone until released; throws 'locked' when another holds it. */
  lock(folder: string): () => void;
}
