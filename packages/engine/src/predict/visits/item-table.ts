// Item ids as dense numbers and back, without a JS string or a Map entry per item.
// An id lies in one byte array behind a small header: one byte (0..127) for that many Latin-1 units, or 0x80 | wide and two bytes of
// length.
// Invariant: a number belongs to an item only while some visit holds it; afterwards the bytes are zeroed and the number is free.
// Numbers follow arrival, so nothing canonical may depend on them: `compare` orders by the ids themselves (UTF-16 code units).
import { assert } from '../../base/assert.js';
import { HalfSipHash } from '../../base/half-sip-hash.js';
import type { HashKey } from '../../base/half-sip-hash.js';
import { grownCapacity, widened32 } from './capacity.js';
import { ProbeTable } from './probe-table.js';

const WIDE = 1;
const LONG = 0x80;
const UNITS_MAX = 0xffff;

export class ItemTable {
  readonly #sip: HalfSipHash;
  readonly #table: ProbeTable;
  #bytes = new Uint8Array(256);
  #used = 0;
  #wasted = 0;
  #start = new Uint32Array(0);
  #count = 0; // numbers given out so far, free ones included
  readonly #free: number[] = [];

  constructor(hashKey: HashKey) {
    this.#sip = new HalfSipHash(hashKey);
    this.#table = new ProbeTable((item) => this.#hash(this.idOf(item)));
  }

  /** Items that some visit holds. */
  get count(): number {
    return this.#table.count;
  }

  /** All numbers are below this. */
  get numbersEnd(): number {
    return this.#count;
  }

  /** The number of an item, or -1. */
  find(id: string): number {
    return this.#seek(id, this.#hash(id));
  }

  /** The number of an item, given now if it had none. */
  numberOf(id: string): number {
    const hash = this.#hash(id);
    const found = this.#seek(id, hash);
    if (found >= 0) return found;
    const start = this.#write(id);
    let item = this.#free.pop();
    if (item === undefined) {
      item = this.#count++;
      if (item >= this.#start.length) this.#start = widened32(this.#start, grownCapacity(this.#start.length, this.#count));
    }
    this.#start[item] = start;
    this.#table.insert(item, hash);
    return item;
  }

  /** Frees the number and wipes the id. */
  release(item: number): void {
    this.#table.remove(item, this.#hash(this.idOf(item)));
    const start = this.#start[item] ?? 0;
    const size = this.#sizeAt(start);
    this.#bytes.fill(0, start, start + size);
    this.#wasted += size;
    this.#free.push(item);
    if (this.#wasted > 1024 && this.#wasted * 4 > this.#used) this.#pack(this.#used - this.#wasted);
  }

  idOf(item: number): string {
    const start = this.#start[item] ?? 0;
    const units = this.#unitsAt(start);
    let id = '';
    for (let at = 0; at < units; at++) id += String.fromCharCode(this.#unit(start, at));
    return id;
  }

  /** Below 0 when the id of `a` comes before that of `b` in UTF-16 code unit order, like `<` on strings. */
  compare(a: number, b: number): number {
    const startA = this.#start[a] ?? 0;
    const startB = this.#start[b] ?? 0;
    const unitsA = this.#unitsAt(startA);
    const unitsB = this.#unitsAt(startB);
    for (let at = 0; at < unitsA && at < unitsB; at++) {
      const difference = this.#unit(startA, at) - this.#unit(startB, at);
      if (difference !== 0) return difference;
    }
    return unitsA - unitsB;
  }

  /** Numbers in use, in no order that may reach a result. */
  numbers(): Iterable<number> {
    return this.#table.entries();
  }

  /** Exact for the arrays; the list of free numbers is counted at 8 bytes each. */
  bytes(): number {
    return this.#bytes.byteLength + this.#start.byteLength + this.#table.bytes() + 8 * this.#free.length;
  }

  #hash(id: string): number {
    this.#sip.hash(id);
    return this.#sip.low;
  }

  #seek(id: string, hash: number): number {
    for (let cell = this.#table.home(hash); ; cell = this.#table.after(cell)) {
      const item = this.#table.entryAt(cell);
      if (item < 0 || this.#is(item, id)) return item;
    }
  }

  #is(item: number, id: string): boolean {
    const start = this.#start[item] ?? 0;
    if (this.#unitsAt(start) !== id.length) return false;
    if (id.length < LONG && this.#byte(start) === id.length) {
      const bytes = this.#bytes;
      for (let at = 0; at < id.length; at++) if (bytes[start + 1 + at] !== id.charCodeAt(at)) return false;
      return true;
    }
    for (let at = 0; at < id.length; at++) if (this.#unit(start, at) !== id.charCodeAt(at)) return false;
    return true;
  }

  #byte(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  #unitsAt(start: number): number {
    const head = this.#byte(start);
    return head < LONG ? head : this.#byte(start + 1) | (this.#byte(start + 2) << 8);
  }

  #unit(start: number, at: number): number {
    const head = this.#byte(start);
    if (head < LONG) return this.#byte(start + 1 + at);
    if ((head & WIDE) === 0) return this.#byte(start + 3 + at);
    return this.#byte(start + 3 + 2 * at) | (this.#byte(start + 4 + 2 * at) << 8);
  }

  #sizeAt(start: number): number {
    const head = this.#byte(start);
    if (head < LONG) return 1 + head;
    return 3 + this.#unitsAt(start) * (1 + (head & WIDE));
  }

  #write(id: string): number {
    const units = id.length;
    assert(units <= UNITS_MAX, 'an item id has at most 65535 UTF-16 units');
    let wide = 0;
    for (let at = 0; at < units; at++) if (id.charCodeAt(at) > 0xff) wide = WIDE;
    const short = wide === 0 && units < LONG;
    const size = short ? 1 + units : 3 + units * (1 + wide);
    if (this.#used + size > this.#bytes.length)
      this.#pack(Math.max(grownCapacity(this.#bytes.length, 0), this.#used - this.#wasted + size));
    const start = this.#used;
    let at = start;
    if (short) this.#bytes[at++] = units;
    else {
      this.#bytes[at++] = LONG | wide;
      this.#bytes[at++] = units & 0xff;
      this.#bytes[at++] = units >>> 8;
    }
    for (let unit = 0; unit < units; unit++) {
      const code = id.charCodeAt(unit);
      this.#bytes[at++] = code & 0xff;
      if (wide === WIDE) this.#bytes[at++] = code >>> 8;
    }
    this.#used = at;
    return start;
  }

  /** Moves the ids in use together into a new array of this capacity. */
  #pack(capacity: number): void {
    const packed = new Uint8Array(Math.max(256, capacity));
    let used = 0;
    for (const item of this.#table.entries()) {
      const start = this.#start[item] ?? 0;
      const size = this.#sizeAt(start);
      packed.set(this.#bytes.subarray(start, start + size), used);
      this.#start[item] = used;
      used += size;
    }
    this.#bytes = packed;
    this.#used = used;
    this.#wasted = 0;
  }
}
