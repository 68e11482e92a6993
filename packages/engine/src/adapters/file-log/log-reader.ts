// Reads entries back: finds the record, opens its seal, shows gaps. One record is opened at a time; the last few stay open for single
// reads. Invariants: a redacted position is a gap from the moment its redaction is accepted, wherever its bytes still lie; nothing is
// served whose seal does not hold.
import { assert } from '../../base/assert.js';
import { Buffer } from 'node:buffer';
import { CodedError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { Keys } from '../../ports/keys.js';
import type { EventEvidence, LogEntry } from '../../ports/log.js';
import { saltBytes } from './format.js';
import type { PlainBatch, StoredRecord } from './record.js';
import { RecordWindow } from './record-window.js';
import type { Redactions } from './redactions.js';
import { segmentOf, type Segment } from './segment.js';

interface OpenedRecord {
  readonly first: number;
  readonly below: number;
  readonly record: StoredRecord;
  readonly plain: PlainBatch;
}

export class LogReader {
  readonly #segments: readonly Segment[];
  readonly #keys: Keys;
  readonly #redactions: Redactions;
  readonly #window = new RecordWindow(2 * limits.indexEveryBytes);
  #windowOf: string | undefined;
  #cache: OpenedRecord[] = [];

  constructor(segments: readonly Segment[], keys: Keys, redactions: Redactions) {
    this.#segments = segments;
    this.#keys = keys;
    this.#redactions = redactions;
  }

  /** Entries of [from, to), which the log holds. Goes on soundly when a compaction happens between two entries. */
  *read(from: number, to: number): Iterable<LogEntry> {
    const window = new RecordWindow();
    let position = from;
    let segment: Segment | undefined;
    let generation = -1;
    let offset = 0;
    while (position < to) {
      if (segment === undefined || segment.generation !== generation || position >= segment.below) {
        segment = this.#segmentAt(position);
        generation = segment.generation;
        offset = segment.offsetNear(position);
        window.clear();
      }
      const record = recordAt(window, segment, offset);
      offset += record.bytes.length;
      if (record.below <= position) continue;
      const { first, below, count } = record;
      const opened = this.#open(record, segment, offset - record.bytes.length);
      for (let index = position - first; index < count && first + index < to; index++) yield this.#entry(opened, first + index);
      position = below;
    }
  }

  readOne(position: number): LogEntry {
    for (const opened of this.#cache) if (position >= opened.first && position < opened.below) return this.#entry(opened, position);
    const segment = this.#segmentAt(position);
    const place = `${segment.name}#${segment.generation}`;
    if (this.#windowOf !== place) this.#window.clear();
    this.#windowOf = place;
    let offset = segment.offsetNear(position);
    let record = recordAt(this.#window, segment, offset);
    while (record.below <= position) {
      offset += record.bytes.length;
      record = recordAt(this.#window, segment, offset);
    }
    const opened = this.#open(record, segment, offset);
    this.#cache.unshift(opened);
    if (this.#cache.length > limits.cachedRecordsMax) this.#cache.pop();
    return this.#entry(opened, position);
  }

  /** What shows that the event stands in the log; undefined for a gap. All bytes are copies. */
  evidence(position: number): EventEvidence | undefined {
    const segment = this.#segmentAt(position);
    const window = new RecordWindow(2 * limits.indexEveryBytes);
    let offset = segment.offsetNear(position);
    let number = segment.recordNear(position);
    let record = recordAt(window, segment, offset);
    while (record.below <= position) {
      offset += record.bytes.length;
      number += 1;
      record = recordAt(window, segment, offset);
    }
    const { plain } = this.#open(record, segment, offset);
    const index = position - record.first;
    if (this.#redactions.has(position) || plain.isGap(index)) return undefined;
    const salted = Buffer.from(plain.saltedAt(index));
    return {
      record: segment.recordsBefore + number,
      header: Buffer.from(record.header),
      index,
      salt: salted.subarray(0, saltBytes),
      bytes: salted.subarray(saltBytes),
    };
  }

  /** Forgets opened records, so that redacted bytes do not linger in memory. */
  forget(): void {
    this.#cache = [];
  }

  #entry({ first, record, plain }: OpenedRecord, position: number): LogEntry {
    const index = position - first;
    return { position, mask: record.maskAt(index), bytes: this.#redactions.has(position) ? null : plain.eventAt(index) };
  }

  #segmentAt(position: number): Segment {
    const segment = segmentOf(this.#segments, position);
    assert(segment !== undefined, 'every position below the head lies in a segment');
    return segment;
  }

  #open(record: StoredRecord, segment: Segment, offset: number): OpenedRecord {
    const key = record.keyId === undefined ? undefined : this.#keys.get(record.keyId);
    const plain = key === undefined || !record.hasShape() ? undefined : record.open(key);
    if (plain === undefined) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: seal does not hold`);
    return { first: record.first, below: record.below, record, plain };
  }
}

function recordAt(window: RecordWindow, segment: Segment, offset: number): StoredRecord {
  const record = window.at(segment.file, offset, segment.end);
  if (record === undefined) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: no record`);
  return record;
}
