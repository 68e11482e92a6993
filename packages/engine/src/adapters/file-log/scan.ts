// Walks all segments at opening and tells what they hold; changes nothing. A record that is not as it should be is either a write torn by
// a crash, which may be cut off, or damage, which may not. It is damage if anything later in the log was written when this place was
// already on stable storage: every record and every segment head says up to where that was so (`syncedBefore`). Invariant: what a legal
// crash can leave is accepted, and nothing that was acknowledged is ever cut while a later record vouches for it.
import { Buffer } from 'node:buffer';
import { CodedError } from '../../base/errors.js';
import type { Keys } from '../../ports/keys.js';
import {
  bufferOver,
  decodeSegmentHead,
  hashBytes,
  positionOfSegmentName,
  recordMagic,
  segmentHeadBytes,
  type SegmentHead,
} from './format.js';
import type { OpenFiles } from './open-files.js';
import { frameSize, StoredRecord } from './record.js';
import { RecordWindow } from './record-window.js';
import { openCold, Segment } from './segment.js';
import { checkSection } from './cold-format.js';

export interface Scan {
  readonly segments: Segment[];
  readonly head: number;
  /** Records, marks included. */
  readonly records: number;
  readonly headHash: Buffer;
  /** Below this every position was on stable storage before this opening. */
  readonly syncedBefore: number;
  /** The last record holds no events: the log was closed in peace. */
  readonly endsWithMark: boolean;
  /** Segments after the place where the log ends: nothing in them was ever acknowledged. */
  readonly superfluous: readonly string[];
  /** Segments whose events lie in a cold one that took their place, with the ids of their keys. */
  readonly replaced: ReadonlyMap<string, number>;
}

export function scanSegments(files: OpenFiles, keys: Keys, growthBytes: number): Scan {
  const names = files.names().filter((name) => positionOfSegmentName(name) !== undefined);
  const walk = new Walk(files, keys);
  for (const [index, name] of names.entries()) {
    if (walk.isReplaced(name)) continue;
    const problem = walk.enter(name, growthBytes);
    if (problem !== undefined) {
      if (index === 0) throw damaged(name, 0, problem);
      // Whatever is wrong is wrong at the place where the log stood before: later parts must not vouch for it.
      refuseIfVouched(files, names.slice(index - 1), walk, `${problem}; before it: ${walk.reason}`);
      return walk.result(names.slice(index));
    }
    walk.records();
  }
  const last = walk.current?.name;
  if (last !== undefined) refuseIfVouched(files, [last], walk, walk.reason);
  return walk.result([]);
}

function damaged(name: string, offset: number, problem: string): CodedError {
  return new CodedError('log_damaged', `${name} at offset ${offset}: ${problem}`);
}

class Walk {
  head = 0;
  hash: Buffer = Buffer.alloc(hashBytes);
  /** Why the last segment's records end where they end. */
  reason = 'no record';
  #records = 0;
  #syncedBefore = 0;
  #endsWithMark = false;
  readonly #segments: Segment[] = [];
  readonly #replaced = new Map<string, number>();
  readonly #files: OpenFiles;
  readonly #keys: Keys;
  readonly #window = new RecordWindow();

  constructor(files: OpenFiles, keys: Keys) {
    this.#files = files;
    this.#keys = keys;
  }

  get current(): Segment | undefined {
    return this.#segments.at(-1);
  }

