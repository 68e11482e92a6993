// One file of the simulator's disk: what every reader sees, what a power cut would surely leave, and the operations in between, in order.
// A power cut keeps, drops or tears each unsynced write by itself, at sectors of 512 bytes, so later ones may survive earlier ones; of the
// changes of size it keeps a prefix, since file systems journal those in order. A failed sync has the same effect, at once and for good:
// the pages count as clean afterwards, so no later sync writes them (Rebello et al., USENIX ATC 2020).
import { GrowableBytes } from '../adapters/growable-bytes.js';
import type { SeededRandom } from './seeded-random.js';

export const sectorBytes = 512;

interface Operation {
  readonly seq: number;
  /** Size of the file after it. */
  readonly sizeAfter: number;
  readonly changesSize: boolean;
  /** Absent: a truncate to sizeAfter. */
  readonly write?: { readonly at: number; readonly bytes: Uint8Array };
}

/** How a power cut treats what was not synced: the chance that a write is kept whole, and that it is torn instead. */
export interface Fate {
  readonly keepChance: number;
  readonly tearChance: number;
}

export class UnsyncedFile {
  current = new GrowableBytes();
  #durable = new GrowableBytes();
  #pending: Operation[] = [];
  #seq = 0;

  /** The number of the last operation: a sync that begins now covers all up to it. */
  get seq(): number {
    return this.#seq;
  }

  get unsynced(): number {
    return this.#pending.length;
  }

  write(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const before = this.current.size;
    this.current.write(at, bytes);
    this.#pending.push({
      seq: ++this.#seq,
      sizeAfter: this.current.size,
      changesSize: this.current.size !== before,
      // Not slice(): a Buffer's is a view, and writers use their buffers again.
      write: { at, bytes: new Uint8Array(bytes) },
    });
  }

  truncate(size: number): void {
    this.current.resize(size);
    this.#pending.push({ seq: ++this.#seq, sizeAfter: size, changesSize: true });
  }

  /** A sync that covered all operations up to `seq` has succeeded. */
  synced(seq: number): void {
    for (const { write, sizeAfter } of this.#take(seq)) {
      if (write === undefined) this.#durable.resize(sizeAfter);
      else this.#durable.write(write.at, write.bytes);
    }
  }

  /** A sync that covered all operations up to `seq` has failed: chance decides now what of them has reached the medium. */
  syncFailed(seq: number, fate: Fate, random: SeededRandom): void {
    this.#decide(this.#take(seq), fate, random);
  }

  /** The power was cut: what chance left is now all there is. */
  powerCut(fate: Fate, random: SeededRandom): void {
    this.#decide(this.#take(this.#seq), fate, random);
    this.current = GrowableBytes.of(this.#durable.copy());
  }

  #take(seq: number): Operation[] {
    const taken = this.#pending.filter((operation) => operation.seq <= seq);
    this.#pending = this.#pending.filter((operation) => operation.seq > seq);
    return taken;
  }

  #decide(operations: readonly Operation[], fate: Fate, random: SeededRandom): void {
    let sizesKept = fate.keepChance === 0 ? 0 : random.int(operations.filter(({ changesSize }) => changesSize).length + 1);
    let size = this.#durable.size;
    for (const { write, sizeAfter, changesSize } of operations) {
      const sizeKept = changesSize && sizesKept-- > 0;
      if (sizeKept) size = sizeAfter;
      if (write !== undefined) this.#keepSome(write.at, write.bytes, fate, random);
      else if (sizeKept && sizeAfter < this.#durable.size) this.#durable.resize(sizeAfter);
    }
    this.#durable.resize(size);
  }

  #keepSome(at: number, bytes: Uint8Array, fate: Fate, random: SeededRandom): void {
    if (random.chance(fate.tearChance)) {
      for (let start = at; start < at + bytes.length;) {
        const end = Math.min(at + bytes.length, (Math.floor(start / sectorBytes) + 1) * sectorBytes);
        if (random.chance(0.5)) this.#durable.write(start, bytes.subarray(start - at, end - at));
        start = end;
      }
    } else if (random.chance(fate.keepChance)) this.#durable.write(at, bytes);
  }
}
