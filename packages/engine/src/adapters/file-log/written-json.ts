// Holds bytes against JSON that is not written for that: each part that would be written next is compared where it would stand. So it is
// known that the bytes are what writing gives, byte for byte, without a text being made.
// Invariant: what is said to stand there is what JSON.stringify gives.
import { Buffer } from 'node:buffer';
import { standsAt } from './packed-bytes.js';

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const zero = 0x30;
const digitsMax = 15;
const integerMax = 999_999_999_999_999;

export class WrittenJson {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = 0;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(byte: number): boolean {
    return this.#bytes[this.#at++] === byte;
  }

  raw(expected: Buffer): boolean {
    if (!standsAt(this.#bytes, this.#at, expected)) return false;
    this.#at += expected.length;
    return true;
  }

  value(value: unknown): boolean {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= integerMax) return this.#integer(value);
    const text: string | undefined = JSON.stringify(value);
    return text !== undefined && this.raw(Buffer.from(text, 'utf8'));
  }

  #text(text: string): boolean {
    const bytes = this.#bytes;
    const from = this.#at + 1;
    if (bytes[from - 1] !== quote) return false;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charCodeAt(at);
      if (character > 126 || character < 32 || character === quote || character === backslash)
        return this.raw(Buffer.from(JSON.stringify(text), 'utf8'));
      if (bytes[from + at] !== character) return false;
    }
    this.#at = from + text.length + 1;
    return bytes[this.#at - 1] === quote;
  }

  #integer(value: number): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (value < 0 && bytes[at++] !== minus) return false;
    const start = at;
    let read = 0;
    for (; at - start < digitsMax; at += 1) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) break;
      read = read * 10 + digit;
    }
    // Of the texts of digits that mean the same, one is written.
    if (at === start || read !== Math.abs(value) || (at - start > 1 && bytes[start] === zero)) return false;
    this.#at = at;
    return true;
  }
}
