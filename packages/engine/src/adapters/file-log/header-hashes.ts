// The hashes of all record headers, by number of the record: what the ledger is a tree of. The newest are in memory, since the ledger asks
// for them soon after they were written; older ones are read from the segments again.
import { assert } from '../../base/assert.js';
import { CodedError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import { RecordWindow } from './record-window.js';
import type { Segment } from './segment.js';

export class HeaderHashes {
  readonly #segments: readonly Segment[];
  /** Hashes of the records from `#from` on. */
  #recent: Uint8Array[] = [];
  #from: number;

  /** `count`: how many records there are already. */
  constructor(segments: readonly Segment[], count: number) {
    this.#segments = segments;
    this.#from = count;
  }

  /** Records, marks included. */
  get count(): number {
    return this.#from + this.#recent.length;
  }

  note(hash: Uint8Array): void {
    this.#recent.push(hash);
    if (this.#recent.length < 2 * limits.headerHashesKept) return;
    this.#recent = this.#recent.slice(limits.headerHashesKept);
    this.#from += limits.headerHashesKept;
  }

  /** Of records [from, to), which there are. Throws CodedError log_damaged. */
  read(from: number, to: number): Uint8Array[] {
    assert(from >= 0 && to <= this.count, 'only records that there are have hashes');
    if (from >= this.#from) return this.#recent.slice(from - this.#from, to - this.#from);
    const hashes = this.#segments.flatMap((segment) => inSegment(segment, from, Math.min(to, this.#from)));
    return [...hashes, ...this.#recent.slice(0, Math.max(0, to - this.#from))];
  }
}

function inSegment(segment: Segment, from: number, to: number): Uint8Array[] {
  const first = Math.max(0, from - segment.recordsBefore);
  const below = Math.min(segment.records, to - segment.recordsBefore);
  if (first >= below) return [];
  const window = new RecordWindow();
  const hashes: Uint8Array[] = [];
  let { offset, number } = segment.nearRecord(first);
  for (; number < below; number += 1) {
    const record = window.at(segment.file, offset, segment.end);
    if (record?.isIntact() !== true) throw new CodedError('log_damaged', `${segment.name} at offset ${offset}: no record`);
    if (number >= first) hashes.push(record.headerHash);
    offset += record.bytes.length;
  }
  return hashes;
}
