// The file `redactions`: which positions are gaps, however their bytes may still lie in a segment. Entries of 40 bytes, written in order:
//    0  u32 magic "EGRD"      4  u8 kind: 1 gap, 2 applied, 3 mark     5  zeros
//    8  u32 number of the redaction (1, 2, ...); of an `applied` entry: all redactions up to this one are out of the segment
//   12  u32 synced before: every entry below this index was on stable storage when this one was written
//   16  u64 first position   24  u64 count of positions   32  u32 0   36  u32 crc32 of bytes 0-35
// A mark says nothing but "synced before", so that rot in the newest entry is not taken for a torn write. Space lies ahead of need:
// a full disk must still take an erasure. Invariant: a redaction counts only when its entries are on stable storage.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { assert } from '../../base/assert.js';
import { CodedError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import { DiskError, type DiskFile } from '../../ports/disk.js';
import { bufferOver, isZero, readUint64, writeUint64 } from './format.js';
import type { OpenFiles } from './open-files.js';
import { PositionSet } from './position-set.js';

const name = 'redactions';
const magic = 0x44524745;
const entryBytes = 40;
const growEntries = limits.redactionEntriesAhead;

interface Entry {
  readonly kind: 'gap' | 'applied' | 'mark';
  readonly number: number;
  readonly first: number;
  readonly count: number;
}

export class Redactions {
  /** Redactions accepted so far. */
  number = 0;
  /** Positions redacted and not yet known to be gone from the disk. */
  readonly pending = new PositionSet();
  readonly #all = new PositionSet();
  readonly #gaps: Entry[] = [];
  readonly #files: OpenFiles;
  #used = 0;
  #syncedBefore = 0;
  #allocated = 0;
  /** Entries for which room is kept: redactions on their way. */
  #promised = 0;
  #isTorn = false;

  private constructor(files: OpenFiles) {
    this.#files = files;
  }

  /** Asked for at each use: a log of many segments may have closed the handle meanwhile. */
  get #file(): DiskFile {
    return this.#files.get(name);
  }

  has(position: number): boolean {
    return this.#all.has(position);
  }

  /** Reads the file, and changes nothing; call `repair` once the rest of the log is known to be sound. Undefined when there is none. */
  static read(files: OpenFiles, head: number): Redactions | undefined {
    if (!files.disk.exists(files.path(name))) return undefined;
    const redactions = new Redactions(files);
    redactions.#scan(head);
    return redactions;
  }

  static async create(files: OpenFiles): Promise<Redactions> {
    files.put(name, files.disk.open(files.path(name), { create: true }));
    const redactions = new Redactions(files);
    await redactions.repair();
    await files.syncFolder();
    return redactions;
  }

  /** Cuts a torn tail and makes room ahead. */
  async repair(): Promise<void> {
    if (this.#isTorn) this.#file.write(this.#used * entryBytes, new Uint8Array((this.#allocated - this.#used) * entryBytes));
    this.#grow();
    await this.#file.sync();
    this.#syncedBefore = this.#used;
  }

  /** Is there room for these positions, beside everything that is on its way? */
  hasRoom(positions: readonly number[]): boolean {
    const { length } = rangesOf(this.fresh(positions));
    return length === 0 || this.#makeRoom(this.#promised + length + 1);
  }

  /** Keeps room for them, if there is any, until the result is called. */
  promise(positions: readonly number[]): () => void {
    const entries = rangesOf(this.fresh(positions)).length + 1;
    this.#promised += entries;
    return () => {
      this.#promised -= entries;
    };
  }

  /** Those that are no gaps yet, ascending, each once. */
  fresh(positions: readonly number[]): number[] {
    return [...new Set(positions)].filter((position) => !this.#all.has(position)).sort((a, b) => a - b);
  }

  /**
   * Accepts a redaction of ascending positions that are not gaps yet. Throws CodedError disk_full, having changed nothing, or DiskError.
   */
  async accept(positions: readonly number[]): Promise<void> {
    const number = this.number + 1;
    const ranges = rangesOf(positions).map(({ first, count }): Entry => ({ kind: 'gap', number, first, count }));
    if (!this.#makeRoom(ranges.length + 1)) throw new CodedError('disk_full', `${name} cannot take ${ranges.length + 1} entries`);
    this.#write(ranges);
    const written = this.#used;
    await this.#file.sync();
    this.#syncedBefore = written;
    this.#write([{ kind: 'mark', number, first: 0, count: 0 }]);
    for (const range of ranges) this.#remember(range);
  }

  /** Notes that what redactions up to `number` took from [first, below) is gone. Not durable by itself: forgetting it costs only time. */
  applied(number: number, first: number, below: number): void {
    const entry: Entry = { kind: 'applied', number, first, count: below - first };
    this.#remember(entry);
    if (this.#makeRoom(this.#promised + 1)) this.#write([entry]);
  }

  #remember(entry: Entry): void {
    this.number = Math.max(this.number, entry.number);
    const below = entry.first + entry.count;
    if (entry.kind === 'gap') {
      this.#gaps.push(entry);
      for (let position = entry.first; position < below; position++) {
        this.#all.add(position);
        this.pending.add(position);
      }
    } else if (entry.kind === 'applied') {
      if (!this.pending.hasAnyIn(entry.first, below)) return;
      for (let position = entry.first; position < below; position++) this.pending.delete(position);
      // Redactions accepted while the segment was being rewritten are still to be applied.
      for (let index = this.#gaps.length - 1; index >= 0; index--) {
        const gap = this.#gaps[index];
        if (gap === undefined || gap.number <= entry.number) break;
        const end = Math.min(below, gap.first + gap.count);
        for (let position = Math.max(entry.first, gap.first); position < end; position++) this.pending.add(position);
      }
    }
  }

  #scan(head: number): void {
    const bytes = bufferOver(this.#file.read(0, this.#file.size()));
    this.#allocated = Math.floor(bytes.length / entryBytes);
    let bad: number | undefined;
    for (let index = 0; index < this.#allocated; index++) {
      const entry = decode(bytes.subarray(index * entryBytes, (index + 1) * entryBytes));
      if (entry === undefined) bad ??= index;
      else if (bad === undefined) {
        if (entry.kind === 'gap' && entry.first + entry.count > head) {
          throw new CodedError('log_damaged', `the log ends at position ${head}, but ${name} names later ones`);
        }
        this.#remember(entry);
        this.#used = index + 1;
      } else if (entry.syncedBefore > bad) throw new CodedError('log_damaged', `${name} at offset ${bad * entryBytes}: entry damaged`);
    }
    this.#isTorn = !isZero(bytes.subarray(this.#used * entryBytes));
  }

  #makeRoom(entries: number): boolean {
    if (this.#used + entries + 1 > this.#allocated) this.#grow(entries);
    return this.#used + entries + 1 <= this.#allocated;
  }

  /** Adds space while there is any; a full disk leaves it as it is. */
  #grow(entries = 0): void {
    const target = this.#used + entries + 2 * growEntries;
    while (this.#allocated < target) {
      try {
        this.#file.write(this.#allocated * entryBytes, new Uint8Array(growEntries * entryBytes));
      } catch (error) {
        if (error instanceof DiskError && error.code === 'no_space') return;
        throw error;
      }
      this.#allocated += growEntries;
    }
  }

  #write(entries: readonly Entry[]): void {
    assert(this.#used + entries.length <= this.#allocated, 'redactions have room before they are written');
    const bytes = Buffer.alloc(entries.length * entryBytes);
    entries.forEach((entry, index) => encode(bytes.subarray(index * entryBytes, (index + 1) * entryBytes), entry, this.#syncedBefore));
    this.#file.write(this.#used * entryBytes, bytes);
    this.#used += entries.length;
  }
}

/** Of ascending positions. */
function rangesOf(positions: readonly number[]): { readonly first: number; readonly count: number }[] {
  const ranges: { readonly first: number; readonly count: number }[] = [];
  let first = positions[0] ?? 0;
  positions.forEach((position, index) => {
    const next = positions[index + 1];
    if (next === position + 1) return;
    ranges.push({ first, count: position - first + 1 });
    first = next ?? 0;
  });
  return ranges;
}

const kinds = ['gap', 'applied', 'mark'] as const;

function encode(into: Buffer, entry: Entry, syncedBefore: number): void {
  into.writeUInt32LE(magic, 0);
  into.writeUInt8(kinds.indexOf(entry.kind) + 1, 4);
  into.writeUInt32LE(entry.number, 8);
  into.writeUInt32LE(syncedBefore, 12);
  writeUint64(into, 16, entry.first);
  writeUint64(into, 24, entry.count);
  into.writeUInt32LE(crc32(into.subarray(0, 36)), 36);
}

function decode(bytes: Buffer): (Entry & { readonly syncedBefore: number }) | undefined {
  const kind = kinds[bytes.readUInt8(4) - 1];
  if (bytes.readUInt32LE(0) !== magic || kind === undefined || crc32(bytes.subarray(0, 36)) !== bytes.readUInt32LE(36)) return undefined;
  return {
    kind,
    number: bytes.readUInt32LE(8),
    syncedBefore: bytes.readUInt32LE(12),
    first: readUint64(bytes, 16),
    count: readUint64(bytes, 24),
  };
}
