// Kept by law, on a disk: one file a class, `kept/NUMBER.kept`, where NUMBER is that of its key in the key store. Frames, one after
// another:
//    0  u32 magic "EGKP"   4  u32 crc32 of all that follows   8  u32 bytes sealed   12  u32 events   16  12 nonce   28  16 tag
//   44  AES-256-GCM under the key of the class; authenticated data = u32 number of the key, u64 offset of the frame, u32 events
// The first frame says what the class is, as JSON, and holds no event; of each event the others hold u64 position, u16 mask, u32 bytes, the
// bytes. Behind what was synced stands a mark, { u32 magic "EGKM", u32 crc32 of bytes 8-15, u64 its offset }, which vouches for all before
// it; older files get theirs when they are opened. A torn frame at the end, before no mark, was never acknowledged and is cut off; damage
// before a frame or a mark is refused, and then nothing is changed. Destroying: the key first, then the file is overwritten and removed,
// then all other keys are wrapped anew; a file whose key was destroyed is what a crash left of that, one whose key is missing is damage.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { DiskError, type Disk, type DiskFile } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import type { Keys } from '../ports/keys.js';
import type { KeptClass, KeptEvent, KeptGround, KeptStore } from '../ports/kept-store.js';
import { seal, unseal } from './file-log/seal.js';

const magic = 0x504b4745;
const markMagic = 0x4d4b4745;
const frameBytes = 44;
const markBytes = 16;
const eventBytes = 14;

export interface KeptFilesOptions {
  readonly disk: Disk;
  /** Folder on that disk; made when missing. */
  readonly folder: string;
  readonly keys: Keys;
  readonly entropy: Entropy;
}

interface Held {
  readonly told: KeptClass;
  /** Where its frames and marks end. */
  readonly end: number;
}

export class KeptFiles implements KeptStore {
  readonly #options: KeptFilesOptions;
  readonly #held = new Map<number, Held>();

  private constructor(options: KeptFilesOptions) {
    this.#options = options;
  }

