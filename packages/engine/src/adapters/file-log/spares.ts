// Files made ready before they are needed: `next.seg`, so that a rotation costs no waiting, and `reserve.seg`, so that a full disk still
// takes withdrawals and erasures. Each has its size and its key on stable storage before it is offered. Invariant: a spare holds zeros
// after its blank head, so nothing of an earlier use can be taken for a record.
import { limits } from '../../base/limits.js';
import type { Clock } from '../../ports/clock.js';
import { DiskError, type DiskFile } from '../../ports/disk.js';
import type { Keys } from '../../ports/keys.js';
import { decodeSegmentHead, encodeSegmentHead, hashBytes, isZero, segmentHeadBytes } from './format.js';
import type { OpenFiles } from './open-files.js';
import type { SegmentKey } from './record-writer.js';

export interface Spare {
  readonly name: string;
  readonly file: DiskFile;
  readonly capacity: number;
  readonly key: SegmentKey;
}

export class Spares {
  /** Whether the disk refused space when last asked. */
  isFull = false;
  readonly #files: OpenFiles;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #sizes: { readonly segmentBytes: number; readonly reserveBytes: number };
  readonly #onFailure: (error: unknown) => void;
  #next: Spare | undefined;
  #reserve: Spare | undefined;
  #working: Promise<void> | undefined;
  #triedMs = -Infinity;

  constructor(
    files: OpenFiles,
    keys: Keys,
    clock: Clock,
    sizes: { readonly segmentBytes: number; readonly reserveBytes: number },
    onFailure: (error: unknown) => void,
  ) {
    this.#files = files;
    this.#keys = keys;
    this.#clock = clock;
    this.#sizes = sizes;
    this.#onFailure = onFailure;
  }

  /** Hands out the next segment, if it is ready. The taker renames it at once and then calls `replenish`. */
  takeNext(): Spare | undefined {
    const spare = this.#next;
    this.#next = undefined;
    return spare;
  }

  takeReserve(): Spare | undefined {
    const spare = this.#reserve;
    this.#reserve = undefined;
    return spare;
  }

  /** Prepares what is missing, in the background; on a full disk at most every `spareRetryMs`. Resolves when no work is going on. */
  replenish(): Promise<void> {
    if (this.#working !== undefined) return this.#working;
    if (this.#next !== undefined && this.#reserve !== undefined) return Promise.resolve();
    if (this.isFull && this.#clock.elapsedMs() - this.#triedMs < limits.spareRetryMs) return Promise.resolve();
    this.#triedMs = this.#clock.elapsedMs();
    this.#working = this.#prepareMissing()
      .catch((error: unknown) => this.#onFailure(error))
      .finally(() => {
        this.#working = undefined;
      });
    return this.#working;
  }

  async #prepareMissing(): Promise<void> {
    try {
      // The reserve first: while it is missing a full disk could refuse an erasure.
      this.#reserve ??= await this.#prepare('reserve.seg', this.#sizes.reserveBytes);
      this.#next ??= await this.#prepare('next.seg', this.#sizes.segmentBytes);
      this.isFull = false;
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'no_space')) throw error;
      this.isFull = true;
    }
  }

  async #prepare(name: string, capacity: number): Promise<Spare> {
    const path = this.#files.path(name);
    const left = this.#files.disk.exists(path) ? this.#adopt(name, capacity) : undefined;
    if (left !== undefined) return left;
    const file = this.#files.disk.open(path, { create: true });
    try {
      if (file.size() > capacity) file.truncate(capacity);
      await file.preallocate(capacity);
      const key = this.#keys.create();
      await this.#keys.sync();
      file.write(0, blankHead(key.id, capacity));
      await file.sync();
      await this.#files.syncFolder();
      return { name, file, capacity, key };
    } catch (error) {
      file.close();
      // What it took of a full disk is given back: others need it more.
      if (error instanceof DiskError && error.code === 'no_space') this.#files.disk.remove(path);
      throw error;
    }
  }

  /** A spare left by an earlier process, if it is whole and was never used. */
  #adopt(name: string, capacity: number): Spare | undefined {
    const file = this.#files.disk.open(this.#files.path(name));
    const bytes = file.read(0, capacity + 1);
    const head = decodeSegmentHead(bytes);
    const key = typeof head === 'string' || !head.blank ? undefined : this.#keys.get(head.keyId);
    const isUnused = bytes.length === capacity && isZero(bytes.subarray(segmentHeadBytes));
    if (key !== undefined && isUnused && typeof head !== 'string') return { name, file, capacity, key: { id: head.keyId, key } };
    file.close();
    return undefined;
  }

  /** Waits for work in progress and closes what was never used. */
  async close(): Promise<void> {
    await this.#working;
    this.#next?.file.close();
    this.#reserve?.file.close();
  }
}

function blankHead(keyId: number, capacity: number): Uint8Array {
  return encodeSegmentHead({
    first: 0,
    syncedBefore: 0,
    capacity,
    keyId,
    oldKeyId: 0,
    blank: true,
    reserve: false,
    keyDurable: true,
    previousHash: new Uint8Array(hashBytes),
  });
}
