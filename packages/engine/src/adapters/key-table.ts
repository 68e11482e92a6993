// One file of wrapped keys, version 2. It is made whole, under a key of its own (the store key, which a wrapping key wraps), and then grows
// at its end; a turn-over makes the next one. All numbers little-endian.
//
//   Head, 1,024 bytes                                          Slots, 64 bytes each
//      0  u32 magic "EGKF"    4  u32 version = 2                  0  u32 key id   4  u8 state: 1 live, 2 destroyed, 3 lost
//      8  u32 slots written when the table was made               8  40 the key wrapped (AES-256-KW, RFC 3394); random once destroyed
//     12  u32 last id given by then                              48  zeros       60  u32 crc32 of bytes 0-59
//     16  u16 bytes of the wrapping key's name, u16 of the     The slots of the beginning hold any ids; of those after them the n-th
//         wrapped store key   20  8 owner   28  name, key       belongs to the n-th id after the last, written or torn.
//   1020  u32 crc32 of bytes 0-1019
//
// Slots lie ahead of need, so that a key can be made and destroyed on a full disk. Only a sound slot says that a key was destroyed, or, in
// the beginning, the lack of any: of a slot that rot or a torn write has changed, the key is taken when it still opens (the wrap
// authenticates it) and the slot is written anew; else the id is lost, which every later table says as well, so that nobody takes a lost
// key for a destroyed one. Invariant: an id that was synced is never given again.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DiskError, type DiskFile } from '../ports/disk.js';
import { unwrapKey, wrapKey } from './key-wrap.js';

export const tableMagic = 0x464b4745;
export const slotBytes = 64;
const headBytes = 1024;
const live = 1;
const destroyed = 2;
const lost = 3;
/** Of a slot that may belong to any id. */
const anyId = 0;
const stateAt = 4;
const wrappedAt = 8;
const wrappedBytes = 40;
const ownerBytes = 8;
const variableAt = 28;
const variableMax = headBytes - 4 - variableAt;

export interface TableHead {
  /** Hexadecimal, 16 digits. */
  readonly owner: string;
  /** Name of the wrapping key. */
  readonly name: string;
  readonly wrapped: Uint8Array;
}

/** What a new table is made of. */
interface Entries {
  readonly keys: ReadonlyMap<number, Uint8Array>;
  readonly lost: Iterable<number>;
  /** The last id that was ever given. */
  readonly last: number;
}

export class KeyTable {
  readonly head: TableHead;
  readonly file: DiskFile;
  readonly #storeKey: Uint8Array;
  /** Of live and of lost keys. */
  readonly #slotOf = new Map<number, number>();
  readonly #destroyed = new Set<number>();
  readonly #lost = new Set<number>();
  readonly #lastThen: number;
  #used = 0;
  #allocated = 0;

  private constructor(head: TableHead, file: DiskFile, storeKey: Uint8Array, lastThen: number) {
    this.head = head;
    this.file = file;
    this.#storeKey = storeKey;
    this.#lastThen = lastThen;
  }

