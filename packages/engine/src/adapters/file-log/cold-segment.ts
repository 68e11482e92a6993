// The events of a cold segment, as readers meet them: finds the block of a position, opens it under its person's key, and hands out the
// event once its digest in the record's header has held. Invariant: nothing is served that does not match its digest.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import { bufferOver, type SegmentHead } from './format.js';
import {
  bindingOf,
  blockKeyBytes,
  openBlock,
  openIndex,
  saltFrom,
  sealOfHeader,
  sectionBytes,
  sectionHead,
  sectionHeadBytes,
  type ColdIndex,
  type OpenedBlock,
  type SaltSource,
  type SectionHead,
} from './cold-format.js';
import { Words } from './packed-events.js';
import type { StoredRecord } from './record.js';

export class ColdSegment {
  readonly first: number;
  readonly index: ColdIndex;
  readonly head: SectionHead;
  readonly words: Words;
  readonly #read: (at: number, length: number) => Uint8Array;
  readonly #run: Uint8Array;
  /** Where the n-th block begins; one more at the end. */
  readonly #offsets: Float64Array;
  /** Events of all blocks, block after block, as places in the segment; where the n-th block's begin. */
  readonly #places: Uint32Array;
  readonly #placesFrom: Uint32Array;
  /** First place of each record. */
  readonly #recordFrom: Uint32Array;
  readonly #opened = new Map<number, OpenedBlock>();

  private constructor(head: SegmentHead, section: SectionHead, index: ColdIndex, run: Uint8Array, read: ColdSegment['read']) {
    this.first = head.first;
    this.head = section;
    this.index = index;
    this.words = new Words(index.words);
    this.#run = run;
    this.#read = read;
    const blocks = index.blockBytes.length;
    this.#offsets = new Float64Array(blocks + 1);
    this.#offsets[0] = (head.cold?.recordsEnd ?? 0) + sectionHeadBytes + section.indexBytes;
    index.blockBytes.forEach((bytes, block) => (this.#offsets[block + 1] = (this.#offsets[block] ?? 0) + bytes));
    this.#placesFrom = new Uint32Array(blocks + 1);
    for (const block of index.blockOf) if (block >= 0) this.#placesFrom[block + 1] = (this.#placesFrom[block + 1] ?? 0) + 1;
    for (let block = 0; block < blocks; block += 1) {
      this.#placesFrom[block + 1] = (this.#placesFrom[block + 1] ?? 0) + (this.#placesFrom[block] ?? 0);
    }
    this.#places = new Uint32Array(this.#placesFrom[blocks] ?? 0);
    const next = this.#placesFrom.slice();
    index.blockOf.forEach((block, place) => {
      if (block < 0) return;
      const at = next[block] ?? 0;
      this.#places[at] = place;
      next[block] = at + 1;
    });
    this.#recordFrom = new Uint32Array(index.records.length);
    let place = 0;
    for (const [record, { events }] of index.records.entries()) {
      this.#recordFrom[record] = place;
      place += events;
    }
  }

  /**
   * Of a segment's bytes through `read`. `run`: keys, of the index first. Undefined when the index does not open, or does not agree with
   * the segment.
   */
  static open(head: SegmentHead, read: (at: number, length: number) => Uint8Array, run: Uint8Array): ColdSegment | undefined {
    assert(head.cold !== undefined, 'a cold segment');
    const { recordsEnd, below } = head.cold;
    const section = sectionHead(bufferOver(read(recordsEnd, sectionHeadBytes)));
    if (section === undefined || head.capacity !== recordsEnd + sectionBytes(section)) return undefined;
    const sealed = read(recordsEnd + sectionHeadBytes, section.indexBytes);
    const index = openIndex(sealed, section, run.subarray(0, blockKeyBytes), bindingOf(head.previousHash, head.first, below));
    if (index === undefined) return undefined;
    const blocksBytes = index.blockBytes.reduce((sum, bytes) => sum + bytes, 0);
    const agrees =
      index.blockOf.length === below - head.first &&
      blocksBytes === section.blocksBytes &&
      run.length === blockKeyBytes * (1 + index.blockBytes.length);
    return agrees ? new ColdSegment(head, section, index, run, read) : undefined;
  }

  get read(): (at: number, length: number) => Uint8Array {
    return this.#read;
  }

  keyOf(block: number): Uint8Array {
    return this.#run.subarray(blockKeyBytes * (1 + block), blockKeyBytes * (2 + block));
  }

  sealedBlock(block: number): Uint8Array {
    const from = this.#offsets[block] ?? 0;
    return this.#read(from, (this.#offsets[block + 1] ?? 0) - from);
  }

  positionsOf(block: number): number[] {
    return Array.from(this.#places.subarray(this.#placesFrom[block], this.#placesFrom[block + 1]), (place) => this.first + place);
  }

  /** When the record of the event at this position was received. */
  receivedAt(position: number): number {
    const place = position - this.first;
    let low = 0;
    let high = this.#recordFrom.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#recordFrom[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return this.index.records[low]?.receivedAt ?? 0;
  }

  /** Undefined when it does not open. `keep`: how many blocks may stay open. */
  block(block: number, keep: number = limits.cachedBlocksMax): OpenedBlock | undefined {
    const known = this.#opened.get(block);
    if (known !== undefined) return known;
    const positions = this.positionsOf(block);
    const received = positions.map((position) => this.receivedAt(position));
    const opened = openBlock(this.sealedBlock(block), positions, received, this.words, this.keyOf(block), this.head.blockSalt);
    if (opened === undefined) return undefined;
    this.#opened.set(block, opened);
    for (const oldest of this.#opened.keys()) {
      if (this.#opened.size <= keep) break;
      this.#opened.delete(oldest);
    }
    return opened;
  }

  /** Whether the record, which has the shape of a cold one, has the header that it was sealed with. */
  vouchesFor(record: StoredRecord): boolean {
    // [C59]
    return sealOfHeader(this.#run.subarray(0, blockKeyBytes), record.headerHash).equals(record.headerSeal);
  }

  /** The event's bytes; null: a gap; undefined: it does not open, or does not match its digest. */
  eventAt(position: number, digest: Uint8Array, keep?: number): Buffer | null | undefined {
    const block = this.index.blockOf[position - this.first] ?? -1;
    if (block < 0) return null;
    const opened = this.block(block, keep);
    const place = this.#placeIn(block, position);
    const event = opened?.events[place];
    const source = opened?.sources[place];
    if (event === undefined || source === undefined) return undefined;
    const salt = saltFrom(source, position);
    const salted = Buffer.allocUnsafe(salt.length + event.length);
    salted.set(salt, 0);
    salted.set(event, salt.length);
    return hash('sha256', salted, 'binary') === bufferOver(digest).toString('latin1') ? event : undefined;
  }

  /** What gives the salt of the event at this position; undefined for a gap, or when its block does not open. */
  sourceAt(position: number, keep?: number): SaltSource | undefined {
    const block = this.index.blockOf[position - this.first] ?? -1;
    return block < 0 ? undefined : this.block(block, keep)?.sources[this.#placeIn(block, position)];
  }

  #placeIn(block: number, position: number): number {
    const place = position - this.first;
    let low = this.#placesFrom[block] ?? 0;
    const from = low;
    let high = (this.#placesFrom[block + 1] ?? 0) - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return low - from;
  }

  /** Forgets what was opened, and the keys. */
  close(): void {
    this.#opened.clear();
    this.#run.fill(0);
  }
}
