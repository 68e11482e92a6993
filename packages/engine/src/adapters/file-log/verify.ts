// Reads everything again from the disk and checks it: checksums, chain, positions, seals, digests, gaps. Problems are sentences with a
// file and an offset; they hold nothing of any event. Non-goal: repairing.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Keys } from '../../ports/keys.js';
import type { VerifyReport } from '../../ports/log.js';
import { checkSection } from './cold-format.js';
import type { ColdSegment } from './cold-segment.js';
import { bufferOver, decodeSegmentHead, hashBytes, segmentHeadBytes } from './format.js';
import type { StoredRecord } from './record.js';
import { RecordWindow } from './record-window.js';
import type { Redactions } from './redactions.js';
import { openCold, type Segment } from './segment.js';

const problemsMax = 100;

export class Verification {
  readonly #keys: Keys;
  readonly #redactions: Redactions;
  readonly #problems: string[] = [];
  #hash: Buffer = Buffer.alloc(hashBytes);
  #head = 0;
  #records = 0;
  #gaps = 0;

  constructor(keys: Keys, redactions: Redactions) {
    this.#keys = keys;
    this.#redactions = redactions;
  }

  /** `onProgress` is told bytes done and bytes in all. */
  run(segments: readonly Segment[], head: number, onProgress?: (done: number, total: number) => void): VerifyReport {
    const total = segments.reduce((sum, segment) => sum + segment.end, 0);
    let done = 0;
    for (const segment of segments) {
      this.#segment(segment);
      done += segment.end;
      onProgress?.(done, total);
    }
    if (this.#head !== head) this.#problem(`the log ends at position ${this.#head}, not at ${head}`);
    return {
      ok: this.#problems.length === 0,
      records: this.#records,
      events: this.#head,
      gaps: this.#gaps,
      headHash: this.#hash.toString('hex'),
      problems: this.#problems,
    };
  }

  #problem(sentence: string): void {
    if (this.#problems.length < problemsMax) this.#problems.push(sentence);
  }

  #segment(segment: Segment): void {
    const { file, name, end } = segment;
    const head = decodeSegmentHead(file.read(0, segmentHeadBytes));
    if (typeof head === 'string') this.#problem(`${name} at offset 0: segment head damaged`);
    else {
      if (head.first !== this.#head)
        this.#problem(`${name} at offset 0: position ${this.#head} expected, the segment begins at ${head.first}`);
      if (!this.#hash.equals(head.previousHash)) this.#problem(`${name} at offset 0: segment does not continue the chain`);
    }
    const cold = segment.isCold ? openCold(segment, this.#keys) : undefined;
    if (segment.isCold && cold === undefined) this.#problem(`${name} at offset ${end}: its blocks do not open`);
    if (segment.head.cold !== undefined) this.#section(segment, segment.head.cold.recordsEnd);
    const window = new RecordWindow();
    let offset = segmentHeadBytes;
    while (offset < end) {
      const record = window.at(file, offset, end);
      if (record === undefined || !record.isIntact()) {
        this.#problem(`${name} at offset ${offset}: record damaged`);
        return;
      }
      this.#record(record, `${name} at offset ${offset}`, cold);
      offset += record.bytes.length;
    }
    cold?.close();
  }

  #section({ name, file, head }: Segment, recordsEnd: number): void {
    if (checkSection(bufferOver(file.read(recordsEnd, head.capacity - recordsEnd))) === undefined)
      this.#problem(`${name} at offset ${recordsEnd}: blocks damaged`);
  }

  #record(record: StoredRecord, place: string, cold: ColdSegment | undefined): void {
    if (record.first !== this.#head) this.#problem(`${place}: position ${this.#head} expected, the record begins at ${record.first}`);
    if (!this.#hash.equals(record.previousHash)) this.#problem(`${place}: record does not continue the chain`);
    if (record.syncedBefore > record.first) this.#problem(`${place}: record vouches for itself`);
    this.#hash = record.headerHash;
    this.#head = record.below;
    if (record.count === 0) return;
    this.#records++;
    if (record.isCold || record.keyId === undefined) return this.#coldRecord(record, place, cold);
    const key = this.#keys.get(record.keyId);
    if (key === undefined) {
      this.#problem(`${place}: the key store lacks key ${record.keyId}`);
      return;
    }
    const plain = record.open(key);
    if (plain === undefined) {
      this.#problem(`${place}: seal does not hold`);
      return;
    }
    for (let index = 0; index < record.count; index++) {
      const isRedacted = this.#redactions.has(record.first + index);
      if (isRedacted) this.#gaps++;
      if (plain.isGap(index)) {
        if (!isRedacted) this.#problem(`${place}: position ${record.first + index} is a gap that no redaction names`);
      } else if (!record.digestAt(index).equals(hash('sha256', plain.saltedAt(index), 'buffer'))) {
        this.#problem(`${place}: position ${record.first + index} does not match its digest`);
      }
    }
  }

  #coldRecord(record: StoredRecord, place: string, cold: ColdSegment | undefined): void {
    if (cold?.vouchesFor(record) === false) this.#problem(`${place}: header is not the one that was sealed`);
    for (let index = 0; index < record.count; index++) {
      const position = record.first + index;
      const isRedacted = this.#redactions.has(position);
      if (isRedacted) this.#gaps++;
      if (cold === undefined) continue;
      const event = cold.eventAt(position, record.digestAt(index), Infinity);
      if (event === undefined) this.#problem(`${place}: position ${position} does not open, or does not match its digest`);
      else if (event === null && !isRedacted) this.#problem(`${place}: position ${position} is a gap that no redaction names`);
    }
  }
}