  /** Writes a new table of these keys. Not yet synced. Throws DiskError no_space. */
  static make(head: TableHead, file: DiskFile, storeKey: Uint8Array, { keys, lost: gone, last }: Entries): KeyTable {
    const table = new KeyTable(head, file, storeKey, last);
    const slots = [...keys].map(([id, key]) => {
      table.#slotOf.set(id, table.#used++);
      return slotOf(id, live, wrapKey(storeKey, key));
    });
    for (const id of gone) {
      table.#lose(id, table.#used++);
      slots.push(slotOf(id, lost, new Uint8Array(wrappedBytes)));
    }
    file.write(0, Buffer.concat([encodeHead(head, slots.length, last), ...slots]));
    table.#allocated = table.#used;
    table.growAhead();
    if (table.#allocated === table.#used) throw new DiskError('no_space', 'no slot left for a key');
    return table;
  }

  /** The head of a table; throws CodedError log_damaged. */
  static headOf(content: Buffer): TableHead {
    const head = content.subarray(0, headBytes);
    if (head.length < headBytes || crc32(head.subarray(0, headBytes - 4)) !== head.readUInt32LE(headBytes - 4)) {
      throw new CodedError('log_damaged', 'keys.dat at offset 0: head damaged');
    }
    const nameEnd = variableAt + head.readUInt16LE(16);
    return {
      owner: head.toString('hex', 20, 20 + ownerBytes),
      name: head.toString('utf8', variableAt, nameEnd),
      wrapped: Buffer.from(head.subarray(nameEnd, nameEnd + head.readUInt16LE(18))),
    };
  }

  /** Opens a table; `onKey` is told each live key, the result the last id that was ever given. Throws CodedError log_damaged. */
  static load(
    content: Buffer,
    file: DiskFile,
    storeKey: Uint8Array,
    onKey: (id: number, key: Uint8Array) => void,
  ): { readonly table: KeyTable; readonly last: number } {
    const made = content.readUInt32LE(8);
    const lastThen = content.readUInt32LE(12);
    const table = new KeyTable(KeyTable.headOf(content), file, storeKey, lastThen);
    table.#allocated = Math.floor((content.length - headBytes) / slotBytes);
    const slotAt = (index: number): Buffer => content.subarray(headBytes + index * slotBytes, headBytes + (index + 1) * slotBytes);
    table.#used = table.#allocated;
    while (table.#used > made && isBlank(slotAt(table.#used - 1))) table.#used--;
    const mended: [number, Buffer][] = [];
    for (let index = 0; index < table.#used; index += 1) {
      const found = slotAt(index);
      const given = index < made ? anyId : lastThen + 1 + index - made;
      const slot = isSound(found, given) ? found : mend(found, given, storeKey);
      const state = slot?.readUInt8(stateAt);
      const id = slot?.readUInt32LE(0) ?? given;
      if (state === destroyed) table.#destroyed.add(id);
      if (slot === undefined || (state !== live && state !== destroyed)) table.#lose(id, index);
      if (slot === undefined || state !== live) continue;
      const key = unwrapKey(storeKey, wrappedIn(slot));
      if (key === undefined) throw new CodedError('log_damaged', `keys.dat: key ${id} does not open`);
      table.#slotOf.set(id, index);
      onKey(id, key);
      if (slot !== found) mended.push([index, slot]);
    }
    for (const [index, slot] of mended) table.#write(index, slot);
    return { table, last: lastThen + table.#used - made };
  }

  /** Keys that may be there for somebody, and of which nothing can be read any more; `anyId`: nobody knows of which. */
  get lost(): Iterable<number> {
    return this.#lost;
  }

  isLost(id: number): boolean {
    return this.#lost.has(id);
  }

  /** Is it certain that the key was destroyed? */
  isDestroyed(id: number): boolean {
    if (this.#destroyed.has(id)) return true;
    return id <= this.#lastThen && !this.#slotOf.has(id) && !this.#lost.has(anyId);
  }

  get isFull(): boolean {
    return this.#used >= this.#allocated;
  }

  /** Takes the next slot for the id after the last one. */
  add(id: number, key: Uint8Array): void {
    this.#slotOf.set(id, this.#used);
    this.#write(this.#used++, slotOf(id, live, wrapKey(this.#storeKey, key)));
  }

  /** Overwrites what was wrapped with 40 random bytes. */
  destroy(id: number, random: Uint8Array): void {
    const slot = this.#slotOf.get(id);
    if (slot === undefined) return;
    this.#slotOf.delete(id);
    this.#lost.delete(id);
    this.#destroyed.add(id);
    this.#write(slot, slotOf(id, destroyed, random));
  }

  /** Adds slots while there is space; a full disk leaves the file as it is. */
  growAhead(): void {
    if (this.#allocated - this.#used >= limits.keySlotsAhead / 2) return;
    const more = this.#used + limits.keySlotsAhead - this.#allocated;
    try {
      this.file.write(headBytes + this.#allocated * slotBytes, new Uint8Array(more * slotBytes));
      this.#allocated += more;
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'no_space')) throw error;
    }
  }

  close(): void {
    this.#storeKey.fill(0);
    this.file.close();
  }

  #lose(id: number, index: number): void {
    this.#lost.add(id);
    if (id !== anyId) this.#slotOf.set(id, index);
  }

  #write(index: number, slot: Buffer): void {
    this.file.write(headBytes + index * slotBytes, slot);
  }
}

function isBlank(slot: Buffer): boolean {
  return !slot.some((byte) => byte !== 0);
}

function isSound(slot: Buffer, given: number): boolean {
  return crc32(slot.subarray(0, 60)) === slot.readUInt32LE(60) && (given === anyId || slot.readUInt32LE(0) === given);
}

function wrappedIn(slot: Buffer): Buffer {
  return slot.subarray(wrappedAt, wrappedAt + wrappedBytes);
}

/**
 * A slot whose checksum does not fit, as it was when its key was live; undefined when that cannot be told. The key has to open: where the
 * place does not give its id, all but one bit must be right, which is what the checksum can find.
 */
function mend(found: Buffer, given: number, storeKey: Uint8Array): Buffer | undefined {
  if (given !== anyId && unwrapKey(storeKey, wrappedIn(found)) !== undefined) return slotOf(given, live, wrappedIn(found));
  const slot = Buffer.from(found);
  for (let bit = 0; bit < slotBytes * 8; bit += 1) {
    const [at, mask] = [bit >> 3, 1 << (bit & 7)];
    slot.writeUInt8(slot.readUInt8(at) ^ mask, at);
    if (isSound(slot, given) && slot.readUInt8(stateAt) === live && unwrapKey(storeKey, wrappedIn(slot)) !== undefined) return slot;
    slot.writeUInt8(slot.readUInt8(at) ^ mask, at);
  }
  return undefined;
}

function slotOf(id: number, state: number, material: Uint8Array): Buffer {
  const slot = Buffer.alloc(slotBytes);
  slot.writeUInt32LE(id, 0);
  slot.writeUInt8(state, stateAt);
  slot.set(material, wrappedAt);
  slot.writeUInt32LE(crc32(slot.subarray(0, 60)), 60);
  return slot;
}

function encodeHead({ owner, name, wrapped }: TableHead, made: number, last: number): Buffer {
  const head = Buffer.alloc(headBytes);
  const nameBytes = Buffer.from(name, 'utf8');
  if (nameBytes.length + wrapped.length > variableMax) throw new CodedError('wrapping_key', 'its name and what it wraps are too long');
  head.writeUInt32LE(tableMagic, 0);
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(made, 8);
  head.writeUInt32LE(last, 12);
  head.writeUInt16LE(nameBytes.length, 16);
  head.writeUInt16LE(wrapped.length, 18);
  head.set(Buffer.from(owner, 'hex'), 20);
  head.set(nameBytes, variableAt);
  head.set(wrapped, variableAt + nameBytes.length);
  head.writeUInt32LE(crc32(head.subarray(0, headBytes - 4)), headBytes - 4);
  return head;
}
