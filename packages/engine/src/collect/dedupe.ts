// Duplicates: an event whose (subject, id) was seen within the last `windowPositions` positions is not counted again.
//
// What is remembered of an event is a keyed 64-bit hash at its position, in blocks of positions: redaction zeroes the slot, so nothing of
// an erased person stays, and the same log always gives the same blocks. The probability that a new event is taken for an old one is n /
// 2^64 (n = events in the window). Lookup goes through open-addressing tables of positions, split by hash, so that none is ever large:
// growing one takes a millisecond or two, not half a second. Claims are made when an event is sequenced, before it is synced: two copies in
// flight are one event.
import { HalfSipHash, type HashKey } from '../base/half-sip-hash.js';
import type { RowChange } from '../ports/state.js';
import { PositionTable } from './position-table.js';

const blockPositions = 1024;
const tableName = 'dedupe';
const partBits = 5;

export class Dedupe {
  readonly #hasher: HalfSipHash;
  readonly #windowPositions: number;
  /** Block number -> 2 words per position; 0,0 = no id there. */
  readonly #blocks = new Map<number, Uint32Array>();
  readonly #dirty = new Set<number>();
  #oldestBlock = Number.POSITIVE_INFINITY;
  readonly #parts: readonly PositionTable[];
  #hi = 0;
  #lo = 0;
  /** Whose hash stands there: what was asked for is claimed next. */
  #subject = '';
  #id = '\u0000';
  /** Does the hash of this position stand in #hi and #lo? */
  readonly #isSame = (position: number): boolean => {
    const block = this.#blocks.get(Math.floor(position / blockPositions));
    const at = (position % blockPositions) * 2;
    return block !== undefined && block[at] === this.#hi && block[at + 1] === this.#lo;
  };

  constructor(key: HashKey, windowPositions: number) {
    this.#hasher = new HalfSipHash(key);
    this.#windowPositions = windowPositions;
    this.#parts = Array.from({ length: 1 << partBits }, () => new PositionTable());
  }

  /** Was (subject, id) seen within the window that ends at `position`? */
  has(subject: string, id: string, position: number): boolean {
    this.#hash(subject, id);
    const found = this.#part(this.#hi).find(mixed(this.#hi, this.#lo), position, this.#isSame);
    return found >= 0 && found >= position - this.#windowPositions;
  }

  /** Remembers (subject, id) at its position. Idempotent: a replay claims again what a checkpoint already holds. */
  claim(subject: string, id: string, position: number): void {
    this.#hash(subject, id);
    const number = Math.floor(position / blockPositions);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = new Uint32Array(blockPositions * 2);
      this.#blocks.set(number, block);
      this.#oldestBlock = Math.min(this.#oldestBlock, number);
      this.#expire(position);
    }
    const at = (position % blockPositions) * 2;
    if (block[at] === this.#hi && block[at + 1] === this.#lo) return;
    this.#remove(position, block[at] ?? 0, block[at + 1] ?? 0);
    block[at] = this.#hi;
    block[at + 1] = this.#lo;
    this.#dirty.add(number);
    this.#part(this.#hi).insert(mixed(this.#hi, this.#lo), position);
  }

  /** Forgets what stands at these positions. */
  forget(positions: readonly number[]): void {
    for (const position of positions) {
      const number = Math.floor(position / blockPositions);
      const block = this.#blocks.get(number);
      if (block === undefined) continue;
      const at = (position % blockPositions) * 2;
      this.#remove(position, block[at] ?? 0, block[at + 1] ?? 0);
      block[at] = 0;
      block[at + 1] = 0;
      this.#dirty.add(number);
    }
  }

  /** Rows changed since the last call, reflecting positions below `position` only: what is not settled must not outlive a crash. */
  changes(position: number): RowChange[] {
    const out: RowChange[] = [];
    for (const number of this.#dirty) {
      const block = this.#blocks.get(number);
      const first = number * blockPositions;
      if (first >= position) continue;
      const key = number.toString().padStart(16, '0');
      if (block === undefined) {
        out.push([tableName, key, null]);
        this.#dirty.delete(number);
        continue;
      }
      const settled = Math.min(blockPositions, position - first);
      const bytes = Buffer.from(block.slice(0, settled * 2).buffer);
      out.push([tableName, key, bytes.toString('base64')]);
      if (settled === blockPositions) this.#dirty.delete(number);
    }
    return out;
  }

  /** The rows could not be written: all of them wait again. */
  unsaved(rows: readonly RowChange[]): void {
    for (const [table, key] of rows) if (table === tableName) this.#dirty.add(Number(key));
  }

  load(rows: Iterable<readonly [string, string]>, position: number): void {
    for (const [key, text] of rows) {
      const number = Number(key);
      const bytes = Buffer.from(text, 'base64');
      const block = new Uint32Array(blockPositions * 2);
      for (let word = 0; word < bytes.length / 4; word += 1) block[word] = bytes.readUInt32LE(word * 4);
      this.#blocks.set(number, block);
      this.#oldestBlock = Math.min(this.#oldestBlock, number);
      for (let slot = 0; slot < blockPositions; slot += 1) {
        const hi = block[slot * 2] ?? 0;
        const lo = block[slot * 2 + 1] ?? 0;
        if (hi !== 0 || lo !== 0) this.#part(hi).insert(mixed(hi, lo), number * blockPositions + slot);
      }
    }
    this.#expire(position);
    this.#dirty.clear();
  }

  static readonly tableName = tableName;

  /** Positions within the window that hold an id: canonical and free of salts, so that two folders can be compared. */
  *dump(position: number): Iterable<string> {
    for (const number of [...this.#blocks.keys()].sort((a, b) => a - b)) {
      const block = this.#blocks.get(number);
      if (block === undefined) continue;
      for (let slot = 0; slot < blockPositions; slot += 1) {
        const at = number * blockPositions + slot;
        if ((block[slot * 2] !== 0 || block[slot * 2 + 1] !== 0) && at >= position - this.#windowPositions) yield at.toString();
      }
    }
  }

  #hash(subject: string, id: string): void {
    if (id === this.#id && subject === this.#subject) return;
    this.#subject = subject;
    this.#id = id;
    this.#hasher.hashPair(subject, id);
    this.#hi = this.#hasher.high;
    this.#lo = this.#hasher.low;
    if (this.#hi === 0 && this.#lo === 0) this.#lo = 1;
  }

  /** By the high bits of one word; the slot comes from low bits of a mix of both. */
  #part(hi: number): PositionTable {
    const part = this.#parts[hi >>> (32 - partBits)];
    if (part === undefined) throw new RangeError('a word has 32 bits');
    return part;
  }

  #remove(position: number, hi: number, lo: number): void {
    if (hi !== 0 || lo !== 0) this.#part(hi).remove(mixed(hi, lo), position);
  }

  #expire(position: number): void {
    const keep = Math.floor((position - this.#windowPositions) / blockPositions);
    for (; this.#oldestBlock < keep; this.#oldestBlock += 1) {
      const block = this.#blocks.get(this.#oldestBlock);
      if (block === undefined) continue;
      for (let slot = 0; slot < blockPositions; slot += 1) {
        this.#remove(this.#oldestBlock * blockPositions + slot, block[slot * 2] ?? 0, block[slot * 2 + 1] ?? 0);
      }
      this.#blocks.delete(this.#oldestBlock);
      this.#dirty.add(this.#oldestBlock);
    }
  }
}

function mixed(hi: number, lo: number): number {
  return Math.imul(hi, 0x9e3779b1) ^ lo;
}
