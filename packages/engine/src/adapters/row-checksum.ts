// What lies in the store can be shown to be what was put there. Four bytes before each value are the crc32 of the row's name and value, so
// neither is taken for another; one more row holds the sum of these of all others, so that none is missing unnoticed. LMDB checks nothing.
// Invariant: who has seen all rows pass, in their order, and `end` not throw, has read exactly what the last commit wrote.
// Non-goal: somebody who changes the file with intent. State is rebuilt from the log, which is sealed.
import { crc32 } from 'node:zlib';

/** Room before a value. */
export const checksumBytes = 4;
/** The row of the sum: below every table, as the head is. */
export const sumName = Buffer.from('\0sum');

/** Writes the checksum of a row into the room before its value; returns it. */
export function putChecksum(name: Uint8Array, value: Uint8Array): number {
  const checksum = checksumOf(name, value);
  viewOf(value).setUint32(0, checksum, true);
  return checksum;
}

/** The checksum that stands before a value, as it stands there. */
export function checksumIn(value: unknown): number {
  return viewOf(bytesOf(value)).getUint32(0, true);
}

/** The value of a row as text. Throws when name and value are not those that were put. */
export function textIn(name: Uint8Array, value: unknown): string {
  const bytes = bytesOf(value);
  if (checksumIn(bytes) !== checksumOf(name, bytes)) throw new Error('a row is damaged');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8', checksumBytes);
}

/** The value of the row of the sum, checksum included. */
export function sumValue(sum: number): Uint8Array {
  const value = Buffer.from(`${' '.repeat(checksumBytes)}${sum}`);
  putChecksum(sumName, value);
  return value;
}

/** What that row says; where there is none, nothing was put yet. */
export function sumIn(value: unknown): number {
  return value === undefined ? 0 : Number(textIn(sumName, value));
}

/** A sum of checksums with one more or, by `sign` -1, one less. */
export function added(sum: number, checksum: number, sign: 1 | -1): number {
  return (sum + sign * checksum) >>> 0;
}

/** Follows all rows of a store in the order in which they lie. */
export class RowCheck {
  #sum = 0;
  #told = 0;
  #last: Uint8Array = Buffer.alloc(0);

  /** Throws when it is not as it was put, or not where it belongs. */
  see(name: Uint8Array, value: unknown): void {
    if (Buffer.compare(this.#last, name) >= 0) throw new Error('rows lie in no order');
    this.#last = name;
    const checksum = checksumIn(value);
    if (checksum !== checksumOf(name, bytesOf(value))) throw new Error('a row is damaged');
    if (Buffer.compare(name, sumName) === 0) this.#told = sumIn(value);
    else this.#sum = added(this.#sum, checksum, 1);
  }

  /** Throws when those seen were not all. */
  end(): void {
    if (this.#sum !== this.#told) throw new Error('rows are missing');
  }
}

function checksumOf(name: Uint8Array, value: Uint8Array): number {
  return crc32(value.subarray(checksumBytes), crc32(name));
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < checksumBytes) throw new Error('a row has no checksum');
  return value;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