  /** Throws CodedError log_damaged, or what the disk throws. */
  static async open(options: KeptFilesOptions): Promise<KeptFiles> {
    const { disk, folder } = options;
    disk.makeFolder(folder);
    const store = new KeptFiles(options);
    const ids = disk.list(folder).flatMap((name) => (/^\d{10}\.kept$/u.test(name) ? [Number(name.slice(0, 10))] : []));
    const gone = ids.filter((id) => !store.#load(id));
    // Only now, when all are known to be sound.
    for (const [id, held] of store.#held) store.#held.set(id, { ...held, end: await store.#mend(id, held.end) });
    if (gone.length > 0) {
      await options.keys.destroy(gone);
      await store.#remove(gone);
    }
    await disk.syncFolder(folder);
    return store;
  }

  async keep(what: readonly { readonly ground: KeptGround; readonly events: readonly KeptEvent[] }[]): Promise<void> {
    for (const { ground, events } of what) {
      const held = [...this.#held.values()].find(({ told }) => isSame(told, ground));
      const known = held === undefined ? [] : (this.read(held.told.id) ?? []);
      const fresh = events.filter((event) => !known.some((each) => each.position === event.position && isEqual(each.bytes, event.bytes)));
      if (fresh.length === 0) continue;
      try {
        if (held === undefined) await this.#begin(ground, fresh);
        else await this.#add(held, fresh);
      } catch (error) {
        throw error instanceof DiskError && error.code === 'no_space' ? new CodedError('disk_full', error.message) : error;
      }
    }
  }

  list(): readonly KeptClass[] {
    return [...this.#held.values()].map(({ told }) => told).sort((one, other) => one.id - other.id);
  }

  read(id: number): readonly KeptEvent[] | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    return this.#withFile(id, (file) => {
      const bytes = Buffer.from(file.read(0, held.end));
      const events: KeptEvent[] = [];
      for (const frame of framesOf(bytes).frames) if (frame.events > 0) events.push(...eventsOf(this.#open(id, bytes, frame)));
      return events;
    });
  }

  async destroy(ids: readonly number[]): Promise<number> {
    const known = ids.filter((id) => this.#held.has(id));
    if (known.length === 0) return 0;
    const events = known.reduce((sum, id) => sum + (this.#held.get(id)?.told.events ?? 0), 0);
    // [C77]
    await this.#options.keys.destroy(known);
    for (const id of known) this.#held.delete(id);
    await this.#remove(known);
    await this.#options.keys.turnOver();
    return events;
  }

  async #begin(ground: KeptGround, events: readonly KeptEvent[]): Promise<void> {
    const { disk, folder, keys } = this.#options;
    const { id } = keys.create();
    try {
      await keys.sync();
      const { kind, name, eventType, purpose, untilDay } = ground;
      const said = Buffer.from(JSON.stringify({ kind, name, eventType, purpose, untilDay }), 'utf8');
      const first = this.#frame(id, 0, 0, said);
      const bytes = Buffer.concat([first, this.#frame(id, first.length, events.length, packed(events))]);
      const end = await this.#write(id, 0, bytes);
      await disk.syncFolder(folder);
      this.#held.set(id, { told: { kind, name, eventType, purpose, untilDay, id, events: events.length }, end });
    } catch (error) {
      // Only a full disk is worth a repair: after anything else the process stops.
      if (error instanceof DiskError && error.code === 'no_space') {
        await keys.destroy([id]);
        await this.#remove([id]);
      }
      throw error;
    }
  }

  async #add({ told, end }: Held, events: readonly KeptEvent[]): Promise<void> {
    const frame = this.#frame(told.id, end, events.length, packed(events));
    let marked: number;
    try {
      marked = await this.#write(told.id, end, frame);
    } catch (error) {
      if (error instanceof DiskError && error.code === 'no_space') this.#withFile(told.id, (file) => file.truncate(end));
      throw error;
    }
    this.#held.set(told.id, { told: { ...told, events: told.events + events.length }, end: marked });
  }

  /** Resolves with where the mark behind it ends, when the bytes are on stable storage. There is room for the mark, or for nothing. */
  async #write(id: number, at: number, bytes: Uint8Array): Promise<number> {
    const file = this.#options.disk.open(this.#path(id), { create: true });
    try {
      file.write(at, Buffer.concat([bytes, new Uint8Array(markBytes)]));
      await file.sync();
      file.write(at + bytes.length, markAt(at + bytes.length));
      return at + bytes.length + markBytes;
    } finally {
      file.close();
    }
  }

  /** Cuts off what was never acknowledged, and vouches for the rest. Resolves with where it ends. */
  async #mend(id: number, end: number): Promise<number> {
    const file = this.#options.disk.open(this.#path(id));
    try {
      const isMarked = isMark(Buffer.from(file.read(end - markBytes, markBytes)), 0, end - markBytes);
      if (file.size() > end) file.truncate(end);
      if (isMarked) return end;
      await file.sync();
      file.write(end, markAt(end));
      return end + markBytes;
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'no_space')) throw error;
      file.truncate(end);
      return end;
    } finally {
      file.close();
    }
  }

  /** False: nothing can be read of it, and nothing need be. Changes nothing. */
  #load(id: number): boolean {
    const { keys } = this.#options;
    if (keys.get(id) === undefined) {
      // The key was there before the file: only what was destroyed may be missing.
      if (keys.isDestroyed(id)) return false;
      throw this.#damaged(id, 0);
    }
    return this.#withFile(id, (file) => {
      const bytes = Buffer.from(file.read(0, file.size()));
      const { frames, end } = framesOf(bytes);
      for (let at = bytes.indexOf('EGK', end + 1); at >= 0; at = bytes.indexOf('EGK', at + 1))
        if (frameAt(bytes, at) !== undefined || isMark(bytes, at, at)) throw this.#damaged(id, end);
      const [first] = frames;
      // Cut off before its first event: it was never acknowledged.
      if (first === undefined || frames.length === 1) return false;
      const ground = JSON.parse(this.#open(id, bytes, first).toString('utf8')) as KeptGround; // written by #begin, under its seal
      const events = frames.reduce((sum, frame) => sum + frame.events, 0);
      this.#held.set(id, { told: { ...ground, id, events }, end });
      return true;
    });
  }

  #frame(id: number, at: number, events: number, plain: Uint8Array): Buffer {
    const nonce = this.#options.entropy.bytes(12);
    const { sealed, tag } = seal(this.#key(id), nonce, bindingOf(id, at, events), plain);
    const head = Buffer.alloc(frameBytes);
    head.writeUInt32LE(magic, 0);
    head.writeUInt32LE(sealed.length, 8);
    head.writeUInt32LE(events, 12);
    head.set(nonce, 16);
    head.set(tag, 28);
    const frame = Buffer.concat([head, sealed]);
    frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
    return frame;
  }

