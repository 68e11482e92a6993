// Reads one event after the other into the same fields. Events of a type look alike, so the first of a shape is read by the book
// (event-parts.ts), and of those after it only the values are read: what stands between them is compared with what stood there before.
// Invariant: of an event, by whichever way, comes what parsing it gives. Of bytes that are no event anything may come: whoever packs what
// came of them compares what unpacking gives with the bytes.
import { Buffer } from 'node:buffer';
import { standsAt } from './packed-bytes.js';
import { partsOf } from './event-parts.js';

/** Shapes that are tried before an event is read by the book. */
const recentMax = 8;
const shapesMax = 1024;
const digitsMax = 15;
const code = { quote: 0x22, comma: 0x2c, minus: 0x2d, zero: 0x30, nine: 0x39, open: 0x5b, escape: 0x5c, close: 0x5d } as const;
const brace = { open: 0x7b, close: 0x7d } as const;
const [nullBytes, falseBytes, trueBytes] = [Buffer.from('null'), Buffer.from('false'), Buffer.from('true')];

/** Type and names of the properties, and their bytes. */
export interface Shape {
  readonly type: string;
  /** In the order in which an object has them. */
  readonly names: readonly string[];
  /** From the subject to the time. */
  readonly typeBytes: Buffer;
  /** What stands before each value. */
  readonly before: readonly Buffer[];
  readonly end: Buffer;
}

export class EventReader {
  id = '';
  subject: string | null = null;
  occurredAt = 0;
  receivedAt = 0;
  source = '';
  shape: Shape = shapeOf('', []);
  /** Of the properties, in the order of the names. */
  values: unknown[] = [];
  readonly #shapes = new Map<string, Shape>();
  readonly #recent: Shape[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #text = '';
  #at = 0;

  /** Before events of another person: as long as only these are read, a shape is one object. */
  begin(): void {
    if (this.#shapes.size < shapesMax) return;
    this.#shapes.clear();
    this.#recent.length = 0;
  }

  /** False: it is no event. */
  read(bytes: Buffer): boolean {
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1');
    for (let place = 0; place < this.#recent.length; place += 1) {
      const shape = this.#recent[place];
      if (shape === undefined || !this.#reads(shape)) continue;
      this.shape = shape;
      if (place > 0) {
        this.#recent.copyWithin(1, 0, place);
        this.#recent[0] = shape;
      }
      return true;
    }
    return this.#readByTheBook(bytes);
  }

  #readByTheBook(bytes: Buffer): boolean {
    const parts = partsOf(bytes);
    if (parts === undefined) return false;
    const names = Object.keys(parts.properties);
    const key = `${names.length} ${parts.type}\u0000${names.join('\u0000')}`;
    let shape = this.#shapes.get(key);
    if (shape === undefined) this.#shapes.set(key, (shape = shapeOf(parts.type, names)));
    if (!this.#recent.includes(shape)) this.#recent.unshift(shape);
    if (this.#recent.length > recentMax) this.#recent.pop();
    this.id = parts.id;
    this.subject = parts.subject;
    this.occurredAt = parts.occurredAt;
    this.receivedAt = parts.receivedAt;
    this.source = parts.source;
    this.shape = shape;
    this.values = Object.values(parts.properties);
    return true;
  }

  #reads({ typeBytes, before, end }: Shape): boolean {
    this.#at = 0;
    if (!this.#isByte(code.open)) return false;
    const id = this.#string();
    if (id === undefined || !this.#isByte(code.comma)) return false;
    const subject = this.#bytes[this.#at] === code.quote ? this.#string() : this.#is(nullBytes) ? null : undefined;
    if (subject === undefined || !this.#is(typeBytes)) return false;
    const occurredAt = this.#integer();
    if (occurredAt === undefined || !this.#isByte(code.comma)) return false;
    const receivedAt = this.#integer();
    if (receivedAt === undefined || !this.#isByte(code.comma)) return false;
    const source = this.#string();
    if (source === undefined) return false;
    const values = this.values;
    values.length = before.length;
    for (let place = 0; place < before.length; place += 1) {
      if (!this.#is(before[place] ?? end)) return false;
      const value = this.#value();
      if (value === undefined) return false;
      values[place] = value;
    }
    if (!this.#is(end) || this.#at !== this.#bytes.length) return false;
    this.id = id;
    this.subject = subject;
    this.occurredAt = occurredAt;
    this.receivedAt = receivedAt;
    this.source = source;
    return true;
  }

  #isByte(byte: number): boolean {
    return this.#bytes[this.#at++] === byte;
  }

  #is(expected: Buffer): boolean {
    if (!standsAt(this.#bytes, this.#at, expected)) return false;
    this.#at += expected.length;
    return true;
  }

  /** A text without escapes. */
  #string(): string | undefined {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] !== code.quote) return undefined;
    const start = ++at;
    let highest = 0;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === code.quote) break;
      if (byte === code.escape) return undefined;
      highest |= byte;
    }
    if (at === bytes.length) return undefined;
    this.#at = at + 1;
    return highest > 127 ? bytes.toString('utf8', start, at) : this.#text.slice(start, at);
  }

  /** One that is written as integers are. */
  #integer(): number | undefined {
    const bytes = this.#bytes;
    let at = this.#at;
    const isNegative = bytes[at] === code.minus;
    if (isNegative) at += 1;
    const start = at;
    let value = 0;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < code.zero || byte > code.nine) break;
      value = value * 10 + byte - code.zero;
    }
    const digits = at - start;
    if (digits === 0 || digits > digitsMax || (digits > 1 && bytes[start] === code.zero)) return undefined;
    this.#at = at;
    return isNegative ? -value : value;
  }

  #value(): unknown {
    const bytes = this.#bytes;
    const first = bytes[this.#at] ?? 0;
    if (first === code.quote) return this.#string();
    if (first === brace.open || first === code.open) return this.#nested();
    if (first === code.minus || (first >= code.zero && first <= code.nine)) {
      const from = this.#at;
      const integer = this.#integer();
      const next = bytes[this.#at];
      if (integer !== undefined && (next === code.comma || next === brace.close)) return integer;
      let at = this.#at;
      while (at < bytes.length && bytes[at] !== code.comma && bytes[at] !== brace.close) at += 1;
      this.#at = at;
      return this.#parsed(from, at);
    }
    return this.#is(nullBytes) ? null : this.#is(trueBytes) ? true : this.#is(falseBytes) ? false : undefined;
  }

  /** A list or an object, without escapes. */
  #nested(): unknown {
    const bytes = this.#bytes;
    const from = this.#at;
    let depth = 0;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === code.escape) return undefined;
      if (byte === code.quote) at = bytes.indexOf(code.quote, at + 1);
      else if (byte === brace.open || byte === code.open) depth += 1;
      else if (byte === brace.close || byte === code.close) depth -= 1;
      if (at < 0) return undefined;
      if (depth > 0) continue;
      this.#at = at + 1;
      return this.#parsed(from, at + 1);
    }
    return undefined;
  }

  #parsed(from: number, to: number): unknown {
    try {
      return JSON.parse(this.#bytes.toString('utf8', from, to));
    } catch {
      return undefined;
    }
  }
}

function shapeOf(type: string, names: readonly string[]): Shape {
  return {
    type,
    names,
    typeBytes: Buffer.from(`,${JSON.stringify(type)},`),
    before: names.map((name, place) => Buffer.from(`${place === 0 ? ',{' : ','}${JSON.stringify(name)}:`)),
    end: Buffer.from(names.length === 0 ? ',{}]' : '}]'),
  };
}
