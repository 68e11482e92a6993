// Seals the events of one or several neighbouring segments anew, by person: a pure function of their bytes and keys, so that it can run on
// a thread of its own (reseal-thread.ts). Record headers are copied as they are. What is redacted is left out; of a person of whom a part
// was redacted the remaining events keep their salts one by one, because the secret would give away those of the others. A cold block of
// which nothing goes, and to which nothing comes, is sealed again as it is, once every event that it unpacks to has matched its digest.
// Invariants: no event is sealed that does not match its digest (damage would get a new seal); no block opens under another's key.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { assert } from '../../base/assert.js';
import { CodedError } from '../../base/errors.js';
import type { Entropy } from '../../ports/entropy.js';
import {
  bindingOf,
  blockKeyBytes,
  blockSaltBytes,
  cryptBlock,
  encodeSection,
  saltFrom,
  sealBlock,
  sealOfHeader,
  type ColdIndex,
  type SaltSource,
} from './cold-format.js';
import { ColdSegment } from './cold-segment.js';
import { bufferOver, nonceBytes, segmentHeadBytes, type SegmentHead } from './format.js';
import { partsOf, subjectOf, Words } from './packed-events.js';
import { PersonSalts } from './person-salts.js';
import { frameSize, StoredRecord } from './record.js';
import { coldRecord } from './record-writer.js';

export interface ResealSource {
  readonly name: string;
  readonly head: SegmentHead;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Where its records end. */
  readonly end: number;
  /** Keys of its records; of a cold segment none. */
  readonly keys: readonly (readonly [id: number, key: Uint8Array])[];
  /** Keys of a cold segment. */
  readonly run: Uint8Array | null;
}

export interface ResealInput {
  /** Neighbours, in order. */
  readonly sources: readonly ResealSource[];
  /** Redacted positions among theirs. */
  readonly redacted: readonly number[];
  readonly words: readonly string[];
}

export interface Resealed {
  /** The new segment; the bytes of its head are still zero. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly recordsEnd: number;
  readonly below: number;
  /** Keys: that of the index, then one a block. */
  readonly run: Uint8Array<ArrayBuffer>;
  /** Per record its bytes and the position after it. */
  readonly records: readonly (readonly [bytes: number, below: number])[];
}

/** What came from one person's secret: as a whole, or not any more. */
interface Origin {
  /** 32 bytes, if all of it shares one; else the sources of the block that it was. */
  readonly secret: Uint8Array | null;
  /** The block that it was, opened, if it may be sealed again as it is. */
  readonly plain: Uint8Array | null;
  isBroken: boolean;
  events: number;
}

interface Row {
  readonly position: number;
  readonly bytes: Buffer;
  readonly source: SaltSource;
  readonly origin: Origin;
}

export function reseal(input: ResealInput, entropy: Entropy): Resealed {
  const work = new Resealing(input, entropy.bytes(blockKeyBytes));
  return work.run(entropy);
}

class Resealing {
  readonly #input: ResealInput;
  readonly #redacted: ReadonlySet<number>;
  readonly #records: Buffer[] = [];
  readonly #sizes: [number, number][] = [];
  readonly #times: { events: number; receivedAt: number }[] = [];
  readonly #people = new Map<string | null, Row[]>();
  readonly #indexKey: Uint8Array;
  #below = 0;

  constructor(input: ResealInput, indexKey: Uint8Array) {
    this.#input = input;
    this.#indexKey = indexKey;
    this.#redacted = new Set(input.redacted);
  }

