// The simulator's disk: the contract of ports/disk.ts in virtual time, and no kinder than it. Syncs take time and may fail, space may run
// out, and `crash` leaves what a power cut would: all that was synced, and of the rest what chance kept (see unsynced-file.ts and
// unsynced-folder.ts). A process that died never hears of its syncs again, and its handles throw.
import { crc32 } from 'node:zlib';
import { checkedPath, folderOf, nameOf } from '../adapters/disk-path.js';
import { assert } from '../base/assert.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import type { Scheduler } from './scheduler.js';
import type { SeededRandom } from './seeded-random.js';
import { UnsyncedFile, type Fate } from './unsynced-file.js';
import { UnsyncedFolder, type DiskNode, type FolderFate } from './unsynced-folder.js';

export interface FaultyDiskOptions {
  /** A sync takes between 0 and this, evenly. Default 4. */
  readonly syncMsMax?: number;
  /** One sync in so many, by chance, takes up to a hundred times as long. Default 0: none. */
  readonly stallChance?: number;
  readonly failSyncChance?: number;
  /** Which unsynced folder operations a power cut keeps. Default 'prefix'. */
  readonly folderFate?: Exclude<FolderFate, 'none'>;
  /** Chance that a power cut tears an unsynced write. Default 0.2. */
  readonly tearChance?: number;
  /** Reports every sync as done but makes nothing durable, and a power cut drops all of it: shows that a check can see loss. */
  readonly lieAboutSyncs?: boolean;
}

export class FaultyDisk implements Disk {
  /** Sum of file sizes that fits; `fill` sets it to what is used. May be changed at any time. */
  spaceBytes = Infinity;
  /** May be changed at any time. */
  failSyncChance: number;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #options: FaultyDiskOptions;
  readonly #root = new UnsyncedFolder();
  readonly #locked = new Set<string>();
  #life = 0;

  constructor(scheduler: Scheduler, options: FaultyDiskOptions = {}) {
    this.#scheduler = scheduler;
    this.#random = scheduler.random.fork();
    this.#options = options;
    this.failSyncChance = options.failSyncChance ?? 0;
  }

