// The bytes of the file log, format v1. All numbers are little-endian and unsigned; `hash` is SHA-256.
//
// Files of the log's folder:
//   <20 digits>.seg   a segment, named by the position of its first event; `next.seg`, `reserve.seg` are prepared and hold no event yet
//   compact.tmp       a segment being rewritten; without meaning after a crash
//                     A cold segment may take the place of several; files of the others that a crash left begin before its end
//   redactions        which positions are gaps (redactions.ts has its table)
//
// Segment head (128 bytes)                          Record (starts and ends on a multiple of 8)
//    0  u32 magic "EGSG"                               0  u32 magic "EGRC"
//    4  u32 version = 1                                4  u32 crc32 of all that follows, padding included
//    8  u64 first position                             8  u32 header bytes
//   16  u64 synced before (see the record header)     12  u32 body bytes
//   24  u64 capacity: bytes that the file was         16  header, body, then zeros up to a multiple of 8
//           made durable with; 0 = grows by writes
//   32  u32 key id                                  Header: never changes, so the chain survives redaction
//   36  u32 key id before compaction; 0 = none         0  u64 first position
//   40  u32 flags: 1 blank (no position yet),          8  u64 synced before: every position below it was on stable
//           2 reserve, 4 the key was durable first,           storage when this record was written
//           8 cold                                    16  u32 count of events; 0 = a mark, written at closing, without body
//   44  zeros                                         20  u32 flags = 0
//   48  32  hash of the last header before this       24  32  hash of the header before this one (zeros for the first)
//   80  u64 of a cold one: where its records end
//   88  u64 of a cold one: position after its last
//   96  zeros
//  124  u32 crc32 of bytes 0-123                      56  per event: 32 hash(salt, bytes), u16 mask of purposes
//
// Body: may be rewritten (redaction, new key)       Plain text, per event in order
//    0  u8 seal kind: 1 = whole batch, segment key     0  u32 length of the event; 0 = a gap: no salt, no bytes
//    1  zeros                                          4  16  salt (person-salts.ts)
//    4  u32 key id                                    20  the event
//    8  12  nonce, random
//   20  16  tag                                     Without its salt a digest in the header says nothing about the event
//   36  AES-256-GCM of the plain text;              that is gone.
//           authenticated data = hash of the header
//   or 16 bytes: u8 seal kind 2, zeros, and at 4 the 12 bytes that seal the header (cold-format.ts): the events lie in the blocks of
//   people behind the records of this cold segment.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

export const formatVersion = 1;
export const segmentMagic = 0x47534745;
export const recordMagic = 0x43524745;

export const hashBytes = 32;
export const saltBytes = 16;
export const nonceBytes = 12;
export const tagBytes = 16;
export const segmentHeadBytes = 128;
export const frameBytes = 16;
export const headerFixedBytes = 56;
export const headerEventBytes = 34;
export const bodyFixedBytes = 36;
export const sealWholeBatch = 1;
export const sealInBlocks = 2;
export const coldBodyBytes = 16;
export const headerSealBytes = 12;

export interface SegmentHead {
  readonly first: number;
  readonly syncedBefore: number;
  readonly capacity: number;
  readonly keyId: number;
  readonly oldKeyId: number;
  readonly blank: boolean;
  readonly reserve: boolean;
  readonly keyDurable: boolean;
  readonly previousHash: Uint8Array;
  /** Its events are sealed by person; `keyId` is that of the run of their keys. */
  readonly cold?: { readonly recordsEnd: number; readonly below: number };
}

export function readUint64(from: Buffer, at: number): number {
  return from.readUInt32LE(at) + from.readUInt32LE(at + 4) * 0x1_0000_0000;
}

export function writeUint64(into: Buffer, at: number, value: number): void {
  into.writeUInt32LE(value >>> 0, at);
  into.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}

/** A Buffer over the same memory. */
export function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

const zeros = Buffer.alloc(64 * 1024);

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (zeros.compare(part, 0, part.length, 0, part.length) !== 0) return false;
  }
  return true;
}

/** Bytes of a whole record, padding included. */
export function recordBytesOf(headerBytes: number, bodyBytes: number): number {
  return Math.ceil((frameBytes + headerBytes + bodyBytes) / 8) * 8;
}

export function segmentName(first: number): string {
  return `${String(first).padStart(20, '0')}.seg`;
}

/** The first position in a segment's name; undefined when it is no such name. */
export function positionOfSegmentName(name: string): number | undefined {
  if (!/^\d{20}\.seg$/.test(name)) return undefined;
  const first = Number(name.slice(0, 20));
  return Number.isSafeInteger(first) ? first : undefined;
}

export function encodeSegmentHead(head: SegmentHead): Buffer {
  const bytes = Buffer.alloc(segmentHeadBytes);
  bytes.writeUInt32LE(segmentMagic, 0);
  bytes.writeUInt32LE(formatVersion, 4);
  writeUint64(bytes, 8, head.first);
  writeUint64(bytes, 16, head.syncedBefore);
  writeUint64(bytes, 24, head.capacity);
  bytes.writeUInt32LE(head.keyId, 32);
  bytes.writeUInt32LE(head.oldKeyId, 36);
  bytes.writeUInt32LE((head.blank ? 1 : 0) | (head.reserve ? 2 : 0) | (head.keyDurable ? 4 : 0) | (head.cold === undefined ? 0 : 8), 40);
  bytes.set(head.previousHash, 48);
  if (head.cold !== undefined) {
    writeUint64(bytes, 80, head.cold.recordsEnd);
    writeUint64(bytes, 88, head.cold.below);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 124)), 124);
  return bytes;
}

/** The head at the start of `bytes`; 'damaged', or 'version' for an intact one of a format that we do not know. */
export function decodeSegmentHead(bytes: Uint8Array): SegmentHead | 'damaged' | 'version' {
  if (bytes.length < segmentHeadBytes) return 'damaged';
  const head = bufferOver(bytes);
  if (head.readUInt32LE(0) !== segmentMagic || crc32(head.subarray(0, 124)) !== head.readUInt32LE(124)) return 'damaged';
  if (head.readUInt32LE(4) !== formatVersion) return 'version';
  const flags = head.readUInt32LE(40);
  return {
    first: readUint64(head, 8),
    syncedBefore: readUint64(head, 16),
    capacity: readUint64(head, 24),
    keyId: head.readUInt32LE(32),
    oldKeyId: head.readUInt32LE(36),
    blank: (flags & 1) !== 0,
    reserve: (flags & 2) !== 0,
    keyDurable: (flags & 4) !== 0,
    previousHash: Buffer.from(head.subarray(48, 48 + hashBytes)),
    ...((flags & 8) === 0 ? {} : { cold: { recordsEnd: readUint64(head, 80), below: readUint64(head, 88) } }),
  };
}
