// One row of columns per visit, addressed by a slot number that is reused. 26 bytes a visit, the items themselves lie in the arena.
// Invariant: a slot is an accident of history; only key, subject hash, day and items of a visit may reach a score or a dump.
import { assert } from '../../base/assert.js';
import { dayOf } from '../../base/day.js';
import { grownCapacity, widened16, widened32 } from './capacity.js';

const HIGH = 4294967296;
const KEY_END = 65536 * HIGH;
const DAY_MAX = 0xffff; // in the year 2149

export class VisitTable {
  #keyLow = new Uint32Array(0);
  #keyHigh = new Uint16Array(0);
  /** Offset of the items in the arena. */
  start = new Uint32Array(0);
  /** Number of items. */
  length = new Uint16Array(0);
  /** Day index of the last event, clamped to 0..65535. */
  day = new Uint16Array(0);
  subjectLow = new Uint32Array(0);
  subjectHigh = new Uint32Array(0);
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
    this.#keyLow[slot] = key % HIGH;
    this.#keyHigh[slot] = Math.floor(key / HIGH);
    this.start[slot] = 0;
    this.length[slot] = 0;
    this.day[slot] = 0;
    this.subjectLow[slot] = subjectLow;
    this.subjectHigh[slot] = subjectHigh;
    this.next[slot] = slot;
    return slot;
  }

  /** Wipes the row and frees the slot. */
  release(slot: number): void {
    this.#keyLow[slot] = 0;
    this.#keyHigh[slot] = 0;
    this.start[slot] = 0;
    this.length[slot] = 0;
    this.day[slot] = 0;
    this.subjectLow[slot] = 0;
    this.subjectHigh[slot] = 0;
    this.next[slot] = this.#free;
    this.#free = slot + 1;
  }

  keyOf(slot: number): number {
    return (this.#keyHigh[slot] ?? 0) * HIGH + (this.#keyLow[slot] ?? 0);
  }

  setDay(slot: number, atMs: number): void {
    this.day[slot] = Math.min(DAY_MAX, Math.max(0, dayOf(atMs)));
  }

  bytes(): number {
    const columns = [this.#keyLow, this.#keyHigh, this.start, this.length, this.day, this.subjectLow, this.subjectHigh, this.next];
    return columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  #widen(capacity: number): void {
    this.#keyLow = widened32(this.#keyLow, capacity);
    this.#keyHigh = widened16(this.#keyHigh, capacity);
    this.start = widened32(this.start, capacity);
    this.length = widened16(this.length, capacity);
    this.day = widened16(this.day, capacity);
    this.subjectLow = widened32(this.subjectLow, capacity);
    this.subjectHigh = widened32(this.subjectHigh, capacity);
    this.next = widened32(this.next, capacity);
  }
}
