// JSON values in few bytes, for a block of one person: names that the schemas know by their number, texts that the block has seen by
// theirs, numbers and numbers in texts as numbers, random ids as the bytes they stand for. A value is a tag and what belongs to it:
//
//   00-3f  the integer 0-63            d0 word by number      d6 decimal: digits after the point, integer    db UUID, 16 bytes
//   40-7f  text 0-63 of this block     d1 text by number      d7 double                                    dc hex digits: count, bytes
//   80-bf  word 0-63                   d2 text                d8 null   d9 false   da true                 dd base64url: count, bytes
//   c0-cf  text of 0-15 bytes          d3 integer >= 0        de array: count, values                      df object: count, names, values
//                                      d4 integer < 0         d5 text of digits, as an integer             e0 text and digits after it
//
// Invariant: unpacking gives the value back or throws RangeError; whoever packs still compares, since a text with half a surrogate pair
// does not survive UTF-8. Words come from schemas and from our own formats, never from events (Vocabulary).
import { Buffer } from 'node:buffer';
import type { PackedReader, PackedWriter } from './packed-bytes.js';

const depthMax = 64;
const smallTexts = 64;
const integer = { small: 64, textsAt: 0x40, wordsAt: 0x80, shortAt: 0xc0, shortMax: 16 } as const;
const tag = {
  word: 0xd0,
  seen: 0xd1,
  text: 0xd2,
  uint: 0xd3,
  negative: 0xd4,
  digits: 0xd5,
  decimal: 0xd6,
  double: 0xd7,
  null: 0xd8,
  false: 0xd9,
  true: 0xda,
  uuid: 0xdb,
  hex: 0xdc,
  base64url: 0xdd,
  array: 0xde,
  object: 0xdf,
  suffixed: 0xe0,
} as const;

const hexMin = 8;
const hexMax = 256;
/** Ids that the engine draws: 15 random bytes behind a letter and a line, which base64url gives 20 characters. */
const drawnForm = /^[a-z]_[\w-]{20}$/;
const suffixMax = 12;

export interface Digits {
  readonly point: number;
  readonly value: number;
}

/** The integer that a text of digits stands for, if the text is the only way to write it; else undefined. */
export function digitsOf(text: string): number | undefined {
  if (text.length === 0 || text.length > 14 || (text.length > 1 && text.charCodeAt(0) === 48)) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Where the digits begin that end a text and are an integer without zeros before it; its length when there are none. */
function suffixOf(text: string): number {
  let at = text.length;
  while (at > 1 && text.length - at < suffixMax && isDigit(text, at - 1)) at -= 1;
  if (at === 1 && isDigit(text, 0)) at = text.length;
  while (at < text.length - 1 && text.charCodeAt(at) === 48) at += 1;
  return at;
}

function isDashed(text: string): boolean {
  return text[8] === '-' && text[13] === '-' && text[18] === '-' && text[23] === '-';
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** A number that is written with at most 9 digits after the point, as an integer and how many; else undefined. */
export function decimalOf(value: number): Digits | undefined {
  const parts = /^(-?)(\d{1,6})\.(\d{1,9})$/.exec(String(value));
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const digits = Number(whole + fraction);
  return sign === '-' && digits === 0 ? undefined : { point: fraction.length, value: sign === '-' ? -digits : digits };
}

export function numberOf({ point, value }: Digits): number {
  return Number(`${value}e-${point}`);
}

export interface WordNumbers {
  numberOf(text: string): number | undefined;
}

export class ValuePacker {
  readonly #into: PackedWriter;
  readonly #words: WordNumbers;
  readonly #seen = new Map<string, number>();

  constructor(into: PackedWriter, words: WordNumbers) {
    this.#into = into;
    this.#words = words;
  }

  value(value: unknown, depth = 0): void {
    const into = this.#into;
    if (typeof value === 'string') this.text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (value === null) into.byte(tag.null);
    else if (typeof value === 'boolean') into.byte(value ? tag.true : tag.false);
    else if (depth >= depthMax) throw new RangeError('a value is nested too deeply');
    else if (Array.isArray(value)) {
      into.byte(tag.array);
      into.uint(value.length);
      for (const each of value) this.value(each, depth + 1);
    } else if (typeof value === 'object') {
      const entries = Object.entries(value);
      into.byte(tag.object);
      into.uint(entries.length);
      for (const [name, each] of entries) {
        this.text(name);
        this.value(each, depth + 1);
      }
    } else throw new RangeError('no JSON value');
  }

  text(text: string): void {
    const into = this.#into;
    const word = this.#words.numberOf(text);
    if (word !== undefined) return this.#numbered(word, integer.wordsAt, tag.word);
    const seen = this.#seen.get(text);
    if (seen !== undefined) return this.#numbered(seen, integer.textsAt, tag.seen);
    const digits = digitsOf(text);
    if (digits !== undefined) {
      into.byte(tag.digits);
      return into.uint(digits);
    }
    this.#spell(text);
    this.#seen.set(text, this.#seen.size);
  }

  #numbered(number: number, from: number, long: number): void {
    if (number < smallTexts) return this.#into.byte(from + number);
    this.#into.byte(long);
    this.#into.uint(number);
  }

  #spell(text: string): void {
    const into = this.#into;
    const start = into.length;
    if (text.length === 36 && isDashed(text)) {
      into.byte(tag.uuid);
      const digits = text.slice(0, 8) + text.slice(9, 13) + text.slice(14, 18) + text.slice(19, 23) + text.slice(24);
      if (into.hex(digits)) return;
      into.cutTo(start);
    }
    if (text.length >= hexMin && text.length <= hexMax && text.length % 2 === 0) {
      into.byte(tag.hex);
      into.uint(text.length / 2);
      if (into.hex(text)) return;
      into.cutTo(start);
    }
    if (text.length === 22 && drawnForm.test(text)) {
      into.byte(tag.base64url);
      into.byte(text.charCodeAt(0));
      return into.raw(Buffer.from(text.slice(2), 'base64url'));
    }
    const suffixAt = suffixOf(text);
    if (suffixAt < text.length) {
      into.byte(tag.suffixed);
      this.text(text.slice(0, suffixAt));
      return into.uint(Number(text.slice(suffixAt)));
    }
    const bytes = Buffer.byteLength(text, 'utf8');
    if (bytes < integer.shortMax) into.byte(integer.shortAt + bytes);
    else {
      into.byte(tag.text);
      into.uint(bytes);
    }
    into.characters(text, bytes);
  }

  #number(value: number): void {
    const into = this.#into;
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0 && value < integer.small) return into.byte(value);
      into.byte(value < 0 ? tag.negative : tag.uint);
      return into.uint(Math.abs(value));
    }
    const decimal = decimalOf(value);
    if (decimal === undefined) {
      into.byte(tag.double);
      return into.double(value);
    }
    into.byte(tag.decimal);
    into.byte(decimal.point);
    into.int(decimal.value);
  }
}

