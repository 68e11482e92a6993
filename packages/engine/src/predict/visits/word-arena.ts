// Many short growing lists of 32-bit words in one typed array.
// A list lives in a block whose size is a step of a fixed ladder (1..8, then four steps per doubling), so its capacity follows from its
// length and need not be stored. Freed blocks are zeroed (an erased visit leaves nothing behind), chained per step, and cut up before the
// arena grows.
// Invariant: no two live blocks overlap; `words` is replaced on growth, so nobody keeps it across an allocation.
// Non-goal: giving memory back to the process, or joining free neighbours.
import { assert } from '../../base/assert.js';
import { grownCapacity, widened32 } from './capacity.js';

const SMALL = 8;
const STEPS = SMALL + 4 * 27;

/** The first step of the ladder that holds `length` words. */
const stepOf = (length: number): number => {
  if (length <= SMALL) return length - 1;
  const exponent = 31 - Math.clz32(length - 1);
  return SMALL + (exponent - 3) * 4 + ((length - 1) >>> (exponent - 2)) - 4;
};

/** Words in a block of this step. */
const sizeOf = (step: number): number => {
  if (step < SMALL) return step + 1;
  const exponent = 3 + ((step - SMALL) >>> 2);
  return (1 << exponent) + (((step - SMALL) & 3) + 1) * (1 << (exponent - 2));
};

export class WordArena {
  words = new Uint32Array(0);
  #used = 0;
  /** Per step: offset + 1 of the first free block, 0 for none. The first word of a free block chains in the same way. */
  readonly #free = new Uint32Array(STEPS);

  /** Offset of a block for `length` >= 1 words. */
  allocate(length: number): number {
    assert(length >= 1, 'a block holds at least one word');
    const step = stepOf(length);
    const size = sizeOf(step);
    const exact = this.#take(step);
    if (exact >= 0) return exact;
    if (this.#used + size > this.words.length) {
      for (let larger = step + 1; larger < STEPS; larger++) {
        const block = this.#take(larger);
        if (block < 0) continue;
        this.#scatter(block + size, sizeOf(larger) - size);
        return block;
      }
      this.words = widened32(this.words, grownCapacity(this.words.length, this.#used + size));
    }
    const offset = this.#used;
    this.#used += size;
    return offset;
  }

  /** Frees the block of a list of this length. */
  release(offset: number, length: number): void {
    if (length === 0) return;
    const step = stepOf(length);
    this.words.fill(0, offset, offset + sizeOf(step));
    this.#put(offset, step);
  }

  /** The offset of the list after its length changes to `to` >= 1; its first min(from, to) words are kept. */
  resized(offset: number, from: number, to: number): number {
    if (from === 0) return this.allocate(to);
    if (stepOf(from) === stepOf(to)) return offset;
    const moved = this.allocate(to);
    this.words.copyWithin(moved, offset, offset + Math.min(from, to));
    this.release(offset, from);
    return moved;
  }

  /** Bytes held, free blocks and unused tail included. */
  bytes(): number {
    return this.words.byteLength + this.#free.byteLength;
  }

  #take(step: number): number {
    const head = this.#free[step] ?? 0;
    if (head === 0) return -1;
    this.#free[step] = this.words[head - 1] ?? 0;
    this.words[head - 1] = 0;
    return head - 1;
  }

  #put(offset: number, step: number): void {
    this.words[offset] = this.#free[step] ?? 0;
    this.#free[step] = offset + 1;
  }

  /** Turns `length` zeroed words into free blocks, largest first. */
  #scatter(offset: number, length: number): void {
    let at = offset;
    let left = length;
    while (left > 0) {
      let step = stepOf(left);
      if (sizeOf(step) > left) step--;
      this.#put(at, step);
      at += sizeOf(step);
      left -= sizeOf(step);
    }
  }
}