  /** A file that a compaction would have removed had it not been cut off: the cold segment before it reaches beyond its beginning. */
  isReplaced(name: string): boolean {
    const first = positionOfSegmentName(name) ?? 0;
    if (this.current?.isCold !== true || first >= this.head) return false;
    const head = decodeSegmentHead(this.#files.get(name).read(0, segmentHeadBytes));
    this.#replaced.set(name, typeof head === 'string' ? 0 : head.keyId);
    return true;
  }

  /** Goes on to the next segment; says why when it does not follow. */
  enter(name: string, growthBytes: number): string | undefined {
    const file = this.#files.get(name);
    const head = decodeSegmentHead(file.read(0, segmentHeadBytes));
    if (head === 'version') throw new CodedError('log_version', name);
    if (head === 'damaged') return 'segment head damaged';
    const problem = this.#problemOf(name, head);
    if (problem !== undefined) return problem;
    if (file.size() < head.capacity) throw damaged(name, file.size(), 'segment cut short');
    const segment = new Segment(this.#files, name, head, growthBytes);
    segment.recordsBefore = this.#records;
    this.#segments.push(segment);
    return undefined;
  }

  #problemOf(name: string, head: SegmentHead): string | undefined {
    if (head.blank) return 'segment head blank';
    if (head.first !== positionOfSegmentName(name)) return 'segment head and name disagree';
    if (head.first !== this.head) return `position ${this.head} expected, the segment begins at ${head.first}`;
    return this.hash.equals(head.previousHash) ? undefined : 'segment does not continue the chain';
  }

  /** Takes the records of the current segment up to the first that is not as it should be. */
  records(): void {
    const segment = this.current;
    if (segment === undefined) return;
    const { file } = segment;
    const size = file.size();
    const end = segment.head.cold?.recordsEnd ?? size;
    this.#window.clear();
    for (;;) {
      const record = this.#window.at(file, segment.end, end);
      const problem = record === undefined ? 'no record' : this.#refusal(record, segment);
      if (record === undefined || problem !== undefined) {
        this.reason = problem ?? 'no record';
        if (segment.head.cold !== undefined) this.#checkCold(segment, segment.head.cold);
        return;
      }
      segment.note(record.bytes.length, record.below);
      this.#records += 1;
      this.head = record.below;
      this.hash = record.headerHash;
      this.#syncedBefore = record.syncedBefore;
      this.#endsWithMark = record.count === 0;
    }
  }

  /** A cold segment was whole on stable storage before it had its name: whatever is wrong with it is damage. */
  #checkCold(segment: Segment, { recordsEnd, below }: { readonly recordsEnd: number; readonly below: number }): void {
    if (segment.end !== recordsEnd || this.head !== below) throw damaged(segment.name, segment.end, this.reason);
    const bytes = bufferOver(segment.file.read(recordsEnd, segment.head.capacity - recordsEnd));
    if (checkSection(bytes) === undefined) throw damaged(segment.name, recordsEnd, 'blocks damaged');
    if (this.#keys.get(segment.head.keyId) === undefined)
      throw damaged(segment.name, recordsEnd, `the key store lacks key ${segment.head.keyId}`);
    const opened = openCold(segment, this.#keys);
    if (opened === undefined) throw damaged(segment.name, recordsEnd, `key ${segment.head.keyId} does not open the seal`);
    opened.close();
  }

  #refusal(record: StoredRecord, segment: Segment): string | undefined {
    if (!record.isIntact()) return 'record damaged';
    if (record.first !== this.head) return `position ${this.head} expected, the record begins at ${record.first}`;
    if (!this.hash.equals(record.previousHash)) return 'record does not continue the chain';
    if (record.syncedBefore > record.first) return 'record vouches for itself';
    if (record.isCold !== (segment.isCold && record.count > 0)) return 'record of a cold segment elsewhere';
    const problem = this.#keyProblem(record, segment.isEmpty);
    if (problem !== undefined && segment.head.keyDurable) throw damaged(segment.name, segment.end, problem);
    return problem;
  }

  /** Of each segment one seal is opened: enough to know a key store that is not the one the log was written with. */
  #keyProblem(record: StoredRecord, tries: boolean): string | undefined {
    if (record.keyId === undefined) return undefined;
    const key = this.#keys.get(record.keyId);
    if (key === undefined) return `the key store lacks key ${record.keyId}`;
    return tries && record.open(key) === undefined ? `key ${record.keyId} does not open the seal` : undefined;
  }

  result(superfluous: readonly string[]): Scan {
    const { head, hash: headHash } = this;
    const rest = [...superfluous];
    const last = this.current;
    // Its key may be lost, and its number given to another key by now: so it takes no records any more.
    if (last !== undefined && last.isEmpty && !last.head.keyDurable) {
      this.#segments.pop();
      rest.unshift(last.name);
    }
    return {
      segments: this.#segments,
      head,
      records: this.#records,
      headHash,
      syncedBefore: this.#syncedBefore,
      endsWithMark: this.#endsWithMark,
      superfluous: rest,
      replaced: this.#replaced,
    };
  }
}

/** Throws when a later record or head shows that the place where the walk stopped had been on stable storage. */
function refuseIfVouched(files: OpenFiles, names: readonly string[], walk: Walk, problem: string): void {
  const current = walk.current;
  const refuse = (): never => {
    throw damaged(current?.name ?? '', current?.end ?? 0, problem);
  };
  for (const name of names) {
    const file = files.get(name);
    const from = name === current?.name ? current.end : 0;
    const bytes = bufferOver(file.read(from, file.size() - from));
    const head = from === 0 ? decodeSegmentHead(bytes) : 'damaged';
    if (typeof head !== 'string' && head.syncedBefore > walk.head) refuse();
    for (const record of recordsAnywhereIn(bytes)) if (record.syncedBefore > walk.head) refuse();
  }
}

const magicBytes = Buffer.alloc(4);
magicBytes.writeUInt32LE(recordMagic);

/** Intact records at any multiple of 8, whether or not they continue anything. */
function* recordsAnywhereIn(bytes: Buffer): Iterable<StoredRecord> {
  for (let at = bytes.indexOf(magicBytes); at >= 0; at = bytes.indexOf(magicBytes, at + 4)) {
    const size = at % 8 === 0 ? frameSize(bytes, at, bytes.length - at) : undefined;
    if (size === undefined) continue;
    const record = new StoredRecord(bytes.subarray(at, at + size));
    if (record.isIntact()) yield record;
  }
}
