// What stands behind the records of a cold segment: the events, sealed by person. All numbers little-endian.
//
// Section, from the end of the records to the end of the file:
//    0  u32 magic "EGCB"    4  u32 crc32 of all that follows    8  u32 bytes of the index, sealed    12  u32 bytes of the blocks
//   16  16  salt of the blocks, random    32  12  nonce and 44  16  tag of the index    60  zeros
//   64  index, blocks, zeros up to a multiple of 8
//
// Index: deflated (raw), then AES-256-GCM under the first key of the run; authenticated data: hash of the last header before the
// segment, u64 first position, u64 position after the last. Packed (packed-bytes.ts):
//   words: count, texts
//   records with events: count; of each its events and when it was received, ms, less the one before
//   events in order: 0 a gap, 1 the first of the next block, 2 + n the newest block but n
//   blocks: bytes of each
//
// The header of a record is sealed, masks and all, by the first 12 bytes of hash("ethogram header", first key of the run, hash of the
// header), in the record's body.
//
// Block of one person: AES-256-CTR, counter from zero, under hash("ethogram block", key of the block, salt of the blocks), where the
// key of the n-th block is the one after the n-th of the run. A block is written once under that, so no counter is used twice. It has
// no tag: each event in it is checked against its digest in the record's header, which says more, and costs no byte.
//    0  u8 flags: 1 deflated (raw), 2 salts follow, 4 secrets give salts as person-salts.ts has it; without 4, as it had it at first
//       salts: count; of each n * 2 + kind; kind 0: n salts, 1: a secret for the next n events (person-salts.ts). Without them the key
//       of the block is the secret of all
//       the events, packed (packed-events.ts)
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { hashBytes, headerSealBytes, nonceBytes, saltBytes, tagBytes, writeUint64 } from './format.js';
import { PackedReader, PackedWriter } from './packed-bytes.js';
import { EventPacker, unpackEvents, type Words } from './packed-events.js';
import { hashedSaltOf, saltOf, secretBytes } from './person-salts.js';

export const sectionHeadBytes = 64;
const magic = 0x42434745;
export const blockKeyBytes = 32;
export const blockSaltBytes = 16;
const label = Buffer.from('ethogram block');
const headerLabel = Buffer.from('ethogram header');
const counter = Buffer.alloc(16);
const deflated = 1;
const withSalts = 2;
const permuted = 4;
/** A block that is shorter is not worth a try to deflate it. */
const deflateBytesMin = 160;
const inflatedMax = 256 * 1024 * 1024;

/** What the index tells. */
export interface ColdIndex {
  readonly words: readonly string[];
  readonly records: readonly { readonly events: number; readonly receivedAt: number }[];
  /** Per event the number of its block; -1: a gap. */
  readonly blockOf: Int32Array;
  readonly blockBytes: readonly number[];
}

export interface SectionHead {
  readonly indexBytes: number;
  readonly blocksBytes: number;
  readonly blockSalt: Buffer;
  readonly nonce: Buffer;
  readonly tag: Buffer;
}

/** Per event either the secret that gives its salt, or the salt itself. */
export type SaltSource = { readonly secret: Uint8Array } | { readonly salt: Uint8Array };

export function encodeSection(
  index: ColdIndex,
  blocks: Buffer,
  blockSalt: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  binding: Uint8Array,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(binding);
  const sealed = Buffer.concat([cipher.update(deflateRawSync(packIndex(index))), cipher.final()]);
  const bytes = Buffer.alloc(Math.ceil((sectionHeadBytes + sealed.length + blocks.length) / 8) * 8);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(sealed.length, 8);
  bytes.writeUInt32LE(blocks.length, 12);
  bytes.set(blockSalt, 16);
  bytes.set(nonce, 32);
  bytes.set(cipher.getAuthTag(), 44);
  bytes.set(sealed, sectionHeadBytes);
  bytes.set(blocks, sectionHeadBytes + sealed.length);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

export function bindingOf(previousHash: Uint8Array, first: number, below: number): Buffer {
  const binding = Buffer.alloc(hashBytes + 16);
  binding.set(previousHash, 0);
  writeUint64(binding, hashBytes, first);
  writeUint64(binding, hashBytes + 8, below);
  return binding;
}

/** 12 bytes. */
export function sealOfHeader(key: Uint8Array, headerHash: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([headerLabel, key, headerHash]), 'buffer').subarray(0, headerSealBytes);
}

