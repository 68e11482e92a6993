// Wrapping keys as files in a folder, which the deployment should keep apart from the data: `OWNER-RANDOM.key`, mode 0600 as every file of
// a Disk, { u32 magic "EGWK", u32 version = 1, 32 the key, u32 crc32 of bytes 0-39 }. A key is destroyed by overwriting it with random
// bytes, synced, and then removed. Names are drawn, so that none is ever given twice, in this folder or in another to which the keys move.
// Invariant: a key is on stable storage before anything is wrapped with it. Non-goal: what a disk keeps of overwritten blocks.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import type { Wrapping } from '../ports/wrapping.js';
import { makeDurableFolder } from './durable-folder.js';
import { unwrapKey, wrapKey } from './key-wrap.js';

export interface WrappingFolder {
  readonly disk: Disk;
  /** Made when missing. */
  readonly folder: string;
}

const magic = 0x4b574745;
const fileBytes = 44;
/** The one wrapping key of key stores of version 1. */
const firstName = 'wrapping.key';
const nameForm = /^([0-9a-z]+)-[0-9a-f]{16}$/;

export class WrappingFiles implements Wrapping {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #entropy: Entropy;

  constructor({ disk, folder }: WrappingFolder, entropy: Entropy) {
    this.#disk = disk;
    this.#folder = folder;
    this.#entropy = entropy;
  }

  async create(owner: string): Promise<string> {
    await makeDurableFolder(this.#disk, this.#folder);
    const name = `${owner}-${Buffer.from(this.#entropy.bytes(8)).toString('hex')}`;
    const bytes = Buffer.alloc(fileBytes);
    bytes.writeUInt32LE(magic, 0);
    bytes.writeUInt32LE(1, 4);
    bytes.set(this.#entropy.bytes(32), 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 40)), 40);
    const path = this.#path(name);
    try {
      await this.#withFile(path, async (file) => {
        file.write(0, bytes);
        await file.sync();
      });
    } catch (error) {
      // Only a full disk is worth a repair: after anything else the process stops.
      if (error instanceof DiskError && error.code === 'no_space' && this.#disk.exists(path)) this.#disk.remove(path);
      throw error;
    } finally {
      bytes.fill(0);
    }
    await this.#disk.syncFolder(this.#folder);
    return name;
  }

  async wrap(name: string, key: Uint8Array): Promise<Uint8Array> {
    return wrapKey(await this.#key(name), key);
  }

  async unwrap(name: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const key = unwrapKey(await this.#key(name), wrapped);
    if (key === undefined) throw new CodedError('wrapping_key', 'it does not open the key store');
    return key;
  }

  names(owner: string): Promise<readonly string[]> {
    return Promise.resolve(this.#list().filter((name) => nameForm.exec(name)?.[1] === owner));
  }

  async destroy(name: string): Promise<void> {
    if (nameForm.test(name)) await this.#overwrite(this.#path(name));
  }

  holdsFirst(): boolean {
    return this.#disk.exists(this.#path(firstName, ''));
  }

  /** The wrapping key of a store of version 1. Throws with CodedError log_damaged when it is missing or damaged. */
  first(): Uint8Array {
    const key = this.#read(this.#path(firstName, ''));
    if (key === undefined) throw new CodedError('log_damaged', `${firstName} is missing or damaged: without it nothing can be opened`);
    return key;
  }

  async destroyFirst(): Promise<void> {
    await this.#overwrite(this.#path(firstName, ''));
  }

  async #overwrite(path: string): Promise<void> {
    if (!this.#disk.exists(path)) return;
    await this.#withFile(path, async (file) => {
      file.write(0, this.#entropy.bytes(fileBytes));
      await file.sync();
    });
    this.#disk.remove(path);
    await this.#disk.syncFolder(this.#folder);
  }

  async #withFile(path: string, work: (file: DiskFile) => Promise<void>): Promise<void> {
    const file = this.#disk.open(path, { create: true });
    try {
      await work(file);
    } finally {
      file.close();
    }
  }

  #list(): string[] {
    return this.#disk
      .list(this.#folder)
      .filter((name) => name.endsWith('.key'))
      .map((name) => name.slice(0, -4))
      .filter((name) => nameForm.test(name));
  }

  #key(name: string): Promise<Uint8Array> {
    const key = nameForm.test(name) ? this.#read(this.#path(name)) : undefined;
    return key === undefined ? Promise.reject(new CodedError('wrapping_key', 'its file is missing or damaged')) : Promise.resolve(key);
  }

  #read(path: string): Uint8Array | undefined {
    if (!this.#disk.exists(path)) return undefined;
    const file = this.#disk.open(path);
    const bytes = Buffer.from(file.read(0, fileBytes));
    file.close();
    if (bytes.length < fileBytes || bytes.readUInt32LE(0) !== magic || crc32(bytes.subarray(0, 40)) !== bytes.readUInt32LE(40))
      return undefined;
    if (bytes.readUInt32LE(4) !== 1) throw new CodedError('log_version', 'a wrapping key');
    return bytes.subarray(8, 40);
  }

  #path(name: string, ending = '.key'): string {
    return `${this.#folder === '' ? '' : `${this.#folder}/`}${name}${ending}`;
  }
}
