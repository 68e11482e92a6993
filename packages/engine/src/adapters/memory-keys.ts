// Keys in memory, for tests and the simulator: gone with the process.
import type { Entropy } from '../ports/entropy.js';
import type { Keys } from '../ports/keys.js';

export class MemoryKeys implements Keys {
  readonly #entropy: Entropy;
  readonly #keys = new Map<number, Uint8Array>();
  readonly #runs = new Map<number, Uint8Array>();
  #last = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  create(): { readonly id: number; readonly key: Uint8Array } {
    const id = ++this.#last;
    const key = this.#entropy.bytes(32);
    this.#keys.set(id, key);
    return { id, key };
  }

  get(id: number): Uint8Array | undefined {
    return this.#keys.get(id);
  }

  ids(): number[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  keepRun(keys: Uint8Array): Promise<number> {
    const { id } = this.create();
    this.#runs.set(id, Uint8Array.from(keys));
    return Promise.resolve(id);
  }

  run(id: number): Uint8Array | undefined {
    return this.#runs.get(id)?.slice();
  }

  runs(): number[] {
    return [...this.#runs.keys()].sort((a, b) => a - b);
  }

  isDestroyed(id: number): boolean {
    return id <= this.#last && !this.#keys.has(id);
  }

  destroy(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      this.#keys.get(id)?.fill(0);
      this.#keys.delete(id);
      this.#runs.get(id)?.fill(0);
      this.#runs.delete(id);
    }
    return Promise.resolve();
  }

  turnOver(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}
