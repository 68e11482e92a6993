// Reads entries back: finds the record, opens its seal, shows gaps. One record is opened at a time; the last few stay open for single
// reads. Invariants: a redacted position is a gap from the moment its redaction is accepted, wherever its bytes still lie; nothing is
// served whose seal does not hold.
import { Buffer } from 'node:buffer';
import { assert } from '../../base/assert.js';
import { CodedError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { Keys } from '../../ports/keys.js';
import type { EventEvidence, LogEntry } from '../../ports/log.js';
import { saltFrom } from './cold-format.js';
import type { ColdSegment } from './cold-segment.js';
import { saltBytes } from './format.js';
import type { StoredRecord } from './record.js';
import { RecordWindow } from './record-window.js';
import type { Redactions } from './redactions.js';
import { openCold, segmentOf, type Segment } from './segment.js';

interface OpenedRecord {
  readonly first: number;
  readonly below: number;
  readonly record: StoredRecord;
  /** The event at this index of the record; null: a gap. */
  readonly eventAt: (index: number) => Buffer | null;
}

export class LogReader {
  readonly #segments: readonly Segment[];
  readonly #keys: Keys;
  readonly #redactions: Redactions;
  readonly #window = new RecordWindow(2 * limits.indexEveryBytes);
  #windowOf: string | undefined;
  #cache: OpenedRecord[] = [];
  /** Indexes of cold segments that are open, by name and generation. */
  readonly #cold = new Map<string, ColdSegment>();

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
        if (segment !== undefined) this.#close(segment, generation);
        segment = this.#segmentAt(position);
        generation = segment.generation;
        offset = segment.offsetNear(position);
        window.clear();
      }
      const record = recordAt(window, segment, offset);
      offset += record.bytes.length;
      if (record.below <= position) continue;
      const { first, below, count } = record;
      // Whoever reads on in order comes back to the same blocks.
      const opened = this.#open(record, segment, offset - record.bytes.length, Infinity);
      for (let index = position - first; index < count && first + index < to; index++) yield this.#entry(opened, first + index);
      position = below;
    }
    if (segment !== undefined) this.#close(segment, generation);
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
    const opened = this.#open(record, segment, offset, limits.cachedBlocksMax);
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
    const index = position - record.first;
    const salted = this.#redactions.has(position) ? undefined : this.#saltedAt(record, segment, offset, index);
    if (salted === undefined) return undefined;
    const [salt, bytes] = [salted.subarray(0, saltBytes), salted.subarray(saltBytes)];
    return { record: segment.recordsBefore + number, header: Buffer.from(record.header), index, salt, bytes };
  }

  /** Salt and bytes of an event, a copy; undefined for a gap. */
  #saltedAt(record: StoredRecord, segment: Segment, offset: number, index: number): Buffer | undefined {
    if (!segment.isCold) {
      const key = record.keyId === undefined ? undefined : this.#keys.get(record.keyId);
      const plain = key === undefined || !record.hasShape() ? undefined : record.open(key);
      if (plain === undefined) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: seal does not hold`);
      return plain.isGap(index) ? undefined : Buffer.from(plain.saltedAt(index));
    }
    const position = record.first + index;
    const bytes = this.#open(record, segment, offset, limits.cachedBlocksMax).eventAt(index);
    const source = bytes === null ? undefined : this.#coldOf(segment)?.sourceAt(position);
    return bytes === null || source === undefined ? undefined : Buffer.concat([saltFrom(source, position), bytes]);
  }

  /** Forgets opened records, so that redacted bytes do not linger in memory. */
  forget(): void {
    this.#cache = [];
    for (const cold of this.#cold.values()) cold.close();
    this.#cold.clear();
  }

  #entry({ first, record, eventAt }: OpenedRecord, position: number): LogEntry {
    const index = position - first;
    return { position, mask: record.maskAt(index), bytes: this.#redactions.has(position) ? null : eventAt(index) };
  }

  #segmentAt(position: number): Segment {
    const segment = segmentOf(this.#segments, position);
    assert(segment !== undefined, 'every position below the head lies in a segment');
    return segment;
  }

  #open(record: StoredRecord, segment: Segment, offset: number, keepBlocks: number): OpenedRecord {
    const { first, below } = record;
    const place = `${segment.name} at offset ${offset}`;
    if (record.hasShape() && segment.isCold) {
      const { generation } = segment;
      if (!record.isCold || this.#coldOf(segment)?.vouchesFor(record) !== true)
        throw new CodedError('log_damaged', `${place}: seal does not hold`);
      const eventAt = (index: number): Buffer | null => {
        const cold = segment.generation === generation ? this.#coldOf(segment) : undefined;
        const event = cold?.eventAt(first + index, record.digestAt(index), keepBlocks);
        if (event === undefined) throw new CodedError('log_damaged', `${place}: position ${first + index} does not open`);
        return event;
      };
      return { first, below, record, eventAt };
    }
    const key = record.keyId === undefined ? undefined : this.#keys.get(record.keyId);
    const plain = key === undefined || !record.hasShape() ? undefined : record.open(key);
    if (plain === undefined) throw new CodedError('log_damaged', `${place}: seal does not hold`);
    return { first, below, record, eventAt: (index) => plain.eventAt(index) };
  }

  #coldOf(segment: Segment): ColdSegment | undefined {
    const place = `${segment.name}#${segment.generation}`;
    const known = this.#cold.get(place);
    if (known !== undefined) return known;
    const opened = openCold(segment, this.#keys);
    if (opened === undefined) return undefined;
    this.#cold.set(place, opened);
    for (const [oldest, old] of this.#cold) {
      if (this.#cold.size <= limits.cachedColdIndexesMax) break;
      this.#cold.delete(oldest);
      old.close();
    }
    return opened;
  }

  #close(segment: Segment, generation: number): void {
    const place = `${segment.name}#${generation}`;
    this.#cold.get(place)?.close();
    this.#cold.delete(place);
  }
}

function recordAt(window: RecordWindow, segment: Segment, offset: number): StoredRecord {
  const record = window.at(segment.file, offset, segment.end);
  if (record === undefined) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: no record`);
  return record;
}
