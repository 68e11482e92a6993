// Duplicates: an event whose (subject, id) was seen within the last `windowPositions` positions is not counted again.
//
// What is remembered of an event is a keyed 64-bit hash at its position, in blocks of positions: redaction zeroes the slot, so nothing of
// an erased person stays, and the same log always gives the same blocks. The probability that a new event is taken for an old one is n /
// 2^64 (n = events in the window). Lookup goes through one open-addressing table over the blocks. Claims are made when an event is
// sequenced, before it is synced: two copies in flight are one event.
import { assert } from '../base/assert.js';
import { HalfSipHash, type HashKey } from '../base/half-sip-hash.js';
import type { RowChange } from '../ports/state.js';

const blockPositions = 1024;
const tableName = 'dedupe';

export class Dedupe {
  readonly #hasher: HalfSipHash;
  readonly #windowPositions: number;
  /** Block number -> 2 words per position; 0,0 = no id there. */
  readonly #blocks = new Map<number, Uint32Array>();
  readonly #dirty = new Set<number>();
  #oldestBlock = Number.POSITIVE_INFINITY;
  #slots = new Float64Array(1 << 12).fill(-1);
  #used = 0;
  #hi = 0;
  #lo = 0;

  constructor(key: HashKey, windowPositions: number) {
    this.#hasher = new HalfSipHash(key);
    this.#windowPositions = windowPositions;
  }

  /** Was (subject, id) seen within the window that ends at `position`? */
  has(subject: string, id: string, position: number): boolean {
    this.#hash(subject, id);
    const found = this.#find();
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
    block[at] = this.#hi;
    block[at + 1] = this.#lo;
    this.#dirty.add(number);
    this.#insert(position);
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
        this.#hi = block[slot * 2] ?? 0;
        this.#lo = block[slot * 2 + 1] ?? 0;
        if (this.#hi !== 0 || this.#lo !== 0) this.#insert(number * blockPositions + slot);
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
    this.#hasher.hash(`${subject}\u0000${id}`);
    this.#hi = this.#hasher.high;
    this.#lo = this.#hasher.low;
    if (this.#hi === 0 && this.#lo === 0) this.#lo = 1;
  }

  #start(hi: number, lo: number): number {
    return (Math.imul(hi, 0x9e3779b1) ^ lo) & (this.#slots.length - 1);
  }

  #matches(position: number, hi: number, lo: number): boolean {
    const block = this.#blocks.get(Math.floor(position / blockPositions));
    const at = (position % blockPositions) * 2;
    return block !== undefined && block[at] === hi && block[at + 1] === lo;
  }

  /** The newest position of the hash, or -1. Slots: -1 free, -2 removed. */
  #find(): number {
    const mask = this.#slots.length - 1;
    let newest = -1;
    for (let slot = this.#start(this.#hi, this.#lo); ; slot = (slot + 1) & mask) {
      const position = this.#slots[slot] ?? -1;
      if (position === -1) return newest;
      if (position >= 0 && position > newest && this.#matches(position, this.#hi, this.#lo)) newest = position;
    }
  }

  #insert(position: number): void {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#rebuild();
    const mask = this.#slots.length - 1;
    let slot = this.#start(this.#hi, this.#lo);
    while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    if (this.#slots[slot] === -1) this.#used += 1;
    this.#slots[slot] = position;
  }

  #remove(position: number, hi: number, lo: number): void {
    if (hi === 0 && lo === 0) return;
    const mask = this.#slots.length - 1;
    for (let slot = this.#start(hi, lo); this.#slots[slot] !== -1; slot = (slot + 1) & mask) {
      if (this.#slots[slot] !== position) continue;
      this.#slots[slot] = -2;
      return;
    }
  }

  /** Grows when half full of live slots, else only sweeps the removed ones away. */
  #rebuild(): void {
    const live = this.#slots.filter((position) => position >= 0);
    const size = live.length * 4 > this.#slots.length ? this.#slots.length * 2 : this.#slots.length;
    this.#slots = new Float64Array(size).fill(-1);
    this.#used = 0;
    const { hi, lo } = { hi: this.#hi, lo: this.#lo };
    for (const position of live) {
      const block = this.#blocks.get(Math.floor(position / blockPositions));
      assert(block !== undefined, 'a slot names a position of a block that is there');
      this.#hi = block[(position % blockPositions) * 2] ?? 0;
      this.#lo = block[(position % blockPositions) * 2 + 1] ?? 0;
      this.#insert(position);
    }
    this.#hi = hi;
    this.#lo = lo;
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
