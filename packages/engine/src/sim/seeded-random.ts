// The one source of chance in the simulator: xoshiro128** (Blackman and Vigna), seeded by SplitMix32. One seed is one run.
import { assert, must } from '../base/assert.js';

export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    let counter = seed | 0;
    const word = (): number => {
      counter = (counter + 0x9e3779b9) | 0;
      let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = word();
    this.#b = word();
    this.#c = word();
    this.#d = word() | 1; // the state is never all zeros
  }

  uint32(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A whole number in [0, below), below at most 2^32. */
  int(below: number): number {
    assert(Number.isInteger(below) && below >= 1 && below <= 2 ** 32, 'a draw has between 1 and 2^32 outcomes');
    return Math.floor((this.uint32() / 4294967296) * below);
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uint32() < p * 4294967296;
  }

  pick<T>(from: readonly T[]): T {
    return must(from[this.int(from.length)], 'there is something to pick');
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(from: readonly T[]): T[] {
    const mixed = [...from];
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const moved = must(mixed[last], 'inside');
      mixed[last] = must(mixed[other], 'inside');
      mixed[other] = moved;
    }
    return mixed;
  }

  /** A source of its own for a part, so that more draws in one part do not shift another. */
  fork(): SeededRandom {
    return new SeededRandom(this.uint32());
  }
}
