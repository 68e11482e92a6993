// The key store on a disk. `keys.dat`: a head of 64 bytes { u32 magic "EGKF", u32 version = 1, zeros, u32 crc32 of bytes 0-59 }, then
// slots of 64 bytes; the n-th slot belongs to key n for ever:
//    0  u32 key id   4  u8 state: 1 live, 2 destroyed   5  zeros   8  40 the key wrapped (AES-256-KW, RFC 3394); random once destroyed
//   48  zeros       60  u32 crc32 of bytes 0-59
// A slot that a crash tore before its sync opens nothing and is never used again. Slots lie ahead of need, so that a key can be made and
// destroyed on a full disk. Invariants: an id that was synced is never given again; of a key that `destroy` resolved for, the file holds
// nothing. Non-goals: turning the wrapping key over; what a disk keeps of overwritten blocks.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import type { Keys } from '../ports/keys.js';
import { makeDurableFolder } from './durable-folder.js';
import { unwrapKey, wrapKey } from './key-wrap.js';
import { wrappingKey, type WrappingKeyPlace } from './wrapping-key.js';

export interface KeyFileOptions {
  readonly disk: Disk;
  /** Folder of `keys.dat` on that disk; made when missing; held by this process alone while open. */
  readonly folder: string;
  /** Where `wrapping.key` lies: best outside the data folder. */
  readonly wrapping: WrappingKeyPlace;
  readonly entropy: Entropy;
}

const magic = 0x464b4745;
const slotBytes = 64;
const live = 1;
const destroyed = 2;

export class KeyFile implements Keys {
  readonly #file: DiskFile;
  readonly #wrapping: Uint8Array;
  readonly #entropy: Entropy;
  readonly #release: () => void;
  readonly #keys = new Map<number, Uint8Array>();
  #last = 0;
  #slots = 0;
  #unsynced = false;
  #changes = 0;

  /** Opens the store or makes one. Throws CodedError log_damaged, log_version, data_folder_locked, or what the disk throws. */
  static async open(options: KeyFileOptions): Promise<KeyFile> {
    const { disk, folder } = options;
    await makeDurableFolder(disk, folder);
    const release = lock(disk, folder);
    try {
      const path = folder === '' ? 'keys.dat' : `${folder}/keys.dat`;
      const content = disk.exists(path) ? readWhole(disk, path) : Buffer.alloc(0);
      const isFirstUse = !content.subarray(slotBytes).some((byte) => byte !== 0);
      const wrapping = await wrappingKey(options.wrapping, options.entropy, isFirstUse);
      const file = disk.open(path, { create: true });
      const store = new KeyFile(file, wrapping, options.entropy, release);
      if (isFirstUse) file.write(0, fileHead());
      else store.#load(content);
      store.#slots = Math.max(0, Math.floor(content.length / slotBytes) - 1);
      store.#growAhead();
      await file.sync();
      await disk.syncFolder(folder);
      return store;
    } catch (error) {
      release();
      throw error;
    }
  }

  private constructor(file: DiskFile, wrapping: Uint8Array, entropy: Entropy, release: () => void) {
    this.#file = file;
    this.#wrapping = wrapping;
    this.#entropy = entropy;
    this.#release = release;
  }

  create(): { readonly id: number; readonly key: Uint8Array } {
    if (this.#last >= this.#slots) this.#growAhead();
    if (this.#last >= this.#slots) throw new DiskError('no_space', 'no slot left for a key');
    const id = this.#last + 1;
    const key = this.#entropy.bytes(32);
    this.#writeSlot(id, live, wrapKey(this.#wrapping, key));
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

  async sync(): Promise<void> {
    if (this.#slots - this.#last < limits.keySlotsAhead / 2) this.#growAhead();
    if (!this.#unsynced) return;
    await this.#syncWritten();
  }

  async destroy(ids: readonly number[]): Promise<void> {
    const known = ids.filter((id) => this.#keys.has(id));
    for (const id of known) {
      this.#writeSlot(id, destroyed, this.#entropy.bytes(40));
      this.#keys.get(id)?.fill(0);
      this.#keys.delete(id);
    }
    if (known.length > 0 || this.#unsynced) await this.#syncWritten();
  }

  close(): void {
    for (const key of this.#keys.values()) key.fill(0);
    this.#keys.clear();
    this.#file.close();
    this.#release();
  }

  /** Clears the flag only after the sync, so that a caller who comes meanwhile waits for a sync of its own. */
  async #syncWritten(): Promise<void> {
    const written = this.#changes;
    await this.#file.sync();
    if (written === this.#changes) this.#unsynced = false;
  }

  #writeSlot(id: number, state: number, material: Uint8Array): void {
    const slot = Buffer.alloc(slotBytes);
    slot.writeUInt32LE(id, 0);
    slot.writeUInt8(state, 4);
    slot.set(material, 8);
    slot.writeUInt32LE(crc32(slot.subarray(0, 60)), 60);
    this.#changes++;
    this.#unsynced = true;
    this.#file.write(id * slotBytes, slot);
  }

  /** Adds slots while there is space; a full disk leaves the file as it is. */
  #growAhead(): void {
    if (this.#slots - this.#last >= limits.keySlotsAhead) return;
    try {
      this.#file.write((this.#slots + 1) * slotBytes, new Uint8Array(limits.keySlotsAhead * slotBytes));
    } catch (error) {
      if (error instanceof DiskError && error.code === 'no_space') return;
      throw error;
    }
    this.#slots += limits.keySlotsAhead;
    this.#changes++;
    this.#unsynced = true;
  }

  #load(content: Buffer): void {
    const head = content.subarray(0, slotBytes);
    if (head.readUInt32LE(0) !== magic || crc32(head.subarray(0, 60)) !== head.readUInt32LE(60)) {
      throw new CodedError('log_damaged', 'keys.dat at offset 0: head damaged');
    }
    if (head.readUInt32LE(4) !== 1) throw new CodedError('log_version', 'keys.dat');
    for (let at = slotBytes; at + slotBytes <= content.length; at += slotBytes) {
      const slot = content.subarray(at, at + slotBytes);
      if (!slot.some((byte) => byte !== 0)) continue;
      const id = at / slotBytes;
      this.#last = id;
      if (crc32(slot.subarray(0, 60)) !== slot.readUInt32LE(60) || slot.readUInt32LE(0) !== id || slot.readUInt8(4) !== live) continue;
      this.#keys.set(id, this.#unwrap(slot.subarray(8, 48)));
    }
  }

  #unwrap(wrapped: Buffer): Uint8Array {
    const key = unwrapKey(this.#wrapping, wrapped);
    if (key === undefined) throw new CodedError('log_damaged', 'wrapping.key does not open keys.dat');
    return key;
  }
}

function fileHead(): Buffer {
  const head = Buffer.alloc(slotBytes);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(crc32(head.subarray(0, 60)), 60);
  return head;
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
