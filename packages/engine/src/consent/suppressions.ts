// Who was erased, and when: so that a device that retries, or a backup that is restored, cannot bring them back. Kept in a folder of its
// own, outside log and state; it outlives both. A person stands in it as a keyed hash: whoever has the file but not the key learns a count.
//
// `suppressed`: entries of 40 bytes, written in order into space made ahead (a full disk must still take an erasure):
//    0  u32 magic "EGSU"   4  u8 kind: 1 erased, 2 applied, 3 owner   5  u24 how many follow that were written with it
//    8  16 keyed hash of the id (adapters/subject-tags.ts)
//   24  u64 erased at, ms; of an `applied` entry: how many entries before it have been carried out, and in place of the hash
//       u64 redactions of the log on which they were: beside an older log (a restored backup) they are not
//   32  u32 synced before: every entry below this index was on stable storage when this one was written   36  u32 crc32 of bytes 0-35
// The owner entry says by whose key the hashes are: that of an id that nobody can have. It stands first, or where an older list was opened.
// Under another key the list would refuse nobody; so it does not open then.
// Invariants: an entry holds in memory from the call on, on disk when `add` has resolved; nothing is ever taken out. A tear in what was
// never acknowledged is cut off at opening, with all that was written with it: of a person with several ids all are listed, or none.
// Damage before it is refused.
// Non-goal: knowing which of the same person's other ids to refuse: the caller names them all.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';

const fileName = 'suppressed';
const magic = 0x55534745;
const entryBytes = 40;
const tagBytes = 16;
const kindErased = 1;
const kindApplied = 2;
const kindOwner = 3;
const ownerId = '\0owner';

export class Suppressions {
  readonly #file: DiskFile;
  readonly #tagOf: (subject: string) => string;
  readonly #erasedAt = new Map<string, number>();
  /** What was asked for lately, 0 = not erased: a hash costs microseconds, and the same people send again and again. */
  #asked = new Map<string, number>();
  #used = 0;
  #allocated = 0;
  #applied = 0;
  #appliedRedactions = 0;
  #syncedBefore = 0;
  #hasOwner = false;

  /**
   * Opens the list or makes one; `tagOf` gives the keyed hash of an id, a string of 16 bytes in latin-1. Throws CodedError log_damaged
   * when an entry is damaged that others follow, tenant_damaged when the list is of another tenant, or what the disk throws.
   */
  static async open(disk: Disk, folder: string, tagOf: (subject: string) => string): Promise<Suppressions> {
    disk.makeFolder(folder);
    const path = folder === '' ? fileName : `${folder}/${fileName}`;
    const list = new Suppressions(disk.open(path, { create: true }), tagOf);
    try {
      list.#load();
      list.#grow();
      if (!list.#hasOwner && list.hasRoom(1)) list.#own();
      await list.#sync();
      await disk.syncFolder(folder);
      return list;
    } catch (error) {
      list.close();
      throw error;
    }
  }

  /** Who stands in such a file as erased, by keyed hash, and when, ms; a torn end counts for nothing. */
  static erasedIn(file: Uint8Array): Map<string, number> {
    const bytes = wholeOf(file);
    const erased = new Map<string, number>();
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const entry = bytes.subarray(at, at + entryBytes);
      if (entry.readUInt8(4) !== kindErased) continue;
      const tag = entry.toString('latin1', 8, 8 + tagBytes);
      erased.set(tag, Math.max(erased.get(tag) ?? 0, Number(entry.readBigUInt64LE(24))));
    }
    return erased;
  }

  /** Such a file, with those of `others` behind it whom it does not know as erased, or not so late. */
  static joined(file: Uint8Array, others: ReadonlyMap<string, number>): Uint8Array {
    const known = Suppressions.erasedIn(file);
    const more = [...others].filter(([tag, erasedAt]) => (known.get(tag) ?? -1) < erasedAt);
    if (more.length === 0) return file;
    const entries = more.map(([tag, erasedAt]) => encode([kindErased, Buffer.from(tag, 'latin1'), erasedAt], 0, 0));
    return Buffer.concat([wholeOf(file), ...entries]);
  }

  private constructor(file: DiskFile, tagOf: (subject: string) => string) {
    this.#file = file;
    this.#tagOf = tagOf;
  }

  /** May entries not have been carried out on a log that has had so many redactions: after a crash, or in a restored folder? */
  isOpen(redactions: number): boolean {
    return this.#applied < this.#used || redactions < this.#appliedRedactions;
  }

