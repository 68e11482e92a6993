// One record as it lies in a buffer: its fields, its checks, its opening. Reads only; RecordWriter makes them.
// Invariant: nothing of a record is believed before `isIntact` (recovery) or the seal (reads) has held.
import type { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  bodyFixedBytes,
  coldBodyBytes,
  frameBytes,
  hashBytes,
  headerEventBytes,
  headerFixedBytes,
  nonceBytes,
  readUint64,
  recordBytesOf,
  recordMagic,
  saltBytes,
  sealInBlocks,
  sealWholeBatch,
  tagBytes,
} from './format.js';
import { unseal } from './seal.js';

/** Bytes of the record whose frame starts at `at`; undefined when no frame of a possible record is there. */
export function frameSize(buffer: Buffer, at: number, bytesMax: number): number | undefined {
  if (at + frameBytes > buffer.length || buffer.readUInt32LE(at) !== recordMagic) return undefined;
  const headerBytes = buffer.readUInt32LE(at + 8);
  if (headerBytes < headerFixedBytes) return undefined;
  const bytes = recordBytesOf(headerBytes, buffer.readUInt32LE(at + 12));
  return bytes <= bytesMax ? bytes : undefined;
}

/** A view of exactly one record. */
export class StoredRecord {
  readonly bytes: Buffer;
  readonly #headerBytes: number;
  readonly #bodyBytes: number;
  #hash: Buffer | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#headerBytes = bytes.readUInt32LE(8);
    this.#bodyBytes = bytes.readUInt32LE(12);
  }

  /** Whether the checksum holds and the lengths agree with the count. */
  isIntact(): boolean {
    return crc32(this.bytes.subarray(8)) === this.bytes.readUInt32LE(4) && this.hasShape();
  }

  hasShape(): boolean {
    if (this.#headerBytes !== headerFixedBytes + this.count * headerEventBytes) return false;
    if (this.count === 0) return this.#bodyBytes === 0;
    return this.isCold ? this.#bodyBytes === coldBodyBytes : this.#bodyBytes >= bodyFixedBytes + 4 * this.count;
  }

  /** Its events lie in the blocks of people behind the records of its segment. */
  get isCold(): boolean {
    return this.#bodyBytes > 0 && this.bytes.readUInt8(frameBytes + this.#headerBytes) === sealInBlocks;
  }

  get first(): number {
    return readUint64(this.bytes, frameBytes);
  }

  get syncedBefore(): number {
    return readUint64(this.bytes, frameBytes + 8);
  }

  get count(): number {
    return this.bytes.readUInt32LE(frameBytes + 16);
  }

  get below(): number {
    return this.first + this.count;
  }

  get header(): Buffer {
    return this.bytes.subarray(frameBytes, frameBytes + this.#headerBytes);
  }

  get previousHash(): Buffer {
    return this.bytes.subarray(frameBytes + 24, frameBytes + 56);
  }

  get headerHash(): Buffer {
    this.#hash ??= hash('sha256', this.header, 'buffer');
    return this.#hash;
  }

  /** What seals the header of a cold record: 12 bytes, a view. */
  get headerSeal(): Buffer {
    return this.bytes.subarray(frameBytes + this.#headerBytes + 4, frameBytes + this.#headerBytes + coldBodyBytes);
  }

  /** Key that sealed the body; undefined for a mark, and for a cold record, whose keys are those of its segment. */
  get keyId(): number | undefined {
    return this.#bodyBytes === 0 || this.isCold ? undefined : this.bytes.readUInt32LE(frameBytes + this.#headerBytes + 4);
  }

  digestAt(index: number): Buffer {
    const at = frameBytes + headerFixedBytes + index * headerEventBytes;
    return this.bytes.subarray(at, at + 32);
  }

  /** Whether the digest is this one, a binary string: that comes out of the one-shot hash in half the time of a Buffer. */
  hasDigest(index: number, digest: string): boolean {
    const from = frameBytes + headerFixedBytes + index * headerEventBytes;
    for (let at = 0; at < hashBytes; at += 1) if (this.bytes[from + at] !== digest.charCodeAt(at)) return false;
    return digest.length === hashBytes;
  }

  maskAt(index: number): number {
    return this.bytes.readUInt16LE(frameBytes + headerFixedBytes + index * headerEventBytes + 32);
  }

  /** The plain text; undefined when the seal does not hold (wrong key, changed header or body, unknown kind). */
  open(key: Uint8Array): PlainBatch | undefined {
    const body = this.bytes.subarray(frameBytes + this.#headerBytes, frameBytes + this.#headerBytes + this.#bodyBytes);
    if (body.length < bodyFixedBytes || body.readUInt8(0) !== sealWholeBatch) return undefined;
    const tag = body.subarray(20, 20 + tagBytes);
    const plain = unseal(key, body.subarray(8, 8 + nonceBytes), this.headerHash, body.subarray(bodyFixedBytes), tag);
    return plain === undefined ? undefined : PlainBatch.parse(plain, this.count);
  }
}

/** The opened events of one record. */
export class PlainBatch {
  readonly plain: Buffer;
  /** Where each event's length stands; one more at the end. */
  readonly #starts: Uint32Array;

  private constructor(plain: Buffer, starts: Uint32Array) {
    this.plain = plain;
    this.#starts = starts;
  }

  /** Undefined when the lengths do not fill the plain text exactly. */
  static parse(plain: Buffer, count: number): PlainBatch | undefined {
    const starts = new Uint32Array(count + 1);
    let at = 0;
    for (let index = 0; index < count; index++) {
      starts[index] = at;
      if (at + 4 > plain.length) return undefined;
      const length = plain.readUInt32LE(at);
      at += length === 0 ? 4 : 4 + saltBytes + length;
    }
    starts[count] = at;
    return at === plain.length ? new PlainBatch(plain, starts) : undefined;
  }

  /** 16 bytes, a view; of a gap nothing. */
  saltAt(index: number): Buffer {
    const start = this.#starts[index] ?? 0;
    return this.plain.subarray(start + 4, Math.min(start + 4 + saltBytes, this.endOf(index)));
  }

  /** Whether its salt is the one for it among `salts`, those of the whole record. */
  hasSalt(index: number, salts: Buffer): boolean {
    const from = index * saltBytes;
    const start = (this.#starts[index] ?? 0) + 4;
    for (let at = 0; at < saltBytes; at += 1) if (this.plain[start + at] !== salts[from + at]) return false;
    return true;
  }

  isGap(index: number): boolean {
    return this.plain.readUInt32LE(this.#starts[index]) === 0;
  }

  /** The event's bytes, a view; null for a gap. */
  eventAt(index: number): Buffer | null {
    return this.isGap(index) ? null : this.plain.subarray(this.startOf(index), this.endOf(index));
  }

  /** Where the event's bytes begin, unless it is a gap. */
  startOf(index: number): number {
    return (this.#starts[index] ?? 0) + 4 + saltBytes;
  }

  endOf(index: number): number {
    return this.#starts[index + 1] ?? 0;
  }

  /** What the digest in the header was taken over. */
  saltedAt(index: number): Buffer {
    return this.plain.subarray((this.#starts[index] ?? 0) + 4, this.#starts[index + 1]);
  }
}
