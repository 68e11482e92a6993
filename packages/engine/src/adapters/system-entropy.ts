// Cryptographic randomness of the machine. Small requests are cut from a pool, because one call into the kernel per salt would cost more
// than the salt. Invariant: no pooled byte is given twice, and each is wiped from the pool as it is given.
import { randomFillSync } from 'node:crypto';
import type { Entropy } from '../ports/entropy.js';

const poolBytes = 4096;
const pooledBytesMax = 256;

export class SystemEntropy implements Entropy {
  readonly #pool = new Uint8Array(poolBytes);
  #at = poolBytes;

  bytes(length: number): Uint8Array {
    const fresh = new Uint8Array(length);
    if (length > pooledBytesMax) return randomFillSync(fresh);
    if (this.#at + length > poolBytes) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    const end = this.#at + length;
    fresh.set(this.#pool.subarray(this.#at, end));
    this.#pool.fill(0, this.#at, end);
    this.#at = end;
    return fresh;
  }
}