/** Undefined when the section is not as it was written. */
export function checkSection(section: Buffer): SectionHead | undefined {
  const head = sectionHead(section);
  return head !== undefined && crc32(section.subarray(8)) === section.readUInt32LE(4) ? head : undefined;
}

/** Of its first 64 bytes; the checksum is not looked at. */
export function sectionHead(bytes: Buffer): SectionHead | undefined {
  if (bytes.length < sectionHeadBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  return {
    indexBytes: bytes.readUInt32LE(8),
    blocksBytes: bytes.readUInt32LE(12),
    blockSalt: Buffer.from(bytes.subarray(16, 16 + blockSaltBytes)),
    nonce: Buffer.from(bytes.subarray(32, 32 + nonceBytes)),
    tag: Buffer.from(bytes.subarray(44, 44 + tagBytes)),
  };
}

/** Undefined when the seal does not hold or the index makes no sense. */
export function openIndex(sealed: Uint8Array, head: SectionHead, key: Uint8Array, binding: Uint8Array): ColdIndex | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, head.nonce, { authTagLength: tagBytes });
    decipher.setAAD(binding);
    decipher.setAuthTag(head.tag);
    const packed = Buffer.concat([decipher.update(sealed), decipher.final()]);
    return unpackIndex(inflateRawSync(packed, { maxOutputLength: inflatedMax }));
  } catch {
    return undefined;
  }
}

function packIndex({ words, records, blockOf, blockBytes }: ColdIndex): Buffer {
  const into = new PackedWriter();
  into.uint(words.length);
  for (const word of words) into.text(word);
  into.uint(records.length);
  let before = 0;
  for (const { events, receivedAt } of records) {
    into.uint(events);
    into.int(receivedAt - before);
    before = receivedAt;
  }
  let newest = -1;
  for (const block of blockOf) {
    if (block === newest + 1) {
      into.uint(1);
      newest = block;
    } else into.uint(block < 0 ? 0 : 2 + newest - block);
  }
  into.uint(blockBytes.length);
  for (const bytes of blockBytes) into.uint(bytes);
  return into.bytes;
}

function unpackIndex(bytes: Buffer): ColdIndex {
  const from = new PackedReader(bytes);
  const list = <T>(read: () => T): T[] => {
    const count = from.uint();
    if (count > bytes.length) throw new RangeError('a list longer than its bytes');
    return Array.from({ length: count }, read);
  };
  const words = list(() => from.text());
  let receivedAt = 0;
  const records = list(() => {
    const events = from.uint();
    receivedAt += from.int();
    return { events, receivedAt };
  });
  const count = records.reduce((sum, { events }) => sum + events, 0);
  if (count > bytes.length) throw new RangeError('more events than bytes');
  const blockOf = new Int32Array(count);
  let newest = -1;
  for (let index = 0; index < count; index += 1) {
    const code = from.uint();
    if (code === 1) newest += 1;
    blockOf[index] = code === 0 ? -1 : code === 1 ? newest : newest - (code - 2);
    if ((blockOf[index] ?? 0) < -1) throw new RangeError('a block that is not there');
  }
  const blockBytes = list(() => from.uint());
  if (newest !== blockBytes.length - 1 || !from.isAtEnd) throw new RangeError('blocks and events disagree');
  return { words, records, blockOf, blockBytes };
}

/** Seals the plain bytes of a block, and opens them. */
export function cryptBlock(bytes: Uint8Array, key: Uint8Array, blockSalt: Uint8Array): Buffer {
  const named = Buffer.allocUnsafe(label.length + blockKeyBytes + blockSaltBytes);
  named.set(label, 0);
  named.set(key, label.length);
  named.set(blockSalt, label.length + blockKeyBytes);
  const cipher = createCipheriv('aes-256-ctr', hash('sha256', named, 'buffer'), counter);
  named.fill(0);
  return cipher.update(bytes);
}

/** Packs and seals blocks of one segment, one after the other in the same memory. */
export class BlockSealer {
  readonly #packer: EventPacker;
  readonly #blockSalt: Uint8Array;
  readonly #into = new PackedWriter();

  constructor(words: Words, blockSalt: Uint8Array) {
    this.#packer = new EventPacker(words);
    this.#blockSalt = blockSalt;
  }

