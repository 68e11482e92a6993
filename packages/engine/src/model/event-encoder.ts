// Writes events as `encodeEvent` would, straight into bytes: on the hot path the text in between, and a buffer for each event, cost more
// than the characters. Plain ASCII, integers and truth values are written by hand; whatever else there is goes through JSON.stringify.
// Invariant: the bytes are those of `encodeEvent`, and what was handed out is never written to again.
import type { BehaviourEvent, Properties } from './event.js';

const blockBytes = 64 * 1024;
const quote = 0x22;
const comma = 0x2c;
const encoder = new TextEncoder();

export class EventEncoder {
  #block = new Uint8Array(0);
  /** Where the event in progress begins, and where its next byte goes. */
  #start = 0;
  #at = 0;

  /** The bytes of an event, a view. */
  encode(event: BehaviourEvent): Uint8Array {
    this.#start = this.#at;
    this.#byte(0x5b);
    this.#string(event.id);
    this.#byte(comma);
    if (event.subject === null) this.#text('null');
    else this.#string(event.subject);
    this.#byte(comma);
    this.#string(event.type);
    this.#byte(comma);
    this.#value(event.occurredAt);
    this.#byte(comma);
    this.#value(event.receivedAt);
    this.#byte(comma);
    this.#string(event.source);
    this.#byte(comma);
    this.#properties(event.properties);
    this.#byte(0x5d);
    return this.#block.subarray(this.#start, this.#at);
  }

  #properties(properties: Properties): void {
    let first = true;
    this.#byte(0x7b);
    for (const name in properties) {
      const value = properties[name];
      if (value === undefined) continue;
      if (!first) this.#byte(comma);
      first = false;
      this.#string(name);
      this.#byte(0x3a);
      this.#value(value);
    }
    this.#byte(0x7d);
  }

  #value(value: unknown): void {
    if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) this.#integer(value);
    else if (value === true) this.#text('true');
    else if (value === false) this.#text('false');
    else this.#utf8(JSON.stringify(value));
  }

  #string(text: string): void {
    this.#reserve(text.length + 2);
    const block = this.#block;
    let at = this.#at;
    block[at++] = quote;
    for (let unit = 0; unit < text.length; unit += 1) {
      const code = text.charCodeAt(unit);
      if (code < 0x20 || code > 0x7e || code === quote || code === 0x5c) return this.#utf8(JSON.stringify(text));
      block[at++] = code;
    }
    block[at++] = quote;
    this.#at = at;
  }

  /** Six digits at a time, so that all but one division is of small integers. */
  #integer(value: number): void {
    if (value < 1_000_000) return this.#digits(value, 1);
    const high = Math.floor(value / 1_000_000);
    if (high < 1_000_000) this.#digits(high, 1);
    else {
      this.#digits(Math.floor(high / 1_000_000), 1);
      this.#digits(high % 1_000_000, 6);
    }
    this.#digits(value % 1_000_000, 6);
  }

  /** A number below 10^6, with zeros in front up to `least` digits. */
  #digits(value: number, least: number): void {
    let width = least;
    for (let bound = 10; width < 6 && value >= bound; bound *= 10) if (least === 1) width += 1;
    this.#reserve(width);
    let rest = value | 0;
    for (let place = this.#at + width - 1; place >= this.#at; place -= 1) {
      const next = (rest / 10) | 0;
      this.#block[place] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.#at += width;
  }

  #byte(code: number): void {
    this.#reserve(1);
    this.#block[this.#at++] = code;
  }

  /** A few characters of ASCII. */
  #text(text: string): void {
    this.#reserve(text.length);
    for (let unit = 0; unit < text.length; unit += 1) this.#block[this.#at++] = text.charCodeAt(unit);
  }

  #utf8(text: string): void {
    this.#reserve(text.length * 3);
    this.#at += encoder.encodeInto(text, this.#block.subarray(this.#at)).written;
  }

  /** Room for so many more bytes; what there is of the event moves to a new block if need be. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#block.length) return;
    const begun = this.#block.subarray(this.#start, this.#at);
    this.#block = new Uint8Array(Math.max(blockBytes, 2 * (begun.length + bytes)));
    this.#block.set(begun);
    this.#start = 0;
    this.#at = begun.length;
  }
}
