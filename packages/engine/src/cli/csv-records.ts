// Records of delimited text (RFC 4180, and its relatives with tabs or semicolons), from chunks of bytes. What is no record is named with a
// code and the rest goes on: reading resumes at the line after the one where the bad record began. Lines that hold nothing are no records.
//
// Lines are cut on bytes (0x0a stands inside no other character of UTF-8), then whole blocks are decoded at once; only lines that hold a
// quote are read character by character. Invariants: the records depend on the bytes alone, never on how they were cut into chunks;
// memory holds one chunk and one record.
import { isUtf8 } from 'node:buffer';
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';

export interface CsvRecord {
  /** The line that it begins in, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly code?: ErrorCode;
}

const none: readonly string[] = [];
const newline = 0x0a;

/** Stands for bytes that are no UTF-8: half of a surrogate pair, which sound UTF-8 never gives. */
const brokenMark = '\ud800';
/** More bytes than this without a line end are surely more UTF-16 units than the limit: no unit takes more than three. */
const tailBytesMax = limits.importLineBytesMax * 3 + 8;

export class CsvRecords {
  readonly #delimiter: string;
  /** Bytes after the last line end. */
  #tail: Buffer = Buffer.alloc(0);
  /** Text of a record whose closing quote has not come yet. */
  #open = '';
  #line = 0;
  #first = true;
  /** A line beyond the limit is being passed over. */
  #passing = false;
  #sawBroken = false;

  /** `delimiter`: one character. */
  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The records that the chunk completes. */
  take(chunk: Buffer): CsvRecord[] {
    const out: CsvRecord[] = [];
    const last = chunk.lastIndexOf(newline);
    if (last < 0) {
      this.#keep(chunk, out);
      return out;
    }
    let block = this.#tail.length === 0 ? chunk.subarray(0, last + 1) : Buffer.concat([this.#tail, chunk.subarray(0, last + 1)]);
    this.#tail = Buffer.alloc(0);
    if (this.#passing) {
      this.#passing = false;
      block = block.subarray(block.indexOf(newline) + 1);
    }
    this.#read(this.#textOf(block), 'more', out);
    this.#keep(chunk.subarray(last + 1), out);
    return out;
  }

  /** What is left when the bytes have ended. */
  end(): CsvRecord[] {
    const out: CsvRecord[] = [];
    if (!this.#passing) this.#read(this.#textOf(this.#tail), 'ended', out);
    this.#tail = Buffer.alloc(0);
    return out;
  }

  #keep(bytes: Buffer, out: CsvRecord[]): void {
    if (this.#passing) return;
    this.#tail = this.#tail.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#tail, bytes]);
    if (this.#tail.length <= tailBytesMax) return;
    // A quote that is open before a line that is thrown away belongs to a record that is too long as well.
    if (this.#open !== '') this.#read('', 'too long', out);
    this.#line += 1;
    out.push({ line: this.#line, cells: none, code: 'row_too_long' });
    this.#tail = Buffer.alloc(0);
    this.#passing = true;
  }

  #textOf(bytes: Buffer): string {
    let text = '';
    if (isUtf8(bytes)) text = bytes.toString('utf8');
    else {
      this.#sawBroken = true;
      for (let from = 0; from < bytes.length;) {
        const at = bytes.indexOf(newline, from);
        const line = bytes.subarray(from, at < 0 ? bytes.length : at + 1);
        text += isUtf8(line) ? line.toString('utf8') : line.toString('utf8').replaceAll('\ufffd', brokenMark);
        from += line.length;
      }
    }
    if (!this.#first || bytes.length === 0) return text;
    this.#first = false;
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  /** `then`: what follows the text. */
  #read(fresh: string, then: 'more' | 'ended' | 'too long', out: CsvRecord[]): void {
    const text = this.#open === '' ? fresh : this.#open + fresh;
    this.#open = '';
    let quote = text.indexOf('"');
    for (let from = 0; from < text.length;) {
      let at = text.indexOf('\n', from);
      if (at < 0) at = text.length;
      if (quote >= 0 && quote < from) quote = text.indexOf('"', from);
      if (quote < 0 || quote > at) {
        this.#line += 1;
        const record = this.#plain(text, from, at);
        if (record !== undefined) out.push(record);
        from = at + 1;
        continue;
      }
      const cells: string[] = [];
      const end = this.#quotedRecord(text, from, cells);
      const fits = text.length - from <= limits.importLineBytesMax;
      if (end === 'open' && fits && then === 'more') {
        this.#open = text.slice(from);
        return;
      }
      const line = this.#line + 1;
      if (typeof end === 'string') {
        this.#line = line;
        out.push({ line, cells: none, code: end === 'bad' || (fits && then === 'ended') ? 'row_quote' : 'row_too_long' });
        from = at + 1;
        continue;
      }
      const record = text.slice(from, end);
      this.#line += record.split('\n').length;
      out.push(this.#isBroken(record) ? { line, cells: none, code: 'row_encoding' } : { line, cells });
      from = end + 1;
    }
  }

  /** A line without a quote; undefined when it holds nothing. */
  #plain(text: string, from: number, at: number): CsvRecord | undefined {
    const end = at > from && text.charCodeAt(at - 1) === 0x0d ? at - 1 : at;
    const line = this.#line;
    if (end === from) return undefined;
    if (end - from > limits.importLineBytesMax) return { line, cells: none, code: 'row_too_long' };
    const record = text.slice(from, end);
    return this.#isBroken(record) ? { line, cells: none, code: 'row_encoding' } : { line, cells: record.split(this.#delimiter) };
  }

  #isBroken(record: string): boolean {
    return this.#sawBroken && record.includes(brokenMark);
  }

  /**
   * Reads a record from `from` on; gives where its line end is, 'open' when a quote is not closed or the record is beyond the limit, 'bad'
   * when something other than a delimiter follows a closing quote.
   */
  #quotedRecord(text: string, from: number, cells: string[]): number | 'open' | 'bad' {
    const delimiter = this.#delimiter;
    const beyond = from + limits.importLineBytesMax;
    let at = from;
    for (;;) {
      if (text.charCodeAt(at) === 0x22) {
        let cell = '';
        let start = at + 1;
        for (;;) {
          const close = text.indexOf('"', start);
          if (close < 0 || close > beyond) return 'open';
          cell += text.slice(start, close);
          if (text.charCodeAt(close + 1) !== 0x22) {
            at = close + 1;
            break;
          }
          cell += '"';
          start = close + 2;
        }
        cells.push(cell);
        if (text.charCodeAt(at) === 0x0d && (text.charCodeAt(at + 1) === newline || at + 1 >= text.length)) at += 1;
      } else {
        const line = text.indexOf('\n', at);
        const lineEnd = line < 0 ? text.length : line;
        const next = text.indexOf(delimiter, at);
        const end = next < 0 || next > lineEnd ? lineEnd : next;
        const cut = end === lineEnd && end > at && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
        cells.push(text.slice(at, cut));
        at = end;
      }
      if (at > beyond) return 'open';
      if (at >= text.length || text.charCodeAt(at) === newline) return at;
      if (!text.startsWith(delimiter, at)) return 'bad';
      at += delimiter.length;
    }
  }
}
