// The key store on a disk: `keys.dat` (key-table.ts has its bytes), and a file per run of keys:
//   NUMBER.run   { u32 magic "EGKR", u32 version = 1, u32 id, u32 keys, 12 nonce, 16 tag }, then the keys under AES-256-GCM by key `id` of
//                keys.dat; authenticated data = the first 16 bytes
// Three levels, so that a turn-over costs one small file however many people there are: a wrapping key (ports/wrapping.ts) wraps the store
// key, which wraps the keys of segments and of runs; a run holds the keys of people. A turn-over writes keys.dat anew under a new store key
// and a new wrapping key, renames it over the old one, and destroys the old wrapping key: the old file's blocks, wherever a disk still has
// them, then open nothing. A crash before the rename leaves the old table, after it the new one; opening destroys what neither needs.
// Invariants: an id that was synced is never given again; of a key that `destroy` resolved for, the file holds nothing. Stores of version 1
// (slots directly under one wrapping.key) are opened and turned over at once. Non-goals: what a disk keeps of overwritten blocks.
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { DiskError, type Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import type { Keys } from '../ports/keys.js';
import type { Wrapping } from '../ports/wrapping.js';
import { makeDurableFolder } from './durable-folder.js';
import { KeyTable, slotBytes, tableMagic } from './key-table.js';
import { unwrapKey } from './key-wrap.js';
import { WrappingFiles, type WrappingFolder } from './wrapping-files.js';

export interface KeyFileOptions {
  readonly disk: Disk;
  /** Folder of `keys.dat` on that disk; made when missing; held by this process alone while open. */
  readonly folder: string;
  /** Who wraps the store key: a folder of files, best outside the data folder, or a key service. */
  readonly wrapping: WrappingFolder | Wrapping;
  /** Where the wrapping key was until now: what is found there is taken over by a turn-over, and destroyed there. */
  readonly movesFrom?: WrappingFolder;
  /** The files are copies of a store that may be in use: it becomes one of its own, and destroys nothing that lies outside of it. */
  readonly isCopy?: boolean;
  readonly entropy: Entropy;
}

const tableName = 'keys.dat';
const draftName = 'keys.new';
const runMagic = 0x524b4745;
const runHeadBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

export class KeyFile implements Keys {
  readonly #options: KeyFileOptions;
  readonly #wrapping: Wrapping;
  readonly #release: () => void;
  readonly #keys = new Map<number, Uint8Array>();
  readonly #runs = new Set<number>();
  #table!: KeyTable;
  /** While a turn-over is under way: what changes goes into both. */
  #next: KeyTable | null = null;
  #turning: Promise<void> = Promise.resolve();
  readonly #syncing = new Set<Promise<unknown>>();
  #last = 0;
  #unsynced = false;
  #changes = 0;
  #isMade = false;
  #isClosed = false;

  /** Opens the store or makes one. CodedError: log_damaged, log_version, wrapping_key, data_folder_locked; or what the disk throws. */
  static async open(options: KeyFileOptions): Promise<KeyFile> {
    const { disk, folder } = options;
    await makeDurableFolder(disk, folder);
    const release = lock(disk, folder);
    let store: KeyFile | null = null;
    try {
      store = new KeyFile(options, release);
      const content = disk.exists(store.#path(tableName)) ? readWhole(disk, store.#path(tableName)) : Buffer.alloc(0);
      if (isBlank(content)) await store.#begin();
      else await store.#load(content);
      await store.#clearUp();
      return store;
    } catch (error) {
      if (store !== null && store.#isMade) store.close();
      release();
      throw error;
    }
  }

  private constructor(options: KeyFileOptions, release: () => void) {
    this.#options = options;
    this.#release = release;
    this.#wrapping = wrappingOf(options.wrapping, options.entropy);
  }

  create(): { readonly id: number; readonly key: Uint8Array } {
    for (const table of [this.#table, ...(this.#next === null ? [] : [this.#next])]) {
      table.growAhead();
      if (table.isFull) throw new DiskError('no_space', 'no slot left for a key');
    }
    const id = this.#last + 1;
    const key = this.#options.entropy.bytes(keyBytes);
    this.#changed((table) => table.add(id, key));
    this.#last = id;
    this.#keys.set(id, key);
    return { id, key };
  }

  get(id: number): Uint8Array | undefined {
    return this.#keys.get(id);
  }

  ids(): number[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  runs(): number[] {
    return [...this.#runs].sort((a, b) => a - b);
  }

  async sync(): Promise<void> {
    this.#table.growAhead();
    if (!this.#unsynced) return;
    await this.#syncWritten();
  }

  async keepRun(keys: Uint8Array): Promise<number> {
    const { disk, folder, entropy } = this.#options;
    const { id, key } = this.create();
    const head = Buffer.alloc(runHeadBytes);
    head.writeUInt32LE(runMagic, 0);
    head.writeUInt32LE(1, 4);
    head.writeUInt32LE(id, 8);
    head.writeUInt32LE(keys.length / keyBytes, 12);
    const nonce = entropy.bytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(head);
    const sealed = Buffer.concat([cipher.update(keys), cipher.final()]);
    const file = disk.open(this.#path(runName(id)), { create: true });
    try {
      file.write(0, Buffer.concat([head, nonce, cipher.getAuthTag(), sealed]));
      await file.sync();
    } catch (error) {
      // Only the disk's own answer is worth a repair: after anything else the process stops.
      if (error instanceof DiskError && error.code === 'no_space') await this.destroy([id]);
      throw error;
    } finally {
      file.close();
    }
    await disk.syncFolder(folder);
    await this.sync();
    this.#runs.add(id);
    return id;
  }

  run(id: number): Uint8Array | undefined {
    const key = this.#keys.get(id);
    const path = this.#path(runName(id));
    if (key === undefined || !this.#options.disk.exists(path)) return undefined;
    const bytes = readWhole(this.#options.disk, path);
    const head = bytes.subarray(0, runHeadBytes);
    const sealedAt = runHeadBytes + nonceBytes + tagBytes;
    if (bytes.length >= sealedAt && head.readUInt32LE(0) === runMagic && head.readUInt32LE(4) === 1) {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(runHeadBytes, runHeadBytes + nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(head);
      decipher.setAuthTag(bytes.subarray(runHeadBytes + nonceBytes, sealedAt));
      const opened = decipher.update(bytes.subarray(sealedAt));
      // A copy of its own: a buffer may share its memory with others.
      const keys = Uint8Array.from(opened);
      opened.fill(0);
      try {
        decipher.final();
        return keys;
      } catch {
        keys.fill(0);
      }
    }
    throw new CodedError('log_damaged', `${runName(id)}: the seal does not hold`);
  }

  isDestroyed(id: number): boolean {
    return this.#table.isDestroyed(id);
  }

  async destroy(ids: readonly number[]): Promise<void> {
    const known = ids.filter((id) => this.#keys.has(id) || this.#runs.has(id) || this.#table.isLost(id));
    for (const id of known) {
      const random = this.#options.entropy.bytes(40);
      this.#changed((table) => table.destroy(id, random));
      this.#keys.get(id)?.fill(0);
      this.#keys.delete(id);
      this.#runs.delete(id);
    }
    if (known.length > 0 || this.#unsynced) await this.#syncWritten();
    const files = known.map((id) => this.#path(runName(id))).filter((path) => this.#options.disk.exists(path));
    for (const path of files) this.#options.disk.remove(path);
    if (files.length > 0) await this.#options.disk.syncFolder(this.#options.folder);
  }

  turnOver(): Promise<void> {
    const turn = this.#turning.then(() => (this.#isClosed ? undefined : this.#turn()));
    this.#turning = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    this.#isClosed = true;
    for (const key of this.#keys.values()) key.fill(0);
    this.#keys.clear();
    try {
      this.#table.close();
    } finally {
      this.#release();
    }
  }

  /** Whoever closed the store has let go of its keys and of the folder: a table of what is left would be one of nothing. */
  #goOn(): void {
    if (this.#isClosed) throw new CodedError('compaction_stopped', 'the key store was closed');
  }

  async #turn(): Promise<void> {
    const { disk, folder } = this.#options;
    const old = this.#table;
    const next = await this.#draft(old.head.owner, old.lost, (table) => (this.#next = table));
    try {
      await next.file.sync();
      this.#goOn();
      disk.rename(this.#path(draftName), this.#path(tableName));
    } catch (error) {
      await Promise.allSettled(this.#syncing);
      next.close();
      await this.#dropDraft(next.head.name, error);
      throw error;
    } finally {
      this.#next = null;
    }
    this.#table = next;
    await Promise.allSettled(this.#syncing);
    old.close();
    await disk.syncFolder(folder);
    // [C62]
    await this.#wrapping.destroy(old.head.name);
  }

  /** A table of all keys there are at the moment in which `onMade` is told, under a new wrapping key, beside the current one. */
  async #draft(owner: string, lost: Iterable<number>, onMade: (table: KeyTable) => void): Promise<KeyTable> {
    const { disk, entropy } = this.#options;
    const storeKey = entropy.bytes(keyBytes);
    const name = await this.#wrapping.create(owner);
    const wrapped = await this.#wrapping.wrap(name, storeKey);
    this.#goOn();
    try {
      const file = disk.open(this.#path(draftName), { create: true });
      try {
        file.truncate(0);
        const table = KeyTable.make({ owner, name, wrapped }, file, storeKey, { keys: this.#keys, lost, last: this.#last });
        onMade(table);
        return table;
      } catch (error) {
        file.close();
        throw error;
      }
    } catch (error) {
      await this.#dropDraft(name, error);
      throw error;
    }
  }

  /** Only a full disk is worth a repair: after anything else the process stops, and opening clears up. */
  async #dropDraft(name: string, error: unknown): Promise<void> {
    if (!(error instanceof DiskError && error.code === 'no_space')) return;
    const path = this.#path(draftName);
    if (this.#options.disk.exists(path)) this.#options.disk.remove(path);
    await this.#wrapping.destroy(name);
  }

  async #begin(lost: Iterable<number> = []): Promise<void> {
    const { disk, folder, entropy } = this.#options;
    await this.#draft(Buffer.from(entropy.bytes(8)).toString('hex'), lost, (table) => this.#hold(table));
    await this.#table.file.sync();
    disk.rename(this.#path(draftName), this.#path(tableName));
    await disk.syncFolder(folder);
  }

  #hold(table: KeyTable): void {
    this.#table = table;
    this.#isMade = true;
  }

  async #load(content: Buffer): Promise<void> {
    const { disk, movesFrom, entropy } = this.#options;
    if (content.readUInt32LE(0) !== tableMagic) throw new CodedError('log_damaged', 'keys.dat at offset 0: head damaged');
    const version = content.readUInt32LE(4);
    if (version === 1) return this.#takeOver(content);
    if (version !== 2) throw new CodedError('log_version', tableName);
    const head = KeyTable.headOf(content);
    const before = movesFrom === undefined ? undefined : new WrappingFiles(movesFrom, entropy);
    const isStillThere = before !== undefined && (await before.names(head.owner)).includes(head.name);
    const storeKey = await (isStillThere ? before : this.#wrapping).unwrap(head.name, head.wrapped);
    const file = disk.open(this.#path(tableName));
    try {
      const { table, last } = KeyTable.load(content, file, storeKey, (id, key) => this.#keys.set(id, key));
      this.#hold(table);
      this.#last = last;
    } catch (error) {
      file.close();
      throw error;
    }
    this.#table.growAhead();
    await file.sync();
    if (this.#options.isCopy === true) return this.#part(head.owner);
    if (!isStillThere) return;
    await this.turnOver();
    for (const name of await before.names(head.owner)) await before.destroy(name);
  }

  /** A copy takes an owner of its own; of the wrapping keys of the other it destroys those that were copied along. */
  async #part(from: string): Promise<void> {
    this.#table.close();
    await this.#begin(this.#table.lost);
    for (const name of await this.#inside().names(from)) await this.#inside().destroy(name);
  }

  #inside(): WrappingFiles {
    const { disk, folder, entropy } = this.#options;
    return new WrappingFiles({ disk, folder }, entropy);
  }

  /** A store of version 1: the n-th slot belongs to key n; its slots are wrapped by the wrapping key itself. */
  async #takeOver(content: Buffer): Promise<void> {
    const { disk, folder, wrapping, movesFrom, entropy } = this.#options;
    if (crc32(content.subarray(0, 60)) !== content.readUInt32LE(60)) {
      throw new CodedError('log_damaged', 'keys.dat at offset 0: head damaged');
    }
    const place = 'disk' in wrapping ? wrapping : movesFrom;
    const files = [place, movesFrom].filter((each) => each !== undefined).map((each) => new WrappingFiles(each, entropy));
    const holder = files.find((each) => each.holdsFirst()) ?? files[0];
    if (holder === undefined) throw new CodedError('wrapping_key', 'a store of version 1 has its wrapping key in a file');
    const by = holder.first();
    for (let id = 1; (id + 1) * slotBytes <= content.length; id += 1) {
      const slot = content.subarray(id * slotBytes, (id + 1) * slotBytes);
      if (!slot.some((byte) => byte !== 0)) continue;
      this.#last = id;
      if (crc32(slot.subarray(0, 60)) !== slot.readUInt32LE(60) || slot.readUInt32LE(0) !== id || slot.readUInt8(4) !== 1) continue;
      const key = unwrapKey(by, slot.subarray(8, 48));
      if (key === undefined) throw new CodedError('log_damaged', 'wrapping.key does not open keys.dat');
      this.#keys.set(id, key);
    }
    await this.#begin();
    await disk.syncFolder(folder);
    await (this.#options.isCopy === true ? this.#inside() : holder).destroyFirst();
  }

  /** What a crash left: a draft, wrapping keys of no table, files of runs that are no more. */
  async #clearUp(): Promise<void> {
    const { disk, folder } = this.#options;
    const { owner, name } = this.#table.head;
    for (const other of await this.#wrapping.names(owner)) if (other !== name) await this.#wrapping.destroy(other);
    if (disk.exists(this.#path(draftName))) disk.remove(this.#path(draftName));
    for (const each of disk.list(folder)) {
      const id = idOfRunName(each);
      if (id === undefined) continue;
      // Without its key it opens nothing; but what has lost its key may be missed, and then the log refuses to open.
      if (id > this.#last || this.isDestroyed(id)) disk.remove(this.#path(each));
      else this.#runs.add(id);
    }
  }

  #changed(change: (table: KeyTable) => void): void {
    this.#changes++;
    this.#unsynced = true;
    change(this.#table);
    if (this.#next !== null) change(this.#next);
  }

  /** Clears the flag only after the sync, so that a caller who comes meanwhile waits for a sync of its own. */
  async #syncWritten(): Promise<void> {
    const written = this.#changes;
    const syncing = Promise.all([this.#table.file.sync(), this.#next?.file.sync()]);
    this.#syncing.add(syncing);
    try {
      await syncing;
    } finally {
      this.#syncing.delete(syncing);
    }
    if (written === this.#changes) this.#unsynced = false;
  }

  #path(name: string): string {
    return this.#options.folder === '' ? name : `${this.#options.folder}/${name}`;
  }
}

function wrappingOf(wrapping: WrappingFolder | Wrapping, entropy: Entropy): Wrapping {
  return 'disk' in wrapping ? new WrappingFiles(wrapping, entropy) : wrapping;
}

/** As the very first opening may have left it: without a single key. */
function isBlank(content: Buffer): boolean {
  const isFirstVersion = content.length < 8 || content.readUInt32LE(4) < 2;
  return isFirstVersion && !content.subarray(slotBytes).some((byte) => byte !== 0);
}

function runName(id: number): string {
  return `${String(id).padStart(10, '0')}.run`;
}

function idOfRunName(name: string): number | undefined {
  return /^\d{10}\.run$/.test(name) ? Number(name.slice(0, 10)) : undefined;
}

function readWhole(disk: Disk, path: string): Buffer {
  const file = disk.open(path);
  const content = Buffer.from(file.read(0, file.size()));
  file.close();
  return content;
}

function lock(disk: Disk, folder: string): () => void {
  try {
    return disk.lock(folder);
  } catch (error) {
    throw error instanceof DiskError && error.code === 'locked' ? new CodedError('data_folder_locked', error.message) : error;
  }
}
