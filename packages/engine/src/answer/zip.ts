// A ZIP file written as a stream: entry after entry, deflated, then the directory. Everybody's computer opens one. Each entry is handed
// over whole, so its size and checksum stand before it, and memory holds one entry and the directory. Format: PKWARE APPNOTE 6.3.10,
// sections 4.3 to 4.5, with the 64-bit records where a number needs them. Names are UTF-8 (flag bit 11).
import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { assert } from '../base/assert.js';
import { dateOf } from '../base/calendar.js';

const deflate = promisify(deflateRaw);
const max32 = 0xffff_ffff;
const max16 = 0xffff;
const utf8Names = 0x0800;
const deflated = 8;

export interface ZipEntry {
  /** Relative, with '/' between folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export class Zip {
  readonly #time: number;
  readonly #date: number;
  #directory: Buffer[] = [];
  #entries = 0;
  #offset: number;

  /** All entries bear the moment `at`, ms since 1970. `offset`: where in the file the first one stands. */
  constructor(at: number, offset = 0) {
    const { year, month, day, ms } = dateOf(at);
    const seconds = Math.floor(ms / 1000);
    this.#time = (Math.floor(seconds / 3600) << 11) | ((Math.floor(seconds / 60) % 60) << 5) | ((seconds % 60) >> 1);
    this.#date = (Math.min(127, Math.max(0, year - 1980)) << 9) | (month << 5) | day;
    this.#offset = offset;
  }

  /** The bytes of one entry. */
  async entry({ name, bytes }: ZipEntry): Promise<Buffer> {
    assert(bytes.length < max32, 'an entry is a part that memory holds');
    const packed = await deflate(bytes);
    const nameBytes = Buffer.from(name, 'utf8');
    // Version, flags, method, time, date, checksum, both sizes, length of the name: the same in head and directory.
    const shared = Buffer.alloc(26);
    const far = this.#offset >= max32;
    shared.writeUInt16LE(far ? 45 : 20, 0);
    shared.writeUInt16LE(utf8Names, 2);
    shared.writeUInt16LE(deflated, 4);
    shared.writeUInt16LE(this.#time, 6);
    shared.writeUInt16LE(this.#date, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    const head = Buffer.concat([u32(0x0403_4b50), shared, nameBytes, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(far ? max32 : this.#offset, 10);
    const extra = far ? Buffer.concat([u16(1), u16(8), u64(this.#offset)]) : Buffer.alloc(0);
    shared.writeUInt16LE(extra.length, 24);
    this.#directory.push(Buffer.concat([u32(0x0201_4b50), u16(far ? 45 : 20), shared, place, nameBytes, extra]));
    this.#entries += 1;
    this.#offset += head.length;
    return head;
  }

  /** The bytes after the last entry. */
  end(): Buffer {
    const directory = Buffer.concat(this.#directory);
    this.#directory = [];
    const isLarge = this.#offset >= max32 || directory.length >= max32 || this.#entries >= max16;
    const at64 = this.#offset + directory.length;
    const counts = [u64(this.#entries), u64(this.#entries)];
    const end64 = [u32(0x0606_4b50), u64(44), u16(45), u16(45), u32(0), u32(0), ...counts, u64(directory.length), u64(this.#offset)];
    const locator = [u32(0x0706_4b50), u32(0), u64(at64), u32(1)];
    const large = isLarge ? [...end64, ...locator] : [];
    const count = u16(Math.min(this.#entries, max16));
    const sizes = [u32(Math.min(directory.length, max32)), u32(Math.min(this.#offset, max32))];
    return Buffer.concat([directory, ...large, u32(0x0605_4b50), u16(0), u16(0), count, count, ...sizes, u16(0)]);
  }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
