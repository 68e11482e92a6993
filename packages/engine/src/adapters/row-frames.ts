// Rows as bytes in large chunks, so that a checkpoint of tens of thousands goes to the thread that writes it without a copy and with
// nothing to clone. A frame: two uint32 (bytes of the name, bytes of the value or `removed`), the name, the value, in UTF-8. A value begins
// with the room for its checksum (row-checksum.ts), which the thread fills: not the one that answers people.
// A chunk belongs to whoever holds it: the packer gives each away once and never touches it again.
import { assert } from '../base/assert.js';
import { checksumBytes } from './row-checksum.js';

const chunkBytes = 256 * 1024;
const headBytes = 8;
const removed = 0xffff_ffff;
const utf8BytesPerUnitMax = 3;

export class RowPacker {
  #chunk = Buffer.alloc(0);
  #at = 0;
  #full: Uint8Array<ArrayBuffer>[] = [];

  /** `value` null removes the row. */
  add(name: string, value: string | null, nameBytesMax: number): void {
    const room = headBytes + checksumBytes + (name.length + (value?.length ?? 0)) * utf8BytesPerUnitMax;
    if (this.#at + room > this.#chunk.length) this.#next(room);
    const chunk = this.#chunk;
    const nameAt = this.#at + headBytes;
    const nameBytes = chunk.write(name, nameAt, 'utf8');
    assert(nameBytes <= nameBytesMax, 'a row key fits the store');
    const valueBytes = value === null ? removed : checksumBytes + chunk.write(value, nameAt + nameBytes + checksumBytes, 'utf8');
    chunk.writeUInt32LE(nameBytes, this.#at);
    chunk.writeUInt32LE(valueBytes, this.#at + 4);
    this.#at = nameAt + nameBytes + (value === null ? 0 : valueBytes);
  }

  /** All chunks so far; the packer begins anew. */
  take(): Uint8Array<ArrayBuffer>[] {
    this.#next(0);
    const taken = this.#full;
    this.#full = [];
    return taken;
  }

  #next(room: number): void {
    // A chunk has a buffer of its own (allocUnsafeSlow), so giving it away takes nothing from anybody else.
    if (this.#at > 0) this.#full.push(new Uint8Array(this.#chunk.buffer, 0, this.#at));
    this.#chunk = room === 0 ? Buffer.alloc(0) : Buffer.allocUnsafeSlow(Math.max(chunkBytes, room));
    this.#at = 0;
  }
}

/** The rows of a chunk, as views on it; `value` null: remove, else it begins with room for the checksum. */
export function* rowsIn(chunk: Uint8Array): Iterable<{ readonly name: Uint8Array; readonly value: Uint8Array | null }> {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let at = 0;
  while (at < chunk.length) {
    const valueAt = at + headBytes + view.getUint32(at, true);
    const valueBytes = view.getUint32(at + 4, true);
    const name = chunk.subarray(at + headBytes, valueAt);
    at = valueBytes === removed ? valueAt : valueAt + valueBytes;
    yield { name, value: valueBytes === removed ? null : chunk.subarray(valueAt, at) };
  }
}