export class ValueUnpacker {
  readonly #from: PackedReader;
  readonly #words: readonly string[];
  readonly #seen: string[] = [];

  constructor(from: PackedReader, words: readonly string[]) {
    this.#from = from;
    this.#words = words;
  }

  text(): string {
    const text = this.value();
    if (typeof text !== 'string') throw new RangeError('a packed value is no text');
    return text;
  }

  value(depth = 0): unknown {
    if (depth > depthMax) throw new RangeError('a packed value is nested too deeply');
    const from = this.#from;
    const head = from.byte();
    if (head < integer.small) return head;
    if (head < integer.wordsAt) return listed(this.#seen, head - integer.textsAt);
    if (head < integer.shortAt) return listed(this.#words, head - integer.wordsAt);
    if (head < tag.word) return this.#note(from.characters(head - integer.shortAt));
    switch (head) {
      case tag.word:
        return listed(this.#words, from.uint());
      case tag.seen:
        return listed(this.#seen, from.uint());
      case tag.text:
        return this.#note(from.text());
      case tag.uint:
        return from.uint();
      case tag.negative:
        return -from.uint();
      case tag.digits:
        return String(from.uint());
      case tag.decimal:
        return numberOf({ point: from.byte(), value: from.int() });
      case tag.double:
        return from.double();
      case tag.null:
        return null;
      case tag.false:
        return false;
      case tag.true:
        return true;
      case tag.uuid: {
        const hex = from.characters(16, 'hex');
        const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
        return this.#note(text);
      }
      case tag.hex:
        return this.#note(from.characters(from.uint(), 'hex'));
      case tag.base64url:
        return this.#note(`${String.fromCharCode(from.byte())}_${from.characters(15, 'base64url')}`);
      case tag.suffixed: {
        const before = this.text();
        return this.#note(before + String(from.uint()));
      }
      case tag.array:
        return Array.from({ length: this.#count() }, () => this.value(depth + 1));
      case tag.object:
        return this.#object(depth);
      default:
        throw new RangeError('a packed value of an unknown kind');
    }
  }

  #object(depth: number): unknown {
    const entries: [string, unknown][] = [];
    for (let left = this.#count(); left > 0; left -= 1) entries.push([this.text(), this.value(depth + 1)]);
    return Object.fromEntries(entries);
  }

  #count(): number {
    const count = this.#from.uint();
    if (count > 0xff_ffff) throw new RangeError('a packed list is too long');
    return count;
  }

  #note(text: string): string {
    this.#seen.push(text);
    return text;
  }
}

function listed(list: readonly string[], index: number): string {
  const text = list[index];
  if (text === undefined) throw new RangeError('a packed text that is not there');
  return text;
}
