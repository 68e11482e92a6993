// Seals the events of one or several neighbouring segments anew, by person: a pure function of their bytes and keys, so that it can run on
// a thread of its own (reseal-thread.ts). Record headers are copied as they are. What is redacted is left out; of a person of whom a part
// was redacted the remaining events keep their salts one by one, because the secret would give away those of the others. A cold block of
// which nothing goes, and to which nothing comes, is sealed again as it is, once every event that it unpacks to has matched its digest.
// Invariants: no event is sealed that does not match its digest (damage would get a new seal); no block opens under another's key.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { assert, must } from '../../base/assert.js';
import { CodedError } from '../../base/errors.js';
import type { Entropy } from '../../ports/entropy.js';
import {
  bindingOf,
  blockKeyBytes,
  blockSaltBytes,
  BlockSealer,
  cryptBlock,
  encodeSection,
  saltFrom,
  sealOfHeader,
  type ColdIndex,
  type SaltSource,
} from './cold-format.js';
import { ColdSegment } from './cold-segment.js';
import { partsOf, plainSubjectIn, subjectOf } from './event-parts.js';
import { EventTable } from './event-table.js';
import { bufferOver, nonceBytes, segmentHeadBytes, type SegmentHead } from './format.js';
import { Words } from './packed-events.js';
import { PersonSalts } from './person-salts.js';
import { frameSize, StoredRecord, type PlainBatch } from './record.js';
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