  /** When this id was last erased, ms; undefined: never. */
  erasedAt(subject: string): number | undefined {
    if (this.#erasedAt.size === 0) return undefined;
    let at = this.#asked.get(subject);
    if (at === undefined) {
      at = this.#erasedAt.get(this.#tagOf(subject)) ?? 0;
      if (this.#asked.size >= limits.suppressionsAskedMax) this.#asked = new Map();
      this.#asked.set(subject, at);
    }
    return at === 0 ? undefined : at;
  }

  /** Is there room for so many more? A full disk has some left, not endless. */
  hasRoom(entries: number): boolean {
    this.#grow(entries);
    return this.#used + entries <= this.#allocated;
  }

  /** Holds at once; resolves when it is on stable storage. Throws CodedError disk_full, having changed nothing. */
  async add(subjects: readonly string[], erasedAt: number): Promise<void> {
    const fresh = subjects.map((subject) => this.#tagOf(subject)).filter((tag) => (this.#erasedAt.get(tag) ?? 0) < erasedAt);
    if (!this.hasRoom(fresh.length)) throw new CodedError('disk_full', `${fileName} cannot take ${fresh.length} entries`);
    for (const tag of fresh) this.#erasedAt.set(tag, erasedAt);
    this.#asked = new Map();
    this.#write(fresh.map((tag) => [kindErased, Buffer.from(tag, 'latin1'), erasedAt]));
    if (fresh.length > 0) await this.#sync();
  }

  /** Entries in the file: what to hand to `applied` once all of them are carried out. */
  get entriesUsed(): number {
    return this.#used;
  }

  /** The first `entries` of the file have been carried out on the log beside it, which has had so many redactions. */
  async applied(entries: number, redactions: number): Promise<void> {
    if (entries <= this.#applied && redactions >= this.#appliedRedactions) return;
    // Forgetting it costs only time.
    if (!this.hasRoom(1)) return;
    const note = Buffer.alloc(tagBytes);
    note.writeBigUInt64LE(BigInt(redactions));
    this.#write([[kindApplied, note, entries]]);
    await this.#sync();
    this.#appliedRedactions = redactions;
    // The note itself asks for nothing.
    this.#applied = entries + 1 === this.#used ? this.#used : entries;
  }

  close(): void {
    this.#file.close();
  }

  #own(): void {
    const isDone = this.#applied === this.#used;
    this.#write([[kindOwner, Buffer.from(this.#tagOf(ownerId), 'latin1'), 0]]);
    if (isDone) this.#applied = this.#used;
  }

  async #sync(): Promise<void> {
    const written = this.#used;
    await this.#file.sync();
    this.#syncedBefore = Math.max(this.#syncedBefore, written);
  }

  #write(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    assert(this.#used + entries.length <= this.#allocated, 'there is room for what is written');
    const bytes = Buffer.concat(entries.map((entry, index) => encode(entry, entries.length - 1 - index, this.#syncedBefore)));
    this.#file.write(this.#used * entryBytes, bytes);
    this.#used += entries.length;
  }

  /** Adds space while there is any; a full disk leaves it as it is. */
  #grow(need = 0): void {
    const target = this.#used + need + limits.suppressionEntriesAhead;
    if (this.#allocated >= this.#used + need + limits.suppressionEntriesAhead / 2) return;
    try {
      this.#file.write(this.#allocated * entryBytes, new Uint8Array((target - this.#allocated) * entryBytes));
      this.#allocated = target;
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'no_space')) throw error;
    }
  }

  #load(): void {
    const size = this.#file.size();
    const bytes = Buffer.from(this.#file.read(0, size));
    this.#allocated = Math.floor(size / entryBytes);
    let badAt: number | undefined;
    for (let index = 0; index < this.#allocated; index += 1) {
      const entry = bytes.subarray(index * entryBytes, (index + 1) * entryBytes);
      if (entry.readUInt32LE(0) !== magic || crc32(entry.subarray(0, 36)) !== entry.readUInt32LE(36)) badAt ??= index;
      else if (badAt === undefined) {
        if (entry.readUIntLE(5, 3) > 0) continue;
        for (let each = this.#used; each <= index; each += 1) this.#take(bytes.subarray(each * entryBytes, (each + 1) * entryBytes), each);
      } else if (entry.readUInt32LE(32) > badAt)
        throw new CodedError('log_damaged', `${fileName} at offset ${badAt * entryBytes}: entry damaged`);
    }
    assert(this.#applied <= this.#used, 'no more is carried out than was asked');
    const rest = bytes.subarray(this.#used * entryBytes);
    if (rest.some((byte) => byte !== 0)) this.#file.write(this.#used * entryBytes, new Uint8Array(rest.length));
  }

  #take(entry: Buffer, index: number): void {
    this.#used = index + 1;
    const value = Number(entry.readBigUInt64LE(24));
    if (entry.readUInt8(4) === kindApplied) {
      this.#applied = value === index ? index + 1 : Math.max(this.#applied, value);
      this.#appliedRedactions = Number(entry.readBigUInt64LE(8));
      return;
    }
    const tag = entry.toString('latin1', 8, 8 + tagBytes);
    if (entry.readUInt8(4) === kindOwner) {
      if (tag !== this.#tagOf(ownerId)) throw new CodedError('tenant_damaged', `${fileName} is of another tenant`);
      this.#hasOwner = true;
      // It asks for nothing.
      if (this.#applied === index) this.#applied = index + 1;
      return;
    }
    this.#erasedAt.set(tag, Math.max(this.#erasedAt.get(tag) ?? 0, value));
  }
}

/** The entries of a file up to its end or its first tear, without a group that was not written whole. */
function wholeOf(file: Uint8Array): Buffer {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  let end = 0;
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const entry = bytes.subarray(at, at + entryBytes);
    if (entry.readUInt32LE(0) !== magic || crc32(entry.subarray(0, 36)) !== entry.readUInt32LE(36)) break;
    if (entry.readUIntLE(5, 3) === 0) end = at + entryBytes;
  }
  return bytes.subarray(0, end);
}

type Entry = readonly [kind: number, tag: Uint8Array, value: number];

function encode([kind, tag, value]: Entry, following: number, syncedBefore: number): Buffer {
  const bytes = Buffer.alloc(entryBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUIntLE(following, 5, 3);
  bytes.set(tag, 8);
  bytes.writeBigUInt64LE(BigInt(value), 24);
  bytes.writeUInt32LE(syncedBefore, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  return bytes;
}
