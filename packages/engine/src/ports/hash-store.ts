// Where the ledger keeps its tree: hashes of 32 bytes by level and number. A level holds one hash for every 256 of the level below, level 0
// one for every leaf (the tiles of C2SP tlog-tiles without their file names). All of it follows from the log, so it may be lost.
// Implementations: adapters/hash-files, adapters/memory-hashes; hash-store.suite.ts runs on both.

export interface HashStore {
  /** How many hashes a level holds. */
  count(level: number): number;
  /** Hashes [from, from + count) of a level, one after the other; they are all there. */
  read(level: number, from: number, count: number): Uint8Array;
  /** Adds hashes, one after the other, at the end of a level. */
  append(level: number, hashes: Uint8Array): void;
  /** Keeps the first `count` hashes of a level. */
  truncate(level: number, count: number): void;
  /** What `save` wrote last; null when there is nothing, or nothing that can be read. */
  note(): string | null;
  /** Resolves when all that was added is on stable storage, and this text beside it. */
  save(note: string): Promise<void>;
  close(): void;
}
