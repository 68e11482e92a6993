// One file of wrapped keys, version 2. It is made whole, under a key of its own (the store key, which a wrapping key wraps), and then grows
// at its end; a turn-over makes the next one. All numbers little-endian.
//
//   Head, 1,024 bytes                                          Slots, 64 bytes each
//      0  u32 magic "EGKF"    4  u32 version = 2                  0  u32 key id   4  u8 state: 1 live, 2 destroyed   5  zeros
//      8  u32 slots written when the table was made               8  40 the key wrapped (AES-256-KW, RFC 3394); random once destroyed
//     12  u32 last id given by then                              48  zeros       60  u32 crc32 of bytes 0-59
//     16  u16 bytes of the wrapping key's name, u16 of the     The slots of the beginning hold any ids; of those after them the n-th
//         wrapped store key   20  8 owner   28  name, key       belongs to the n-th id after the last, written or torn.
//   1020  u32 crc32 of bytes 0-1019
//
// Slots lie ahead of need, so that a key can be made and destroyed on a full disk. A slot that a crash tore before its sync opens nothing
// and is never used again. Invariant: an id that was synced is never given again.
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

export class KeyTable {
  readonly head: TableHead;
  readonly file: DiskFile;
  readonly #storeKey: Uint8Array;
  readonly #slotOf = new Map<number, number>();
  #used = 0;
  #allocated = 0;

  private constructor(head: TableHead, file: DiskFile, storeKey: Uint8Array) {
    this.head = head;
    this.file = file;
    this.#storeKey = storeKey;
  }

  /** Writes a new table of these keys; `last`: the last id that was ever given. Not yet synced. Throws DiskError no_space. */
  static make(head: TableHead, file: DiskFile, storeKey: Uint8Array, keys: ReadonlyMap<number, Uint8Array>, last: number): KeyTable {
    const table = new KeyTable(head, file, storeKey);
    const slots = [...keys].map(([id, key]) => {
      table.#slotOf.set(id, table.#used++);
      return slotOf(id, live, wrapKey(storeKey, key));
    });
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
    const table = new KeyTable(KeyTable.headOf(content), file, storeKey);
    const made = content.readUInt32LE(8);
    const lastThen = content.readUInt32LE(12);
    table.#allocated = Math.floor((content.length - headBytes) / slotBytes);
    for (let index = 0; index < table.#allocated; index += 1) {
      const slot = content.subarray(headBytes + index * slotBytes, headBytes + (index + 1) * slotBytes);
      if (!slot.some((byte) => byte !== 0)) continue;
      table.#used = index + 1;
      const id = slot.readUInt32LE(0);
      const isSound = crc32(slot.subarray(0, 60)) === slot.readUInt32LE(60) && (index < made || id === lastThen + 1 + index - made);
      if (!isSound || slot.readUInt8(4) !== live) continue;
      const key = unwrapKey(storeKey, slot.subarray(8, 48));
      if (key === undefined) throw new CodedError('log_damaged', `keys.dat: key ${id} does not open`);
      table.#slotOf.set(id, index);
      onKey(id, key);
    }
    return { table, last: lastThen + Math.max(0, table.#used - made) };
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

  #write(index: number, slot: Buffer): void {
    this.file.write(headBytes + index * slotBytes, slot);
  }
}

function slotOf(id: number, state: number, material: Uint8Array): Buffer {
  const slot = Buffer.alloc(slotBytes);
  slot.writeUInt32LE(id, 0);
  slot.writeUInt8(state, 4);
  slot.set(material, 8);
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
