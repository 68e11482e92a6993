// Random bytes fetched in bulk: a call to the system's source costs more than all the bytes it gives. Each byte is handed out once.
import type { Entropy } from '../../ports/entropy.js';

const poolBytes = 8192;

export class EntropyPool {
  readonly #entropy: Entropy;
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** Writes `length` fresh random bytes at `at` of `into`; at most 64 at a time. */
  take(into: Uint8Array, at: number, length: number): void {
    if (this.#at + length > this.#pool.length) {
      this.#pool = this.#entropy.bytes(poolBytes);
      this.#at = 0;
    }
    const end = this.#at + length;
    for (let from = this.#at; from < end; from++) into[at++] = this.#pool[from] ?? 0;
    this.#at = end;
  }
}
