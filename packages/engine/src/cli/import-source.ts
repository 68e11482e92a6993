// The file of an import: its bytes as a stream (unpacked when its name ends in .gz), how much of it has been read, and its fingerprint: the
// first 48 bits of SHA-256 over its first limits.importFingerprintBytes, with its size. Enough to tell another file under the same name.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync, type ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';

export interface Fingerprint {
  readonly hash48: number;
  readonly size: number;
}

export class ImportSource {
  readonly form: 'csv' | 'jsonl';
  readonly fingerprint: Fingerprint;
  readonly #path: string;
  readonly #packed: boolean;
  #file: ReadStream | null = null;

  /** Throws CodedError file_unreadable. */
  constructor(path: string) {
    const match = /\.(csv|jsonl)(\.gz)?$/i.exec(path);
    if (match === null) throw new CodedError('file_unreadable');
    this.#path = path;
    this.form = match[1]?.toLowerCase() === 'csv' ? 'csv' : 'jsonl';
    this.#packed = match[2] !== undefined;
    try {
      const { size } = statSync(path);
      const file = openSync(path, 'r');
      const head = Buffer.alloc(Math.min(size, limits.importFingerprintBytes));
      const read = readSync(file, head, 0, head.length, 0);
      closeSync(file);
      this.fingerprint = { hash48: createHash('sha256').update(head.subarray(0, read)).digest().readUIntBE(0, 6), size };
    } catch {
      throw new CodedError('file_unreadable');
    }
  }

  /** Share of the file's bytes that have been read. */
  get fraction(): number {
    return this.fingerprint.size === 0 ? 1 : (this.#file?.bytesRead ?? 0) / this.fingerprint.size;
  }

  open(): Readable {
    const file = createReadStream(this.#path, { highWaterMark: 256 * 1024 });
    this.#file = file;
    if (!this.#packed) return file;
    const unpacked = createGunzip({ chunkSize: 256 * 1024 });
    file.on('error', (error) => unpacked.destroy(error));
    return file.pipe(unpacked);
  }
}
