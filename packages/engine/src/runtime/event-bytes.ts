// Events as the log takes them, in one buffer that is used again: the log copies what it is given. A fresh buffer for every decision (some
// kilobytes outside the heap) made the collector step in while decisions were on their way.
import { Buffer } from 'node:buffer';
import type { BehaviourEvent } from '../model/event.js';
import { encodeEvent } from '../model/event-codec.js';
import type { AppendEvent } from '../ports/log.js';

/** Bytes of UTF-8 that one UTF-16 code unit may take. */
const bytesPerUnitMax = 3;

export class EventBytes {
  #buffer = Buffer.alloc(64 * 1024);

  /** The views are good until the next call. */
  of(events: readonly BehaviourEvent[]): AppendEvent[] {
    const texts = events.map((event) => encodeEvent(event));
    this.#reserve(texts);
    let end = 0;
    return events.map(({ mask, subject }, index) => {
      const from = end;
      end += this.#buffer.write(texts[index] ?? '', from, 'utf8');
      return { bytes: this.#buffer.subarray(from, end), mask, subject };
    });
  }

  #reserve(texts: readonly string[]): void {
    if (texts.reduce((units, text) => units + text.length, 0) * bytesPerUnitMax <= this.#buffer.length) return;
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text, 'utf8'), 0);
    if (bytes > this.#buffer.length) this.#buffer = Buffer.alloc(bytes * 2);
  }
}