  #open(id: number, bytes: Buffer, { at, events, length }: Frame): Buffer {
    const frame = bytes.subarray(at, at + length);
    const tag = frame.subarray(28, frameBytes);
    const plain = unseal(this.#key(id), frame.subarray(16, 28), bindingOf(id, at, events), frame.subarray(frameBytes), tag);
    if (plain === undefined) throw this.#damaged(id, at);
    return plain;
  }

  #key(id: number): Uint8Array {
    const key = this.#options.keys.get(id);
    if (key === undefined) throw this.#damaged(id, 0);
    return key;
  }

  #damaged(id: number, offset: number): CodedError {
    return new CodedError('log_damaged', `${this.#path(id)} at offset ${offset}: what is kept by law does not open`);
  }

  async #remove(ids: readonly number[]): Promise<void> {
    const { disk, folder } = this.#options;
    for (const path of ids.map((id) => this.#path(id)).filter((each) => disk.exists(each))) {
      const file = disk.open(path);
      try {
        file.write(0, new Uint8Array(file.size()));
        await file.sync();
      } finally {
        file.close();
      }
      disk.remove(path);
    }
    await disk.syncFolder(folder);
  }

  #withFile<T>(id: number, work: (file: DiskFile) => T): T {
    const file = this.#options.disk.open(this.#path(id));
    try {
      return work(file);
    } finally {
      file.close();
    }
  }

  #path(id: number): string {
    return `${this.#options.folder}/${String(id).padStart(10, '0')}.kept`;
  }
}

interface Frame {
  readonly at: number;
  readonly events: number;
  readonly length: number;
}

/** The intact frames from the start on, and where they and the marks between them end. */
function framesOf(bytes: Buffer): { readonly frames: readonly Frame[]; readonly end: number } {
  const frames: Frame[] = [];
  let end = 0;
  for (let frame = frameAt(bytes, 0); frame !== undefined; frame = frameAt(bytes, end)) {
    frames.push(frame);
    end += frame.length;
    if (isMark(bytes, end, end)) end += markBytes;
  }
  return { frames, end };
}

function frameAt(bytes: Buffer, at: number): Frame | undefined {
  if (at + frameBytes > bytes.length || bytes.readUInt32LE(at) !== magic) return undefined;
  const length = frameBytes + bytes.readUInt32LE(at + 8);
  if (at + length > bytes.length || crc32(bytes.subarray(at + 8, at + length)) !== bytes.readUInt32LE(at + 4)) return undefined;
  return { at, events: bytes.readUInt32LE(at + 12), length };
}

function markAt(offset: number): Buffer {
  const mark = Buffer.alloc(markBytes);
  mark.writeUInt32LE(markMagic, 0);
  mark.writeBigUInt64LE(BigInt(offset), 8);
  mark.writeUInt32LE(crc32(mark.subarray(8)), 4);
  return mark;
}

/** Does the mark for an offset of the file stand at a place of these bytes? */
function isMark(bytes: Buffer, at: number, offset: number): boolean {
  return bytes.subarray(at, at + markBytes).equals(markAt(offset));
}

function bindingOf(id: number, at: number, events: number): Buffer {
  const binding = Buffer.alloc(16);
  binding.writeUInt32LE(id, 0);
  binding.writeBigUInt64LE(BigInt(at), 4);
  binding.writeUInt32LE(events, 12);
  return binding;
}

function packed(events: readonly KeptEvent[]): Buffer {
  return Buffer.concat(
    events.map(({ position, mask, bytes }) => {
      const entry = Buffer.alloc(eventBytes + bytes.length);
      entry.writeBigUInt64LE(BigInt(position), 0);
      entry.writeUInt16LE(mask, 8);
      entry.writeUInt32LE(bytes.length, 10);
      entry.set(bytes, eventBytes);
      return entry;
    }),
  );
}

function eventsOf(plain: Buffer): KeptEvent[] {
  const events: KeptEvent[] = [];
  for (let at = 0; at < plain.length;) {
    const end = at + eventBytes + plain.readUInt32LE(at + 10);
    const bytes = Uint8Array.from(plain.subarray(at + eventBytes, end));
    events.push({ position: Number(plain.readBigUInt64LE(at)), mask: plain.readUInt16LE(at + 8), bytes });
    at = end;
  }
  return events;
}

function isSame(one: KeptGround, other: KeptGround): boolean {
  return (
    one.kind === other.kind &&
    one.name === other.name &&
    one.eventType === other.eventType &&
    one.purpose === other.purpose &&
    one.untilDay === other.untilDay
  );
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
