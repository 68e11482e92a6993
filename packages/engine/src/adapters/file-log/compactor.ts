// Rewrites one segment without its redacted events: same headers, so the chain stands; new key, so the old bytes open no more wherever
// the disk still keeps them. Order: new file durable, renamed over, name durable, only then the old key destroyed. A crash before the
// rename is durable leaves the old file with its key; a crash after it leaves the old key's id in the new head, and opening destroys it.
import { assert } from '../../base/assert.js';
import { CodedError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { Clock } from '../../ports/clock.js';
import { DiskError, type DiskFile } from '../../ports/disk.js';
import type { Keys } from '../../ports/keys.js';
import { encodeSegmentHead, segmentHeadBytes } from './format.js';
import type { OpenFiles } from './open-files.js';
import type { StoredRecord } from './record.js';
import { RecordWindow } from './record-window.js';
import type { RecordWriter, SegmentKey } from './record-writer.js';
import type { Redactions } from './redactions.js';
import { compactName } from './repair.js';
import { Segment } from './segment.js';

const gap = new Uint8Array(4);

export class Compactor {
  readonly #files: OpenFiles;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #writer: RecordWriter;
  readonly #redactions: Redactions;

  /** The writer must be its own: compaction gives way between records, and appends would overwrite a shared one. */
  constructor(files: OpenFiles, keys: Keys, clock: Clock, writer: RecordWriter, redactions: Redactions) {
    this.#files = files;
    this.#keys = keys;
    this.#clock = clock;
    this.#writer = writer;
    this.#redactions = redactions;
  }

  /** The segment is durable, takes no more records, and holds events to be removed. Throws DiskError no_space having changed nothing. */
  async compact(segment: Segment): Promise<void> {
    const upTo = this.#redactions.number;
    const fresh = this.#keys.create();
    await this.#keys.sync();
    const file = this.#files.disk.open(this.#files.path(compactName), { create: true });
    let copy: Segment;
    try {
      file.truncate(0);
      copy = await this.#rewrite(segment, file, fresh);
      await file.sync();
    } catch (error) {
      file.close();
      if (error instanceof DiskError && error.code === 'no_space') {
        this.#files.disk.remove(this.#files.path(compactName));
        await this.#keys.destroy([fresh.id]);
      }
      throw error;
    }
    const oldKeyId = segment.head.keyId;
    this.#files.rename(compactName, segment.name, file);
    segment.replace(copy);
    await this.#files.syncFolder();
    await this.#keys.destroy([oldKeyId]);
    this.#redactions.applied(upTo, segment.first, segment.below);
  }

  async #rewrite(segment: Segment, file: DiskFile, key: SegmentKey): Promise<Segment> {
    const { head } = segment;
    const copy = new Segment(this.#files, segment.name, head, 0);
    const window = new RecordWindow();
    let offset = segmentHeadBytes;
    let slice = 0;
    while (offset < segment.end) {
      const record = window.at(segment.file, offset, segment.end);
      if (record === undefined) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: no record`);
      const written = this.#writer.remake(record.header, this.#entriesOf(record, segment, offset), key);
      file.write(copy.end, written);
      copy.note(written.length, record.below);
      offset += record.bytes.length;
      slice += record.bytes.length;
      if (slice >= limits.compactSliceBytes) {
        slice = 0;
        await this.#clock.yield();
      }
    }
    copy.head = { ...head, capacity: copy.end, keyId: key.id, oldKeyId: head.keyId, reserve: false, keyDurable: true };
    file.write(0, encodeSegmentHead(copy.head));
    assert(copy.end <= segment.end, 'compaction makes nothing longer');
    return copy;
  }

  #entriesOf(record: StoredRecord, segment: Segment, offset: number): Uint8Array[] {
    if (record.keyId === undefined) return [];
    const key = this.#keys.get(record.keyId);
    const plain = key === undefined || !record.isIntact() ? undefined : record.open(key);
    if (plain === undefined) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: seal does not hold`);
    // [C32]
    return Array.from({ length: record.count }, (_, index) => (this.#redactions.has(record.first + index) ? gap : plain.entryAt(index)));
  }
}
