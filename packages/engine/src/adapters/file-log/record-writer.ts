// Makes records: copies, digests, seals, checksums. The hot path of every acknowledged event, so it works in buffers that are used again
// and makes nothing per event. Invariant: nonces are fresh random bytes, each used once; a salt is known only to who has the segment's key.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Entropy } from '../../ports/entropy.js';
import type { AppendEvent } from '../../ports/log.js';
import { EntropyPool } from './entropy-pool.js';
import {
  bodyFixedBytes,
  coldBodyBytes,
  frameBytes,
  hashBytes,
  headerEventBytes,
  headerFixedBytes,
  nonceBytes,
  recordBytesOf,
  recordMagic,
  saltBytes,
  sealInBlocks,
  sealWholeBatch,
  writeUint64,
} from './format.js';
import { PersonSalts } from './person-salts.js';
import type { StoredRecord } from './record.js';
import { seal } from './seal.js';

export interface SegmentKey {
  readonly id: number;
  readonly key: Uint8Array;
}

export interface ChainPlace {
  readonly first: number;
  readonly syncedBefore: number;
  readonly previousHash: Uint8Array;
}

export class RecordWriter {
  /** Hash of the header of the record made last. A fresh array per record. */
  headerHash: Buffer = Buffer.alloc(hashBytes);
  readonly #pool: EntropyPool;
  readonly #salts = new PersonSalts();
  #record = Buffer.alloc(64 * 1024);
  #plain = Buffer.alloc(64 * 1024);

  constructor(entropy: Entropy) {
    this.#pool = new EntropyPool(entropy);
  }

  /** Bytes that the record of these events will take. */
  static sizeOf(events: readonly AppendEvent[]): number {
    let plain = 0;
    for (const event of events) plain += 4 + saltBytes + event.bytes.length;
    return recordBytesOf(headerFixedBytes + events.length * headerEventBytes, events.length === 0 ? 0 : bodyFixedBytes + plain);
  }

  /** The record of a batch; a mark when there are no events. The view is good until the next call. */
  make(events: readonly AppendEvent[], place: ChainPlace, key: SegmentKey): Buffer {
    const headerBytes = headerFixedBytes + events.length * headerEventBytes;
    this.#reserve(RecordWriter.sizeOf(events));
    const record = this.#record;
    writeUint64(record, frameBytes, place.first);
    writeUint64(record, frameBytes + 8, place.syncedBefore);
    record.writeUInt32LE(events.length, frameBytes + 16);
    record.writeUInt32LE(0, frameBytes + 20);
    record.set(place.previousHash, frameBytes + 24);
    const plain = this.#plain;
    let at = 0;
    let entry = frameBytes + headerFixedBytes;
    const salts = this.#salts;
    salts.use(key.id, key.key);
    const made = salts.of(events, place.first);
    let saltAt = 0;
    for (const { bytes, mask, subject } of events) {
      const end = at + 4 + saltBytes + bytes.length;
      plain.writeUInt32LE(bytes.length, at);
      if (subject === undefined) this.#pool.take(plain, at + 4, saltBytes);
      else for (let byte = 0; byte < saltBytes; byte++) plain[at + 4 + byte] = made[saltAt + byte] ?? 0;
      saltAt += saltBytes;
      plain.set(bytes, at + 4 + saltBytes);
      // As a binary string the digest comes out of the one-shot hash in half the time of a Buffer; Buffer.write would double it again.
      const digest = hash('sha256', plain.subarray(at + 4, end), 'binary');
      for (let byte = 0; byte < hashBytes; byte++) record[entry + byte] = digest.charCodeAt(byte);
      record.writeUInt16LE(mask, entry + hashBytes);
      entry += headerEventBytes;
      at = end;
    }
    return this.#close(headerBytes, at, key);
  }

  /** Header and plain text are in place: hashes, seals and frames them. */
  #close(headerBytes: number, plainBytes: number, key: SegmentKey): Buffer {
    const record = this.#record;
    const body = frameBytes + headerBytes;
    this.headerHash = hash('sha256', record.subarray(frameBytes, body), 'buffer');
    const bodyBytes = plainBytes === 0 ? 0 : bodyFixedBytes + plainBytes;
    if (plainBytes > 0) {
      record.writeUInt32LE(sealWholeBatch, body);
      record.writeUInt32LE(key.id, body + 4);
      this.#pool.take(record, body + 8, nonceBytes);
      const nonce = record.subarray(body + 8, body + 8 + nonceBytes);
      const { sealed, tag } = seal(key.key, nonce, this.headerHash, this.#plain.subarray(0, plainBytes));
      // [C13]
      record.set(sealed, body + bodyFixedBytes);
      record.set(tag, body + 20);
    }
    const bytes = recordBytesOf(headerBytes, bodyBytes);
    record.fill(0, body + bodyBytes, bytes);
    record.writeUInt32LE(recordMagic, 0);
    record.writeUInt32LE(headerBytes, 8);
    record.writeUInt32LE(bodyBytes, 12);
    record.writeUInt32LE(crc32(record.subarray(8, bytes)), 4);
    return record.subarray(0, bytes);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#record.length) return;
    this.#record = Buffer.alloc(bytes * 2);
    this.#plain = Buffer.alloc(bytes * 2);
  }
}

/** The record of this header in a cold segment: its events lie elsewhere. A mark stays as it is. */
export function coldRecord(record: StoredRecord, headerSeal: Uint8Array): Buffer {
  if (record.count === 0) return Buffer.from(record.bytes);
  const { header } = record;
  const bytes = Buffer.alloc(recordBytesOf(header.length, coldBodyBytes));
  bytes.writeUInt32LE(recordMagic, 0);
  bytes.writeUInt32LE(header.length, 8);
  bytes.writeUInt32LE(coldBodyBytes, 12);
  bytes.set(header, frameBytes);
  bytes.writeUInt8(sealInBlocks, frameBytes + header.length);
  bytes.set(headerSeal, frameBytes + header.length + 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}
