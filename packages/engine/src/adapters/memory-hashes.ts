// The ledger's hashes in memory, for tests and simulations.
import { Buffer } from 'node:buffer';
import type { HashStore } from '../ports/hash-store.js';

const hashBytes = 32;

export class MemoryHashes implements HashStore {
  readonly #levels: Buffer[] = [];
  #note: string | null = null;

  count(level: number): number {
    return (this.#levels[level]?.length ?? 0) / hashBytes;
  }

  read(level: number, from: number, count: number): Uint8Array {
    return Buffer.from((this.#levels[level] ?? Buffer.alloc(0)).subarray(from * hashBytes, (from + count) * hashBytes));
  }

  append(level: number, hashes: Uint8Array): void {
    this.#levels[level] = Buffer.concat([this.#levels[level] ?? Buffer.alloc(0), hashes]);
  }

  truncate(level: number, count: number): void {
    this.#levels[level] = (this.#levels[level] ?? Buffer.alloc(0)).subarray(0, count * hashBytes);
  }

  note(): string | null {
    return this.#note;
  }

  save(note: string): Promise<void> {
    this.#note = note;
    return Promise.resolve();
  }

  close(): void {
    // nothing is held open
  }
}
