// Reads the records of one file through a window, so that walking a segment costs few system calls.
// Invariant: the bytes below `end` do not change while the window is in use; what lies beyond it is never looked at.
import { Buffer } from 'node:buffer';
import { limits } from '../../base/limits.js';
import type { DiskFile } from '../../ports/disk.js';
import { bufferOver, frameBytes } from './format.js';
import { frameSize, StoredRecord } from './record.js';

export class RecordWindow {
  readonly #windowBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #from = 0;

  constructor(windowBytes: number = limits.readWindowBytes) {
    this.#windowBytes = windowBytes;
  }

  /** Forgets what was read: the file is another one now. */
  clear(): void {
    this.#bytes = Buffer.alloc(0);
  }

  /** The record at `at`, of which only the frame is checked; undefined when there is none that ends by `end`. */
  at(file: DiskFile, at: number, end: number): StoredRecord | undefined {
    if (at + frameBytes > end) return undefined;
    if (!this.#holds(at, frameBytes)) this.#load(file, at, this.#windowBytes, end);
    let size = frameSize(this.#bytes, at - this.#from, end - at);
    if (size === undefined) return undefined;
    if (!this.#holds(at, size)) {
      this.#load(file, at, Math.max(size, this.#windowBytes), end);
      size = frameSize(this.#bytes, 0, this.#bytes.length);
      if (size === undefined) return undefined;
    }
    return new StoredRecord(this.#bytes.subarray(at - this.#from, at - this.#from + size));
  }

  #holds(at: number, length: number): boolean {
    return at >= this.#from && at + length <= this.#from + this.#bytes.length;
  }

  #load(file: DiskFile, at: number, length: number, end: number): void {
    this.#bytes = bufferOver(file.read(at, Math.min(length, end - at)));
    this.#from = at;
  }
}
