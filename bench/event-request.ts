// Requests of 300-byte events, made once and patched in place before each use: subject, messageId, item and time are digits at known
// places, so that making a request costs the load generator almost nothing.
import { demand } from './complaint.js';
import { postRequest } from './connection.js';

export const eventBytes = 300;
export const subjectDigits = 5;
export const itemDigits = 5;
const idDigits = 12;

export interface EventFields {
  readonly subject: number;
  readonly item: number;
  readonly id: number;
}

function eventText(): string {
  const text = (title: string): string =>
    JSON.stringify({
      type: 'track',
      event: 'item.viewed',
      userId: `s-${'0'.repeat(subjectDigits)}`,
      messageId: '0'.repeat(idDigits),
      timestamp: '0000-00-00T00:00:00.000Z',
      properties: { product_id: `i-${'0'.repeat(itemDigits)}`, price: 1999, quantity: 1 },
      context: { library: { name: 'web', version: '1.0.0' }, locale: 'en-GB', page: { path: '/shop', title } },
    });
  return text('t'.repeat(eventBytes - text('').length));
}

export class EventRequest {
  readonly buffer: Buffer;
  readonly #starts: number[] = [];
  readonly #subjectAt: number;
  readonly #idAt: number;
  readonly #timeAt: number;
  readonly #itemAt: number;

  /** `events` null: a single event as the body; else a batch of so many. */
  constructor(events: number | null) {
    const event = eventText();
    demand(event.length === eventBytes, 'an event has the size that is claimed');
    this.buffer = postRequest('/v1/batch', events === null ? event : `{"batch":[${new Array(events).fill(event).join(',')}]}`);
    for (let at = this.buffer.indexOf(event); at >= 0; at = this.buffer.indexOf(event, at + 1)) this.#starts.push(at);
    this.#subjectAt = event.indexOf('"userId":"s-') + '"userId":"s-'.length;
    this.#idAt = event.indexOf('"messageId":"') + '"messageId":"'.length;
    this.#timeAt = event.indexOf('"timestamp":"') + '"timestamp":"'.length;
    this.#itemAt = event.indexOf('"product_id":"i-') + '"product_id":"i-'.length;
  }

  /** Sets the `index`-th event. */
  set(index: number, fields: EventFields, time: Buffer): void {
    const start = this.#starts[index] ?? 0;
    writeDigits(this.buffer, start + this.#subjectAt, subjectDigits, fields.subject);
    writeDigits(this.buffer, start + this.#idAt, idDigits, fields.id);
    writeDigits(this.buffer, start + this.#itemAt, itemDigits, fields.item);
    time.copy(this.buffer, start + this.#timeAt);
  }
}

function writeDigits(buffer: Buffer, at: number, width: number, value: number): void {
  let rest = value;
  for (let place = at + width - 1; place >= at; place -= 1) {
    const next = Math.floor(rest / 10);
    buffer[place] = 48 + rest - next * 10;
    rest = next;
  }
}

/** The time now as ISO 8601 text, to 10 ms, made anew only when it has changed. */
export class TimeText {
  #atMs = 0;
  #text: Buffer = Buffer.alloc(0);

  now(): Buffer {
    const nowMs = Math.floor(Date.now() / 10) * 10;
    if (nowMs !== this.#atMs) {
      this.#atMs = nowMs;
      this.#text = Buffer.from(new Date(nowMs).toISOString());
    }
    return this.#text;
  }
}