  /** A power cut and a restart of the machine: the next process finds what is left. `random` default: the disk's own. */
  crash(random: SeededRandom = this.#random): void {
    this.kill();
    this.#scheduler.trace('disk crash');
    // Cuts differ: some come when almost all is written back, some when nothing is.
    const keepChance = this.#options.lieAboutSyncs === true ? 0 : random.pick([0, 0.2, 0.5, 0.8, 1]);
    const fate: Fate = { keepChance, tearChance: keepChance === 0 ? 0 : (this.#options.tearChance ?? 0.2) };
    const folderFate = this.#options.lieAboutSyncs === true ? 'none' : (this.#options.folderFate ?? 'prefix');
    const cut = (node: DiskNode): void => {
      if (node instanceof UnsyncedFile) return node.powerCut(fate, random);
      node.powerCut(folderFate, random);
      for (const child of node.current.values()) cut(child);
    };
    cut(this.#root);
  }

  /** The process was killed: its handles, locks and waiting syncs die; what it wrote is there, still unsynced. */
  kill(): void {
    this.#scheduler.trace('disk kill');
    this.#life++;
    this.#locked.clear();
  }

  /** Leaves room for so many more bytes, by default none. */
  fill(leaveBytes = 0): void {
    this.spaceBytes = this.usedBytes + leaveBytes;
  }

  get usedBytes(): number {
    let sum = 0;
    for (const content of this.files().values()) sum += content.length;
    return sum;
  }

  /** A copy of every file by path, sorted, as a process would read it now. */
  files(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    const walk = (folder: UnsyncedFolder, path: string): void => {
      for (const [name, node] of [...folder.current].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (node instanceof UnsyncedFolder) walk(node, `${path}${name}/`);
        else found.set(path + name, node.current.copy());
      }
    };
    walk(this.#root, '');
    return found;
  }

  list(folder: string): string[] {
    const node = this.#find(folder);
    return node instanceof UnsyncedFolder ? [...node.current.keys()].sort() : [];
  }

  makeFolder(folder: string): void {
    const node = this.#find(folder);
    if (node instanceof UnsyncedFolder) return;
    if (node !== undefined) throw new DiskError('exists', `make folder '${folder}': a file`);
    this.makeFolder(folderOf(folder));
    this.#folder(folderOf(folder)).change([nameOf(folder), new UnsyncedFolder()]);
  }

  open(path: string, options: { readonly create?: boolean } = {}): DiskFile {
    let node = this.#find(path);
    if (node instanceof UnsyncedFolder) throw new DiskError('io', `open '${path}': a folder`);
    if (node === undefined) {
      if (options.create !== true) throw new DiskError('missing', `open '${path}'`);
      node = new UnsyncedFile();
      this.#folder(folderOf(path)).change([nameOf(path), node]);
    }
    return this.#handle(path, node);
  }

  exists(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  rename(from: string, to: string): void {
    const node = this.#find(from);
    if (node === undefined) throw new DiskError('missing', `rename '${from}'`);
    assert(folderOf(checkedPath(to)) === folderOf(from), 'a rename from folder to folder is not simulated');
    this.#folder(folderOf(from)).change([nameOf(from), null], [nameOf(to), node]);
  }

  remove(path: string): void {
    if (!(this.#find(path) instanceof UnsyncedFile)) throw new DiskError('missing', `remove '${path}'`);
    this.#folder(folderOf(path)).change([nameOf(path), null]);
  }

  async syncFolder(path: string): Promise<void> {
    const folder = this.#folder(path);
    const { seq } = folder;
    await this.#syncTime();
    if (this.#random.chance(this.failSyncChance)) throw new DiskError('io', `sync folder '${path}': simulated`);
    this.#scheduler.trace(`folder synced ${path} ${seq}`);
    if (this.#options.lieAboutSyncs !== true) folder.synced(seq);
  }

  lock(folder: string): () => void {
    this.#folder(folder);
    if (this.#locked.has(folder)) throw new DiskError('locked', `'${folder}' is held`);
    this.#locked.add(folder);
    const life = this.#life;
    let released = false;
    return () => {
      if (!released && life === this.#life) this.#locked.delete(folder);
      released = true;
    };
  }

  #handle(path: string, file: UnsyncedFile): DiskFile {
    const life = this.#life;
    let closed = false;
    let failedSync: Error | undefined;
    const use = (): UnsyncedFile => {
      assert(!closed, 'a closed file is not used');
      if (life !== this.#life) throw new DiskError('io', `'${path}': its process is gone`);
      return file;
    };
    const refuseAfterFailure = (): void => {
      if (failedSync !== undefined) throw failedSync;
    };
    const sync = async (): Promise<void> => {
      const { seq } = use();
      refuseAfterFailure();
      await this.#syncTime();
      refuseAfterFailure();
      if (this.#random.chance(this.failSyncChance)) {
        file.syncFailed(seq, { keepChance: 0.5, tearChance: this.#options.tearChance ?? 0.2 }, this.#random);
        failedSync = new DiskError('io', `sync '${path}': simulated`);
        throw failedSync;
      }
      this.#scheduler.trace(`synced ${path} ${seq}`);
      if (this.#options.lieAboutSyncs !== true) file.synced(seq);
    };
    const write = (at: number, bytes: Uint8Array): void => {
      use();
      // A full disk keeps what still fits, as the real one may. Inside the file there is always room.
      const room = this.spaceBytes === Infinity ? Infinity : this.spaceBytes - this.usedBytes + file.current.size;
      const fits = Math.min(bytes.length, Math.max(0, Math.max(room, file.current.size) - at));
      this.#scheduler.trace(`write ${path} ${at} ${fits} ${crc32(bytes)}`);
      file.write(at, bytes.subarray(0, fits));
      if (fits < bytes.length) throw new DiskError('no_space', `write '${path}'`);
    };
    return {
      size: () => use().current.size,
      read: (at, length) => use().current.read(at, length),
      write,
      preallocate: async (bytes) => {
        write(0, new Uint8Array(bytes));
        await sync();
      },
      truncate: (size) => {
        const more = size - use().current.size;
        if (more > 0 && this.spaceBytes !== Infinity && this.usedBytes + more > this.spaceBytes) {
          throw new DiskError('no_space', `truncate '${path}'`);
        }
        this.#scheduler.trace(`truncate ${path} ${size}`);
        file.truncate(size);
      },
      sync,
      close: () => {
        closed = true;
      },
    };
  }

  /** Resolves after the time of a sync; never, when the process dies before. */
  #syncTime(): Promise<void> {
    const life = this.#life;
    const stalls = this.#random.chance(this.#options.stallChance ?? 0);
    const ms = (this.#random.int(1_000_000) / 1_000_000) * (this.#options.syncMsMax ?? 4) * (stalls ? 100 : 1);
    return new Promise((resolve) => {
      this.#scheduler.after(ms, () => {
        if (life === this.#life) resolve();
      });
    });
  }

  #find(path: string): DiskNode | undefined {
    let node: DiskNode = this.#root;
    if (checkedPath(path) === '') return node;
    for (const name of path.split('/')) {
      const next: DiskNode | undefined = node instanceof UnsyncedFolder ? node.current.get(name) : undefined;
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }

  #folder(path: string): UnsyncedFolder {
    const node = this.#find(path);
    if (!(node instanceof UnsyncedFolder)) throw new DiskError('missing', `no folder '${path}'`);
    return node;
  }
}