/** Every key that it holds. */
export function keysIn({ sources }: ResealInput): Uint8Array[] {
  return sources.flatMap(({ keys, run }) => [...keys.map(([, key]) => key), ...(run === null ? [] : [run])]);
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

/** A person as the records of one hot segment know them. */
interface Sender {
  /** Of them under the key at hand. */
  readonly secret: Buffer;
  readonly subject: string | null;
  /** Number of the origin of what has a salt of that secret; -1: nothing yet. */
  derived: number;
  /** -1: nothing of them was kept yet. */
  person: number;
}

/** Somebody else wants it to end. Nothing has come of it. */
export class ResealEnded extends Error {}

/** `isToEnd` is asked at every record and every person. Throws CodedError log_damaged, or ResealEnded. */
export function reseal(input: ResealInput, entropy: Entropy, isToEnd: () => boolean = () => false): Resealed {
  const work = new Resealing(input, entropy.bytes(blockKeyBytes), isToEnd);
  return work.run(entropy);
}

class Resealing {
  readonly #input: ResealInput;
  readonly #isToEnd: () => boolean;
  readonly #redacted: ReadonlySet<number>;
  readonly #first: number;
  readonly #records: Buffer[] = [];
  readonly #sizes: [number, number][] = [];
  readonly #times: { events: number; receivedAt: number }[] = [];
  readonly #people = new Map<string | null, number>();
  readonly #origins: Origin[] = [];
  /** By position, of events whose origin has no secret that gives them. */
  readonly #salts = new Map<number, SaltSource>();
  readonly #indexKey: Uint8Array;
  #below = 0;

  constructor(input: ResealInput, indexKey: Uint8Array, isToEnd: () => boolean) {
    this.#input = input;
    this.#indexKey = indexKey;
    this.#isToEnd = isToEnd;
    this.#redacted = new Set(input.redacted);
    this.#first = input.sources[0]?.head.first ?? 0;
  }

  run(entropy: Entropy): Resealed {
    const [firstSource] = this.#input.sources;
    assert(firstSource !== undefined, 'there is something to seal');
    const { first, previousHash } = firstSource.head;
    const opened = this.#input.sources.map((source) => ({ source, records: [...this.#recordsOf(source)] }));
    const table = new EventTable(this.#below - first);
    for (const { source, records } of opened) {
      if (source.run === null) this.#hot(source, records, table);
      else this.#cold(source, source.run, records, table);
    }
    const words = new Words(this.#input.words);
    const blockSalt = entropy.bytes(blockSaltBytes);
    const sealer = new BlockSealer(words, blockSalt);
    const keys: Uint8Array[] = [this.#indexKey];
    const blocks: Buffer[] = [];
    const received = this.#receivedAt();
    for (const places of table.byPerson()) {
      this.#goOn();
      const whole = this.#wholeOriginOf(places, table);
      const secret = whole?.secret ?? null;
      const key = secret ?? entropy.bytes(blockKeyBytes);
      keys.push(key);
      if (whole !== undefined && whole.plain !== null) {
        blocks.push(cryptBlock(whole.plain, key, blockSalt));
        continue;
      }
      const events: Buffer[] = [];
      const times: number[] = [];
      for (const place of places) {
        events.push(must(table.bytesAt(place), 'an event of a person has bytes'));
        times.push(received[place] ?? 0);
      }
      const sources = secret === null ? Array.from(places, (place) => this.#sourceOf(place, table)) : null;
      blocks.push(sealer.seal(events, times, sources, key));
    }
    const blockBytes = blocks.map(({ length }) => length);
    const index: ColdIndex = { words: words.list, records: this.#times, blockOf: table.personOf, blockBytes };
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

  #goOn(): void {
    if (this.#isToEnd()) throw new ResealEnded('sealing was to end');
  }

  #hot(source: ResealSource, records: readonly StoredRecord[], table: EventTable): void {
    const keys = new Map(source.keys);
    const salts = new PersonSalts();
    const senders = new Map<number, Map<string | null, Sender>>();
    const drawn = new Map<string | null, number>();
    for (const record of records) {
      this.#goOn();
      if (record.keyId === undefined) continue;
      const key = keys.get(record.keyId);
      const plain = key === undefined ? undefined : record.open(key);
      if (key === undefined || plain === undefined) throw damaged(source.name, record, 'seal does not hold');
      salts.use(record.keyId, key);
      let known = senders.get(record.keyId);
      if (known === undefined) senders.set(record.keyId, (known = new Map<string | null, Sender>()));
      const from = sendersOf(plain, record.count, known, salts);
      const made = salts.from(
        from.map((sender) => sender?.secret),
        record.first,
      );
      table.beginBatch(plain.plain);
      let receivedAt: number | undefined;
      for (let index = 0; index < from.length; index += 1) {
        const sender = from[index];
        if (sender === undefined) continue;
        const position = record.first + index;
        if (!record.hasDigest(index, hash('sha256', plain.saltedAt(index), 'binary')))
          throw damaged(source.name, record, `position ${position} does not match its digest`);
        let origin: number | undefined;
        if (plain.hasSalt(index, made)) {
          if (sender.derived < 0) sender.derived = this.#newOrigin(sender.secret, null);
          origin = sender.derived;
        } else {
          origin = drawn.get(sender.subject);
          if (origin === undefined) drawn.set(sender.subject, (origin = this.#newOrigin(null, null)));
          this.#salts.set(position, { salt: Buffer.from(plain.saltAt(index)) });
        }
        if (!this.#isKept(position, origin)) continue;
        if (sender.person < 0) sender.person = this.#personOf(sender.subject);
        table.set(position - this.#first, sender.person, origin, plain.startOf(index), plain.endOf(index));
        if (receivedAt === undefined) receivedAt = partsOf(plain.plain.subarray(plain.startOf(index), plain.endOf(index)))?.receivedAt;
      }
      this.#times.push({ events: record.count, receivedAt: receivedAt ?? this.#times.at(-1)?.receivedAt ?? 0 });
    }
  }

  #cold(source: ResealSource, run: Uint8Array, records: readonly StoredRecord[], table: EventTable): void {
    const bytes = bufferOver(source.bytes);
    const segment = ColdSegment.open(source.head, (at, length) => bytes.subarray(at, at + length), run);
    if (segment === undefined) throw new CodedError('log_damaged', `${source.name} at offset ${source.end}: index does not open`);
    const { words } = this.#input;
    const isSameWords = segment.index.words.length === words.length && words.every((word, at) => word === segment.index.words[at]);
    const subjects: (string | null | undefined)[] = [];
    const origins = segment.index.blockBytes.map((_, block): number => {
      this.#goOn();
      const opened = segment.block(block, Infinity);
      if (opened === undefined) throw new CodedError('log_damaged', `${source.name}: block ${block} does not open`);
      const own = segment.keyOf(block);
      const isOwn = opened.sources.every((each) => 'secret' in each && Buffer.compare(each.secret, own) === 0);
      return this.#newOrigin(isOwn ? own : null, isSameWords ? opened.plain : null);
    });
    for (const record of records) {
      this.#goOn();
      if (record.count === 0) continue;
      if (!record.isCold || !segment.vouchesFor(record)) throw damaged(source.name, record, 'header is not the one that was sealed');
      let isAlive = false;
      for (let index = 0; index < record.count; index += 1) {
        const position = record.first + index;
        const block: number = segment.index.blockOf[position - segment.first] ?? -1;
        if (block < 0) continue;
        const event = segment.eventAt(position, record.digestAt(index), Infinity);
        const salts = segment.sourceAt(position, Infinity);
        const origin = origins[block];
        if (event === undefined || event === null || salts === undefined || origin === undefined)
          throw damaged(segment.first.toString(), record, `position ${position} does not match its digest`);
        // A block is one person's.
        let subject = subjects[block];
        if (subject === undefined) subjects[block] = subject = subjectOf(event);
        if (this.#origins[origin]?.secret === null) this.#salts.set(position, salts);
        if (!this.#isKept(position, origin)) continue;
        isAlive = true;
        table.beginBatch(event);
        table.set(position - this.#first, this.#personOf(subject), origin, 0, event.length);
      }
      const receivedAt = isAlive ? segment.receivedAt(record.first) : (this.#times.at(-1)?.receivedAt ?? 0);
      this.#times.push({ events: record.count, receivedAt });
    }
  }

  *#recordsOf({ name, bytes, end }: ResealSource): Iterable<StoredRecord> {
    const all = bufferOver(bytes);
    for (let at = segmentHeadBytes; at < end;) {
      this.#goOn();
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

  #newOrigin(secret: Uint8Array | null, plain: Uint8Array | null): number {
    return this.#origins.push({ secret, plain, isBroken: false, events: 0 }) - 1;
  }

  /** False: it is redacted, and left out. */
  #isKept(position: number, origin: number): boolean {
    const from = must(this.#origins[origin], 'an event comes from somewhere');
    from.events += 1;
    // [C32]
    if (this.#redacted.has(position)) {
      from.isBroken = true;
      return false;
    }
    return true;
  }

  #personOf(subject: string | null): number {
    let person = this.#people.get(subject);
    if (person === undefined) this.#people.set(subject, (person = this.#people.size));
    return person;
  }

  /** What all that is there, and nothing beside it, came from; undefined when something came to it or went. */
  #wholeOriginOf(places: Uint32Array, table: EventTable): Origin | undefined {
    const number = table.originAt(places[0] ?? 0);
    const origin = this.#origins[number];
    const isWhole = origin?.isBroken === false && origin.events === places.length;
    return isWhole && places.every((place) => table.originAt(place) === number) ? origin : undefined;
  }

  /** A secret that would give away the salt of a redacted event is not kept: only what it gave for this one. */
  #sourceOf(place: number, table: EventTable): SaltSource {
    const position = this.#first + place;
    const origin = must(this.#origins[table.originAt(place)], 'an event comes from somewhere');
    const source = this.#salts.get(position) ?? { secret: must(origin.secret, 'an event has a salt of its own or a secret') };
    // [C61]
    return origin.isBroken ? { salt: saltFrom(source, position) } : source;
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

/** Who sent each event of a record; of a gap undefined. */
function sendersOf(batch: PlainBatch, count: number, known: Map<string | null, Sender>, salts: PersonSalts): (Sender | undefined)[] {
  const { plain } = batch;
  const text = plain.toString('latin1');
  const found: (Sender | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    if (batch.isGap(index)) {
      found.push(undefined);
      continue;
    }
    const [start, end] = [batch.startOf(index), batch.endOf(index)];
    const plainSubject = plainSubjectIn(plain, text, start, end);
    let sender = plainSubject === undefined ? undefined : known.get(plainSubject);
    if (sender === undefined) {
      // Of its own: a part of the record's text would keep all of that.
      const subject = subjectOf(plain.subarray(start, end));
      sender = known.get(subject);
      if (sender === undefined) known.set(subject, (sender = { secret: salts.secretOf(subject), subject, derived: -1, person: -1 }));
    }
    found.push(sender);
  }
  return found;
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
