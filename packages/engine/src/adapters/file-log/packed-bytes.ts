// Bytes written and read one after the other: numbers in as few bytes as they need, texts and byte strings behind their length.
// Invariant: the reader never looks beyond its bytes; it throws RangeError on what the writer cannot have written.
import { Buffer } from 'node:buffer';

const textMax = 64 * 1024 * 1024;
/** A call into the runtime costs as much as so many characters. */
const charactersMax = 48;

/** Of a hexadecimal digit in lower case; -1: it is none. */
function digitAt(text: string, at: number): number {
  const character = text.charCodeAt(at);
  if (character >= 48 && character <= 57) return character - 48;
  return character >= 97 && character <= 102 ? character - 87 : -1;
}

/** Whether these bytes stand there. */
export function standsAt(bytes: Uint8Array, from: number, expected: Uint8Array): boolean {
  if (from + expected.length > bytes.length) return false;
  for (let at = 0; at < expected.length; at += 1) if (bytes[from + at] !== expected[at]) return false;
  return true;
}

export class PackedWriter {
  #bytes: Buffer = Buffer.allocUnsafe(256);
  length = 0;

  /** What was written; a view, good until the next write. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Forgets everything from `length` on. */
  cutTo(length: number): void {
    this.length = length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** An integer of 0 to 2^53 - 1, seven bits a byte, low bits first. */
  uint(value: number): void {
    this.#room(8);
    let rest = value;
    if (rest <= 0x7fff_ffff) {
      // The same in the integers that a processor has.
      for (; rest >= 128; rest >>>= 7) this.#bytes[this.length++] = (rest & 127) | 128;
      this.#bytes[this.length++] = rest;
      return;
    }
    while (rest >= 128) {
      this.#bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.length++] = rest;
  }

  /** An integer of either sign, |value| below 2^52. */
  int(value: number): void {
    this.uint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  double(value: number): void {
    this.#room(8);
    this.#bytes.writeDoubleLE(value, this.length);
    this.length += 8;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  text(text: string): void {
    const bytes = Buffer.byteLength(text, 'utf8');
    this.uint(bytes);
    this.characters(text, bytes);
  }

  /** A text of so many bytes in UTF-8, without its length. */
  characters(text: string, bytes: number): void {
    this.#room(bytes);
    if (bytes !== text.length || bytes > charactersMax) this.#bytes.write(text, this.length, 'utf8');
    else for (let at = 0; at < bytes; at += 1) this.#bytes[this.length + at] = text.charCodeAt(at);
    this.length += bytes;
  }

  /** The bytes that the digits stand for; false, with nothing written, when anything else is among them. */
  hex(digits: string): boolean {
    const bytes = digits.length >>> 1;
    this.#room(bytes);
    for (let at = 0; at < bytes; at += 1) {
      const byte = (digitAt(digits, 2 * at) << 4) | digitAt(digits, 2 * at + 1);
      if (byte < 0) return false;
      this.#bytes[this.length + at] = byte;
    }
    this.length += bytes;
    return true;
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + bytes, this.#bytes.length * 2));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}

export class PackedReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('packed bytes end early');
    this.#at += 1;
    return value;
  }

  uint(): number {
    const first = this.byte();
    return first < 128 ? first : this.#uintFrom(first);
  }

  #uintFrom(first: number): number {
    let value = first & 127;
    let scale = 128;
    for (let digit = 1; digit < 8; digit += 1) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new RangeError('a packed number is too large');
  }

  int(): number {
    const value = this.uint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#over(8));
  }

  /** A view. */
  raw(length: number): Buffer {
    const from = this.#over(length);
    return this.#bytes.subarray(from, from + length);
  }

  text(): string {
    return this.characters(this.uint());
  }

  /** A text of so many bytes, as they are or as what they stand for. */
  characters(length: number, encoding: 'utf8' | 'hex' | 'base64url' = 'utf8'): string {
    const from = this.#over(length);
    return this.#bytes.toString(encoding, from, from + length);
  }

  /** Where the next bytes begin; goes on behind them. */
  #over(length: number): number {
    const from = this.#at;
    if (length > textMax || from + length > this.#bytes.length) throw new RangeError('packed bytes end early');
    this.#at = from + length;
    return from;
  }

  /** Everything up to the end. */
  rest(): Buffer {
    return this.raw(this.#bytes.length - this.#at);
  }
}
