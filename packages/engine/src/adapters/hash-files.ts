// The ledger's hashes on a disk: FOLDER/level-N, 32 bytes a hash, in order; FOLDER/note, a text with what they amount to. Nothing of it is
// the truth: a note that does not fit what lies there makes the ledger build its tree anew from the log. Files are not synced until `save`.
import { Buffer } from 'node:buffer';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import type { HashStore } from '../ports/hash-store.js';
import { makeDurableFolder } from './durable-folder.js';

const hashBytes = 32;

export class HashFiles implements HashStore {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #levels: { readonly file: DiskFile; count: number }[] = [];

  /** Makes the folder when missing. Throws what the disk throws. */
  static async open(disk: Disk, folder: string): Promise<HashFiles> {
    await makeDurableFolder(disk, folder);
    return new HashFiles(disk, folder);
  }

  private constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
    for (let level = 0; disk.exists(this.#path(level)); level += 1) this.#open(level);
  }

  count(level: number): number {
    return this.#levels[level]?.count ?? 0;
  }

  read(level: number, from: number, count: number): Uint8Array {
    return this.#levels[level]?.file.read(from * hashBytes, count * hashBytes) ?? new Uint8Array(0);
  }

  append(level: number, hashes: Uint8Array): void {
    const held = this.#levels[level] ?? this.#open(level);
    held.file.write(held.count * hashBytes, hashes);
    held.count += hashes.length / hashBytes;
  }

  truncate(level: number, count: number): void {
    const held = this.#levels[level];
    if (held === undefined) return;
    held.file.truncate(count * hashBytes);
    held.count = count;
  }

  note(): string | null {
    const path = `${this.#folder}/note`;
    if (!this.#disk.exists(path)) return null;
    const file = this.#disk.open(path);
    const text = Buffer.from(file.read(0, file.size())).toString('utf8');
    file.close();
    return text;
  }

  async save(note: string): Promise<void> {
    await Promise.all(this.#levels.map(({ file }) => file.sync()));
    const draft = `${this.#folder}/note.new`;
    const file = this.#disk.open(draft, { create: true });
    try {
      file.truncate(0);
      file.write(0, Buffer.from(note, 'utf8'));
      await file.sync();
    } finally {
      file.close();
    }
    this.#disk.rename(draft, `${this.#folder}/note`);
    await this.#disk.syncFolder(this.#folder);
  }

  close(): void {
    for (const { file } of this.#levels) file.close();
    this.#levels.length = 0;
  }

  #path(level: number): string {
    return `${this.#folder}/level-${level}`;
  }

  #open(level: number): { readonly file: DiskFile; count: number } {
    if (level > this.#levels.length) throw new DiskError('missing', 'levels of hashes begin one after the other');
    const file = this.#disk.open(this.#path(level), { create: true });
    const held = { file, count: Math.floor(file.size() / hashBytes) };
    this.#levels[level] = held;
    return held;
  }
}
