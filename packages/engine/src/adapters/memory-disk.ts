// A disk in memory with the contract of the real one, for tests: everything written is there at once and stays through `kill`.
// It can run out of space, fail a sync, and show all its bytes for a scan. Non-goal: losing unsynced writes; sim/faulty-disk does that.
import { assert } from '../base/assert.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import { checkedPath, folderOf, nameOf } from './disk-path.js';
import { GrowableBytes } from './growable-bytes.js';

export class MemoryDisk implements Disk {
  /** Sum of file sizes that fits; a write beyond it keeps what fits and throws no_space. May be changed at any time. */
  spaceBytes = Infinity;
  readonly #files = new Map<string, GrowableBytes>();
  readonly #folders = new Set<string>(['']);
  readonly #locked = new Set<string>();
  #life = 0;
  #syncsToFail = 0;

  /** A disk that holds these files (path -> content), as `files` gives them. */
  static holding(files: ReadonlyMap<string, Uint8Array>): MemoryDisk {
    const disk = new MemoryDisk();
    for (const [path, content] of files) {
      disk.makeFolder(folderOf(path));
      disk.#files.set(checkedPath(path), GrowableBytes.of(content));
    }
    return disk;
  }

  /** A copy of every file by path, sorted: for byte scans and for making damaged disks. */
  files(): Map<string, Uint8Array> {
    return new Map([...this.#files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, content]) => [path, content.copy()]));
  }

  get usedBytes(): number {
    let sum = 0;
    for (const content of this.#files.values()) sum += content.size;
    return sum;
  }

  /** The next `count` syncs (of files or folders) reject with io; the file concerned then rejects for ever on that handle. */
  failNextSync(count = 1): void {
    this.#syncsToFail = count;
  }

  /** As if the process had been killed: handles and locks die, what was written stays. */
  kill(): void {
    this.#life++;
    this.#locked.clear();
  }

  list(folder: string): string[] {
    const under = checkedPath(folder) === '' ? '' : `${folder}/`;
    const names: string[] = [];
    for (const path of [...this.#files.keys(), ...this.#folders]) {
      if (path !== '' && path.startsWith(under) && folderOf(path) === folder) names.push(nameOf(path));
    }
    return names.sort();
  }

  makeFolder(folder: string): void {
    checkedPath(folder);
    if (this.#files.has(folder)) throw new DiskError('exists', `make folder '${folder}': a file`);
    if (folder !== '') this.makeFolder(folderOf(folder));
    this.#folders.add(folder);
  }

  open(path: string, options: { readonly create?: boolean } = {}): DiskFile {
    let content = this.#files.get(checkedPath(path));
    if (content === undefined) {
      if (this.#folders.has(path)) throw new DiskError('io', `open '${path}': a folder`);
      if (options.create !== true || !this.#folders.has(folderOf(path))) throw new DiskError('missing', `open '${path}'`);
      content = new GrowableBytes();
      this.#files.set(path, content);
    }
    return this.#handle(path, content);
  }

  exists(path: string): boolean {
    return this.#files.has(checkedPath(path)) || this.#folders.has(path);
  }

  rename(from: string, to: string): void {
    const content = this.#files.get(checkedPath(from));
    if (content === undefined || !this.#folders.has(folderOf(checkedPath(to)))) throw new DiskError('missing', `rename '${from}'`);
    this.#files.delete(from);
    this.#files.set(to, content);
  }

  remove(path: string): void {
    if (!this.#files.delete(checkedPath(path))) throw new DiskError('missing', `remove '${path}'`);
  }

  async syncFolder(folder: string): Promise<void> {
    if (!this.#folders.has(checkedPath(folder))) throw new DiskError('missing', `sync folder '${folder}'`);
    this.#failIfDue(folder);
    await Promise.resolve();
  }

  lock(folder: string): () => void {
    if (!this.#folders.has(checkedPath(folder))) throw new DiskError('missing', `lock '${folder}'`);
    if (this.#locked.has(folder)) throw new DiskError('locked', `'${folder}' is held`);
    this.#locked.add(folder);
    const life = this.#life;
    let released = false;
    return () => {
      if (!released && life === this.#life) this.#locked.delete(folder);
      released = true;
    };
  }

  #handle(path: string, content: GrowableBytes): DiskFile {
    const life = this.#life;
    let closed = false;
    let failedSync: DiskError | undefined;
    const use = (): void => {
      assert(!closed, 'a closed file is not used');
      if (life !== this.#life) throw new DiskError('io', `'${path}': its process was killed`);
    };
    const sync = async (): Promise<void> => {
      use();
      if (failedSync !== undefined) throw failedSync;
      try {
        this.#failIfDue(path);
      } catch (error) {
        if (error instanceof DiskError) failedSync = error;
        throw error;
      }
      await Promise.resolve();
    };
    const write = (at: number, bytes: Uint8Array): void => {
      use();
      if (bytes.length === 0) return;
      const room = this.spaceBytes === Infinity ? Infinity : this.spaceBytes - this.usedBytes + content.size;
      // A full disk keeps what still fits, as the real one may. Inside the file there is always room.
      const fits = Math.min(bytes.length, Math.max(0, Math.max(room, content.size) - at));
      content.write(at, bytes.subarray(0, fits));
      if (fits < bytes.length) throw new DiskError('no_space', `write '${path}'`);
    };
    return {
      size: () => {
        use();
        return content.size;
      },
      read: (at, length) => {
        use();
        return content.read(at, length);
      },
      write,
      preallocate: async (bytes) => {
        write(0, new Uint8Array(bytes));
        await sync();
      },
      truncate: (size) => {
        use();
        if (size > content.size && this.usedBytes + size - content.size > this.spaceBytes) {
          throw new DiskError('no_space', `truncate '${path}'`);
        }
        content.resize(size);
      },
      sync,
      close: () => {
        closed = true;
      },
    };
  }

  #failIfDue(path: string): void {
    if (this.#syncsToFail === 0) return;
    this.#syncsToFail--;
    throw new DiskError('io', `sync '${path}': failed as asked`);
  }
}
