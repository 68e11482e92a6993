// The file of an import: its bytes as a stream (unpacked when they are gzip), how much of it has been read, and its fingerprint: the
// first 48 bits of SHA-256 over its first limits.importFingerprintBytes, with its size. Enough to tell another file under the same name.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync, type ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { formByContent, formByName, isJsonList, isPacked, separatorOf, type Form } from './import-form.js';

const chunkBytes = 256 * 1024;
const listed = 'it is a list in JSON: write one object a line, as `jq -c .[]` does';

export interface Fingerprint {
  readonly hash48: number;
  readonly size: number;
}

export class ImportSource {
  readonly form: Form;
  /** What parts the cells of a CSV file. */
  readonly separator: string;
  readonly fingerprint: Fingerprint;
  /** The first bytes, unpacked. */
  readonly head: Buffer;
  readonly #path: string;
  readonly #packed: boolean;
  /** The first bytes, as they are. */
  readonly #raw: Buffer;
  #file: ReadStream | null = null;

  /** Throws CodedError file_unreadable. */
  constructor(path: string) {
    this.#path = path;
    const { head, size } = headOf(path);
    this.fingerprint = { hash48: hash48Of(head), size };
    this.#raw = head;
    this.#packed = isPacked(head);
    this.head = this.#packed ? unpacked(head) : head;
    const form = formByName(path) ?? formByContent(this.head);
    if (form === undefined) throw new CodedError('file_unreadable', isJsonList(this.head) ? listed : undefined);
    this.form = form;
    const [header = ''] = this.head
      .toString('utf8')
      .replace(/^[\ufeff\r\n]+/, '')
      .split(/\r?\n/, 1);
    this.separator = separatorOf(header);
  }

  /** Share of the file's bytes that have been read. */
  get fraction(): number {
    return this.fingerprint.size === 0 ? 1 : (this.#file?.bytesRead ?? 0) / this.fingerprint.size;
  }

  /**
   * Is it the packed file of which `noted` was cut short (a copy that broke off)? What could be unpacked of that one are its first rows. A
   * file that is not packed may have been cut within a row, which was read as a whole one.
   */
  completes(noted: Fingerprint): boolean {
    if (!this.#packed || noted.size >= this.fingerprint.size) return false;
    return hash48Of(this.#raw.subarray(0, noted.size)) === noted.hash48;
  }

  open(): Readable {
    const file = createReadStream(this.#path, { highWaterMark: chunkBytes });
    this.#file = file;
    if (!this.#packed) return file;
    const unpacking = createGunzip({ chunkSize: chunkBytes });
    file.on('error', (error) => unpacking.destroy(error));
    unpacking.on('close', () => file.destroy());
    return file.pipe(unpacking);
  }
}

function hash48Of(bytes: Buffer): number {
  return createHash('sha256').update(bytes).digest().readUIntBE(0, 6);
}

function headOf(path: string): { readonly head: Buffer; readonly size: number } {
  try {
    const { size } = statSync(path);
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(Math.min(size, limits.importFingerprintBytes));
      return { head: head.subarray(0, readSync(file, head, 0, head.length, 0)), size };
    } finally {
      closeSync(file);
    }
  } catch {
    throw new CodedError('file_unreadable');
  }
}

/** So much of a packed file holds a header: gzip makes at most a thousand times more of it. */
const packedHeadBytes = 4096;

/** What the first bytes unpack to, as far as they go. */
function unpacked(head: Buffer): Buffer {
  try {
    return gunzipSync(head.subarray(0, packedHeadBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