  /** `receivedAt`: of the records of the events. `sources` null: the key of the block is the secret of all. */
  seal(events: readonly Buffer[], receivedAt: readonly number[], sources: readonly SaltSource[] | null, key: Uint8Array): Buffer {
    const into = this.#into;
    const flags = permuted | (sources === null ? 0 : withSalts);
    into.cutTo(0);
    into.byte(flags);
    if (sources !== null) packSalts(sources, into);
    this.#packer.pack(events, receivedAt, into);
    const plain = into.bytes.subarray(1);
    const smaller = plain.length < deflateBytesMin ? plain : deflateRawSync(plain);
    if (smaller.length < plain.length) {
      into.cutTo(0);
      into.byte(flags | deflated);
      into.raw(smaller);
    }
    return cryptBlock(into.bytes, key, this.#blockSalt);
  }
}

export interface OpenedBlock {
  /** What was sealed, and may be sealed under another key or its own again; null: it must be packed anew. */
  readonly plain: Buffer | null;
  readonly events: readonly Buffer[];
  readonly sources: readonly SaltSource[];
}

/**
 * `positions` and `receivedAt` of its events in order. Undefined when it makes no sense; an event must still be compared with its digest.
 */
export function openBlock(
  sealed: Uint8Array,
  positions: ArrayLike<number>,
  receivedAt: readonly number[],
  words: Words,
  key: Uint8Array,
  blockSalt: Uint8Array,
): OpenedBlock | undefined {
  const bytes = cryptBlock(sealed, key, blockSalt);
  const flags = bytes[0] ?? 0xff;
  if (flags > (deflated | withSalts | permuted)) return undefined;
  try {
    const rest = bytes.subarray(1);
    const plain = (flags & deflated) === 0 ? rest : inflateRawSync(rest, { maxOutputLength: inflatedMax });
    const from = new PackedReader(plain);
    let sources = (flags & withSalts) === 0 ? receivedAt.map((): SaltSource => ({ secret: key })) : unpackSalts(positions.length, from);
    // Such a block goes on with its salts one by one, and is packed anew with them.
    const isOld = (flags & permuted) === 0;
    if (isOld) sources = sources.map((each, at) => ('salt' in each ? each : { salt: hashedSaltOf(each.secret, positions[at] ?? 0) }));
    return { plain: isOld ? null : bytes, events: unpackEvents(from.rest(), receivedAt, words), sources };
  } catch {
    // Inflating and unpacking foreign bytes fails in as many ways as there are bytes; all of them mean the same.
    return undefined;
  }
}

function packSalts(sources: readonly SaltSource[], into: PackedWriter): void {
  const spans: { readonly secret: Uint8Array | null; readonly salts: Uint8Array[]; count: number }[] = [];
  for (const source of sources) {
    const secret = 'secret' in source ? source.secret.subarray(0, secretBytes) : null;
    let span = spans.at(-1);
    const goesOn =
      span !== undefined && (secret === null ? span.secret === null : span.secret !== null && Buffer.compare(span.secret, secret) === 0);
    if (span === undefined || !goesOn) spans.push((span = { secret, salts: [], count: 0 }));
    span.count += 1;
    if ('salt' in source) span.salts.push(source.salt);
  }
  into.uint(spans.length);
  for (const { secret, salts, count } of spans) {
    into.uint(count * 2 + (secret === null ? 0 : 1));
    if (secret === null) for (const salt of salts) into.raw(salt);
    else into.raw(secret);
  }
}

function unpackSalts(count: number, from: PackedReader): SaltSource[] {
  const sources: SaltSource[] = [];
  for (let spans = from.uint(); spans > 0; spans -= 1) {
    const head = from.uint();
    const events = Math.floor(head / 2);
    if (events > count - sources.length) throw new RangeError('more salts than events');
    const secret = head % 2 === 1 ? Buffer.from(from.raw(secretBytes)) : null;
    for (let left = events; left > 0; left -= 1) sources.push(secret === null ? { salt: Buffer.from(from.raw(saltBytes)) } : { secret });
  }
  if (sources.length !== count) throw new RangeError('an event without a salt');
  return sources;
}

export function saltFrom(source: SaltSource, position: number): Uint8Array {
  return 'salt' in source ? source.salt : saltOf(source.secret, position);
}

/** Bytes of a whole section. */
export function sectionBytes({ indexBytes, blocksBytes }: SectionHead): number {
  return Math.ceil((sectionHeadBytes + indexBytes + blocksBytes) / 8) * 8;
}
