// One row per visit, addressed by a slot number that is reused. 24 bytes a visit, the items themselves lie in the arena. What a query or
// an event asks of a visit lies side by side: a query asks it of a thousand visits all over the table, and each line of memory that it has
// to fetch for them costs more than the sums.
// Invariant: a slot is an accident of history; only key, subject hash, day and items of a visit may reach a score or a dump.
import { assert } from '../../base/assert.js';
import { dayOf } from '../../base/day.js';
import { limits } from '../../base/limits.js';
import { grownCapacity, widened16, widened32 } from './capacity.js';

const HIGH = 4294967296;
const KEY_END = 65536 * HIGH;
const DAY_MAX = 0xffff; // in the year 2149
const LENGTH_MAX = 0xffff;

/**
 * Words of a row: offset of the items in the arena; number of items and, above it, day of the last event; hash of the subject in two; the
 * lower half of the key.
 */
const WORDS = 5;
const SHAPE = 1;
const LOW = 2;
const HASH_HIGH = 3;
const KEY_LOW = 4;

assert(limits.visitItemsMax <= LENGTH_MAX, 'the length of a visit has sixteen bits');

export class VisitTable {
  /** The upper half of the keys; without cells until the log has 2^32 positions, since before that all are zero. */
  #keyHigh = new Uint16Array(0);
  #rows = new Uint32Array(0);
  /** The next visit of the same subject in a circle; for a free slot, the next free slot + 1. */
  next = new Uint32Array(0);
  #slots = 0;
  #free = 0;

  /** A slot with this key and no items. */
  create(key: number, subjectLow: number, subjectHigh: number): number {
    assert(Number.isSafeInteger(key) && key >= 0 && key < KEY_END, 'a visit key is an integer from 0 to below 2^48');
    let slot = this.#free - 1;
    if (slot >= 0) this.#free = this.next[slot] ?? 0;
    else {
      slot = this.#slots++;
      if (slot >= this.next.length) this.#widen(grownCapacity(this.next.length, this.#slots));
    }
    this.#write(slot, key, subjectLow, subjectHigh);
    this.next[slot] = slot;
    return slot;
  }

  /** Wipes the row and frees the slot. */
  release(slot: number): void {
    this.#write(slot, 0, 0, 0);
    this.next[slot] = this.#free;
    this.#free = slot + 1;
  }

  keyOf(slot: number): number {
    const low = this.#rows[slot * WORDS + KEY_LOW] ?? 0;
    return this.#keyHigh.length === 0 ? low : (this.#keyHigh[slot] ?? 0) * HIGH + low;
  }

  /** Offset of the items in the arena. */
  startOf(slot: number): number {
    return this.#rows[slot * WORDS] ?? 0;
  }

  /** Number of items. */
  lengthOf(slot: number): number {
    return (this.#rows[slot * WORDS + SHAPE] ?? 0) & LENGTH_MAX;
  }

  /** Day index of the last event, clamped to 0..65535. */
  dayOf(slot: number): number {
    return (this.#rows[slot * WORDS + SHAPE] ?? 0) >>> 16;
  }

  subjectLowOf(slot: number): number {
    return this.#rows[slot * WORDS + LOW] ?? 0;
  }

  subjectHighOf(slot: number): number {
    return this.#rows[slot * WORDS + HASH_HIGH] ?? 0;
  }

  /** Says where the items lie, how many they are and when the last event was. */
  setShape(slot: number, start: number, length: number, lastAtMs: number): void {
    const day = Math.min(DAY_MAX, Math.max(0, dayOf(lastAtMs)));
    this.#rows[slot * WORDS] = start;
    this.#rows[slot * WORDS + SHAPE] = (day << 16) | length;
  }

  bytes(): number {
    return [this.#keyHigh, this.#rows, this.next].reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** A row without items. */
  #write(slot: number, key: number, subjectLow: number, subjectHigh: number): void {
    const high = Math.floor(key / HIGH);
    if (high > 0 && this.#keyHigh.length === 0) this.#keyHigh = new Uint16Array(this.next.length);
    if (this.#keyHigh.length > 0) this.#keyHigh[slot] = high;
    const at = slot * WORDS;
    this.#rows[at] = 0;
    this.#rows[at + SHAPE] = 0;
    this.#rows[at + LOW] = subjectLow;
    this.#rows[at + HASH_HIGH] = subjectHigh;
    this.#rows[at + KEY_LOW] = key % HIGH;
  }

  #widen(capacity: number): void {
    if (this.#keyHigh.length > 0) this.#keyHigh = widened16(this.#keyHigh, capacity);
    this.#rows = widened32(this.#rows, capacity * WORDS);
    this.next = widened32(this.next, capacity);
  }
}
