// Lines of JSON (one object a line), from chunks of bytes. A line that is none is named with a code and the rest goes on. Lines that hold
// nothing are passed over. Invariants: the lines depend on the bytes alone, never on how they were cut into chunks; memory holds one chunk
// and one line.
import { isUtf8 } from 'node:buffer';
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { isObject, type JsonObject } from '../http/json-body.js';

export type JsonLine =
  | { readonly line: number; readonly value: JsonObject; readonly code?: undefined }
  | { readonly line: number; readonly code: ErrorCode };

const newline = 0x0a;

export class JsonLines {
  /** Bytes after the last line end. */
  #tail: Buffer = Buffer.alloc(0);
  #line = 0;
  /** A line beyond the limit is being passed over. */
  #passing = false;

  /** The lines that the chunk completes. */
  take(chunk: Buffer): JsonLine[] {
    const out: JsonLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const rest = chunk.subarray(from, at);
      from = at + 1;
      if (this.#passing) this.#passing = false;
      else this.#read(this.#tail.length === 0 ? rest : Buffer.concat([this.#tail, rest]), out);
      this.#tail = Buffer.alloc(0);
    }
    if (!this.#passing && from < chunk.length) this.#keep(chunk.subarray(from), out);
    return out;
  }

  /** What is left when the bytes have ended. */
  end(): JsonLine[] {
    const out: JsonLine[] = [];
    if (!this.#passing && this.#tail.length > 0) this.#read(this.#tail, out);
    this.#tail = Buffer.alloc(0);
    return out;
  }

  #keep(bytes: Buffer, out: JsonLine[]): void {
    this.#tail = Buffer.concat([this.#tail, bytes]);
    if (this.#tail.length <= limits.importLineBytesMax + 1) return; // the carriage return of a line's end is not counted
    this.#line += 1;
    out.push({ line: this.#line, code: 'row_too_long' });
    this.#tail = Buffer.alloc(0);
    this.#passing = true;
  }

  #read(bytes: Buffer, out: JsonLine[]): void {
    this.#line += 1;
    const line = this.#line;
    const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
    if (end > limits.importLineBytesMax) {
      out.push({ line, code: 'row_too_long' });
      return;
    }
    if (!isUtf8(bytes)) {
      out.push({ line, code: 'row_encoding' });
      return;
    }
    const text = bytes.toString('utf8', line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0, end);
    if (text.trim() === '') return;
    const value = parsed(text);
    out.push(isObject(value) ? { line, value } : { line, code: 'row_json' });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