  run(entropy: Entropy): Resealed {
    for (const source of this.#input.sources) {
      if (source.run === null) this.#hot(source);
      else this.#cold(source, source.run);
    }
    const [firstSource] = this.#input.sources;
    assert(firstSource !== undefined, 'there is something to seal');
    const { first, previousHash } = firstSource.head;
    const words = new Words(this.#input.words);
    const blockSalt = entropy.bytes(blockSaltBytes);
    const blockOf = new Int32Array(this.#below - first).fill(-1);
    const keys: Uint8Array[] = [this.#indexKey];
    const blocks: Buffer[] = [];
    const received = this.#receivedAt();
    for (const rows of this.#people.values()) {
      for (const { position } of rows) blockOf[position - first] = blocks.length;
      const whole = wholeOriginOf(rows);
      const secret = whole?.secret ?? null;
      const key = secret ?? entropy.bytes(blockKeyBytes);
      keys.push(key);
      if (whole !== undefined && whole.plain !== null) {
        blocks.push(cryptBlock(whole.plain, key, blockSalt));
        continue;
      }
      const events = rows.map(({ bytes, position }) => ({
        bytes,
        parts: partsOf(bytes),
        receivedAt: received[position - first] ?? 0,
      }));
      const sources = secret === null ? rows.map((row) => sourceOf(row)) : null;
      blocks.push(sealBlock(events, sources, words, key, blockSalt));
    }
    const index: ColdIndex = { words: words.list, records: this.#times, blockOf, blockBytes: blocks.map(({ length }) => length) };
    const binding = bindingOf(previousHash, first, this.#below);
    const section = encodeSection(index, Buffer.concat(blocks), blockSalt, this.#indexKey, entropy.bytes(nonceBytes), binding);
    const head = Buffer.alloc(segmentHeadBytes);
    const recordsEnd = this.#sizes.reduce((sum, [bytes]) => sum + bytes, segmentHeadBytes);
    return {
      bytes: joined([head, ...this.#records, section]),
      recordsEnd,
      below: this.#below,
      run: joined(keys),
      records: this.#sizes,
    };
  }

  #hot(source: ResealSource): void {
    const keys = new Map(source.keys);
    const salts = new PersonSalts();
    const derived = new Map<number, Map<string | null, Origin>>();
    const drawn = new Map<string | null, Origin>();
    for (const record of this.#recordsOf(source)) {
      if (record.keyId === undefined) continue;
      const key = keys.get(record.keyId);
      const plain = key === undefined ? undefined : record.open(key);
      if (key === undefined || plain === undefined) throw damaged(source.name, record, 'seal does not hold');
      salts.use(record.keyId, key);
      let derivedHere = derived.get(record.keyId);
      if (derivedHere === undefined) derived.set(record.keyId, (derivedHere = new Map<string | null, Origin>()));
      // Parsed when its person's turn comes: what a whole segment of events says would be ten times their bytes.
      const subjects = Array.from({ length: record.count }, (_, index) => {
        const bytes = plain.eventAt(index);
        return bytes === null ? undefined : subjectOf(bytes);
      });
      const secrets = subjects.map((subject) => (subject === undefined ? undefined : salts.secretOf(subject)));
      const made = salts.from(secrets, record.first);
      let receivedAt: number | undefined;
      for (const [index, subject] of subjects.entries()) {
        const bytes = plain.eventAt(index);
        const secret = secrets[index];
        if (bytes === null || subject === undefined || secret === undefined) continue;
        const position = record.first + index;
        if (hash('sha256', plain.saltedAt(index), 'binary') !== record.digestTextAt(index))
          throw damaged(source.name, record, `position ${position} does not match its digest`);
        const isDerived = plain.hasSalt(index, made);
        const origins = isDerived ? derivedHere : drawn;
        let origin = origins.get(subject);
        if (origin === undefined)
          origins.set(subject, (origin = { secret: isDerived ? secret : null, plain: null, isBroken: false, events: 0 }));
        const from: SaltSource = isDerived ? { secret } : { salt: Buffer.from(plain.saltAt(index)) };
        if (this.#take(subject, { position, bytes, source: from, origin })) receivedAt ??= partsOf(bytes)?.receivedAt;
      }
      this.#times.push({ events: record.count, receivedAt: receivedAt ?? this.#times.at(-1)?.receivedAt ?? 0 });
    }
  }

  #cold(source: ResealSource, run: Uint8Array): void {
    const bytes = bufferOver(source.bytes);
    const records = [...this.#recordsOf(source)];
    const segment = ColdSegment.open(source.head, (at, length) => bytes.subarray(at, at + length), run);
    if (segment === undefined) throw new CodedError('log_damaged', `${source.name} at offset ${source.end}: index does not open`);
    const { words } = this.#input;
    const isSameWords = segment.index.words.length === words.length && words.every((word, at) => word === segment.index.words[at]);
    const subjects: (string | null | undefined)[] = [];
    const origins = segment.index.blockBytes.map((_, block): Origin => {
      const opened = segment.block(block, Infinity);
      if (opened === undefined) throw new CodedError('log_damaged', `${source.name}: block ${block} does not open`);
      const own = segment.keyOf(block);
      const isOwn = opened.sources.every((each) => 'secret' in each && Buffer.compare(each.secret, own) === 0);
      return { secret: isOwn ? own : null, plain: isSameWords ? opened.plain : null, isBroken: false, events: 0 };
    });
    for (const record of records) {
      if (record.count === 0) continue;
      if (!record.isCold || !segment.vouchesFor(record)) throw damaged(source.name, record, 'header is not the one that was sealed');
      let isAlive = false;
      for (let index = 0; index < record.count; index += 1) {
        const position = record.first + index;
        const block = segment.index.blockOf[position - segment.first] ?? -1;
        if (block < 0) continue;
        const event = segment.eventAt(position, record.digestAt(index), Infinity);
        const salts = segment.sourceAt(position, Infinity);
        const origin = origins[block];
        if (event === undefined || event === null || salts === undefined || origin === undefined)
          throw damaged(segment.first.toString(), record, `position ${position} does not match its digest`);
        // A block is one person's.
        let subject = subjects[block];
        if (subject === undefined) subjects[block] = subject = subjectOf(event);
        if (this.#take(subject, { position, bytes: event, source: salts, origin })) isAlive = true;
      }
      const receivedAt = isAlive ? segment.receivedAt(record.first) : (this.#times.at(-1)?.receivedAt ?? 0);
      this.#times.push({ events: record.count, receivedAt });
    }
  }

  *#recordsOf({ name, bytes, end }: ResealSource): Iterable<StoredRecord> {
    const all = bufferOver(bytes);
    for (let at = segmentHeadBytes; at < end;) {
      const size = frameSize(all, at, end - at);
      const record = size === undefined ? undefined : new StoredRecord(all.subarray(at, at + size));
      if (record === undefined || !record.isIntact()) throw new CodedError('log_damaged', `${name} at offset ${at}: record damaged`);
      const cold = coldRecord(record, sealOfHeader(this.#indexKey, record.headerHash));
      this.#records.push(cold);
      this.#below = record.below;
      this.#sizes.push([cold.length, record.below]);
      yield record;
      at += record.bytes.length;
    }
  }

  /** False: it is redacted, and left out. */
  #take(subject: string | null, row: Row): boolean {
    row.origin.events += 1;
    // [C32]
    if (this.#redacted.has(row.position)) {
      row.origin.isBroken = true;
      return false;
    }
    const rows = this.#people.get(subject);
    if (rows === undefined) this.#people.set(subject, [row]);
    else rows.push(row);
    return true;
  }

  /** By place in the segment. */
  #receivedAt(): Float64Array {
    const times = new Float64Array(this.#times.reduce((sum, { events }) => sum + events, 0));
    let at = 0;
    for (const { events, receivedAt } of this.#times) {
      times.fill(receivedAt, at, at + events);
      at += events;
    }
    return times;
  }
}

/** What all of the rows, and nothing beside them, came from; undefined when something came to it or went. */
function wholeOriginOf(rows: readonly Row[]): Origin | undefined {
  const origin = rows[0]?.origin;
  const isWhole = origin?.isBroken === false && origin.events === rows.length && rows.every((row) => row.origin === origin);
  return isWhole ? origin : undefined;
}

/** A secret that would give away the salt of a redacted event is not kept: only what it gave for this one. */
function sourceOf({ source, origin, position }: Row): SaltSource {
  // [C61]
  return origin.isBroken ? { salt: saltFrom(source, position) } : source;
}

function damaged(name: string, record: StoredRecord, problem: string): CodedError {
  return new CodedError('log_damaged', `${name}, record at position ${record.first}: ${problem}`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
