// The bytes of one file, sparse and cheap to copy: a fork shares every chunk until one side writes to it.
// Why: a preallocated segment is mostly holes, and the image builder keeps many moments of the same disk at once.
// Invariant: a missing chunk reads as zero; a chunk is written only by the fork that owns it; no byte at or beyond `size` is other than
// zero.

import { ftruncateSync, writevSync } from 'node:fs';

export const CHUNK_BYTES = 16_384;
const WRITE_PARTS_MAX = 512;

interface Chunk {
  readonly owner: object;
  readonly bytes: Uint8Array;
}

export class Content {
  #chunks: Map<number, Chunk>;
  #owner: object = {};
  #size: number;

  constructor(chunks: Map<number, Chunk> = new Map<number, Chunk>(), size = 0) {
    this.#chunks = chunks;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  fork(): Content {
    this.#owner = {};
    return new Content(new Map(this.#chunks), this.#size);
  }

  /** Writes data at the byte offset and grows the file to hold it. */
  put(offset: number, data: Uint8Array): void {
    this.#size = Math.max(this.#size, offset + data.length);
    for (let done = 0; done < data.length;) {
      const at = offset + done;
      const take = Math.min(CHUNK_BYTES - (at % CHUNK_BYTES), data.length - done);
      this.#own(Math.floor(at / CHUNK_BYTES)).set(data.subarray(done, done + take), at % CHUNK_BYTES);
      done += take;
    }
  }

  /** Makes [offset, offset + length) zero without changing the size. */
  zero(offset: number, length: number): void {
    const end = Math.min(offset + length, this.#size);
    for (let at = offset; at < end;) {
      const index = Math.floor(at / CHUNK_BYTES);
      const stop = Math.min((index + 1) * CHUNK_BYTES, end);
      if (stop - at === CHUNK_BYTES) this.#chunks.delete(index);
      else if (this.#chunks.has(index)) this.#own(index).fill(0, at % CHUNK_BYTES, (at % CHUNK_BYTES) + stop - at);
      at = stop;
    }
  }

  /** Cuts the file short or extends it with zeros. */
  resize(size: number): void {
    if (size < this.#size) {
      const last = Math.floor(size / CHUNK_BYTES);
      for (const index of this.#chunks.keys()) if (index > last) this.#chunks.delete(index);
      this.zero(size, Math.min(this.#size, (last + 1) * CHUNK_BYTES) - size);
    }
    this.#size = size;
  }

  /** The whole file, for tests and small files. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    for (const [index, chunk] of this.#chunks) {
      const start = index * CHUNK_BYTES;
      all.set(chunk.bytes.subarray(0, Math.max(0, Math.min(CHUNK_BYTES, this.#size - start))), start);
    }
    return all;
  }

  /** Writes the file to an empty descriptor, holes staying holes. */
  writeTo(fd: number): void {
    const order = [...this.#chunks.keys()].sort((a, b) => a - b);
    for (let first = 0; first < order.length;) {
      let next = first + 1;
      while (next < order.length && next - first < WRITE_PARTS_MAX && order[next] === (order[next - 1] ?? 0) + 1) next += 1;
      const run = order.slice(first, next);
      const parts = run.map((index) => this.#chunks.get(index)?.bytes ?? new Uint8Array(CHUNK_BYTES));
      for (let at = (run[0] ?? 0) * CHUNK_BYTES, left = parts; left.length > 0;) {
        const written = writevSync(fd, left, at);
        at += written;
        left = unwritten(left, written);
      }
      first = next;
    }
    ftruncateSync(fd, this.#size);
  }

  #own(index: number): Uint8Array {
    const chunk = this.#chunks.get(index);
    if (chunk?.owner === this.#owner) return chunk.bytes;
    const bytes = chunk === undefined ? new Uint8Array(CHUNK_BYTES) : chunk.bytes.slice();
    this.#chunks.set(index, { owner: this.#owner, bytes });
    return bytes;
  }
}

function unwritten(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let skip = written;
  for (const part of parts) {
    if (skip < part.length) left.push(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}
