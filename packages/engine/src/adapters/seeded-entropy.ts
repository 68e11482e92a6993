// Entropy that repeats itself, for tests and the simulator ONLY: whoever knows the seed knows every key. Never wire it into a server.
// SplitMix32-like mixing of a counter: full period, no state but the counter.
import type { Entropy } from '../ports/entropy.js';

export class SeededEntropy implements Entropy {
  #counter: number;

  constructor(seed: number) {
    this.#counter = seed | 0;
  }

  bytes(length: number): Uint8Array {
    const fresh = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.#next();
      for (let i = 0; i < 4 && at + i < length; i++) fresh[at + i] = word >>> (8 * i);
    }
    return fresh;
  }

  #next(): number {
    this.#counter = (this.#counter + 0x9e3779b9) | 0;
    let mixed = this.#counter;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  }
}
