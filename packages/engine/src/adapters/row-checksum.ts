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
  for (let at = 0; at < checksumBytes; at += 1) value[at] = checksum >>> (8 * at);
  return checksum;
}

/** The checksum that stands before a value, as it stands there. */
export function checksumIn(value: unknown): number {
  const bytes = bytesOf(value);
  // A view of each row would take longer than its checksum.
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[0], bytes[1], bytes[2], bytes[3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

/** The value of a row as text. Throws when name and value are not those that were put. */
export function textIn(name: Uint8Array, value: unknown): string {
  const bytes = bytesOf(value);
  if (checksumIn(bytes) !== checksumOf(name, bytes)) throw new Error('a row is damaged');
  return textFrom(bytes, checksumBytes);
}

/** Bytes from one on as text; what the store gives are Buffers already. */
export function textFrom(bytes: Uint8Array, from: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('utf8', from);
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

/** Rows are short: up to here two calls out of the engine, and the views that they need, take longer than the bytes. */
const ownBytesMax = 512;

function checksumOf(name: Uint8Array, value: Uint8Array): number {
  if (value.length > ownBytesMax) return crc32(value.subarray(checksumBytes), crc32(name));
  return ~gone(gone(-1, name, 0), value, checksumBytes) >>> 0;
}

/** The register of a crc32 (RFC 1952, section 8) that has gone over more bytes. */
function gone(register: number, bytes: Uint8Array, from: number): number {
  let crc = register;
  for (let at = from; at < bytes.length; at += 1) crc = (crc >>> 8) ^ (byByte[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}

const byByte = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0xedb88320);
  return crc;
});

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < checksumBytes) throw new Error('a row has no checksum');
  return value;
}
