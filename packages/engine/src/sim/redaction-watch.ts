// Watches what the engine turns into gaps: nothing acknowledged may go but what an erasure or a withdrawal makes due. Sits before the log,
// and works out by itself what is due, from the choices that it has seen pass.
import { decodeEvent } from '../model/event-codec.js';
import { isPurpose, maskOf } from '../model/purpose.js';
import type { Log } from '../ports/log.js';
import type { PromiseBook } from './promise-book.js';
import { wrappedLog } from './wrapped-log.js';

const decided: ReadonlySet<string> = new Set(['decision.made', 'choice.made', 'plan.made', 'plan.joined']);

export class RedactionWatch {
  readonly #log: Log;
  readonly #book: PromiseBook;
  /** Subject -> [position, mask of purposes] of each refusal, in order. */
  readonly #refusals = new Map<string, (readonly [position: number, mask: number])[]>();
  readonly violations: string[] = [];

  constructor(log: Log, book: PromiseBook) {
    this.#log = log;
    this.#book = book;
    for (const { position, bytes, mask } of log.read(0)) if (bytes !== null) this.#note(position, bytes, mask);
  }

  /** The log, with its redactions watched. */
  watched(): Log {
    return wrappedLog(this.#log, { append: this.#append, redact: (positions) => this.#redact(positions) });
  }

  readonly #append: Log['append'] = (events, options) => {
    const appended = this.#log.append(events, options);
    if (appended.ok) for (const [index, { bytes, mask }] of events.entries()) this.#note(appended.first + index, bytes, mask);
    return appended;
  };

  #redact(positions: readonly number[]): Promise<void> {
    for (const position of positions) this.#judge(position);
    return this.#log.redact(positions);
  }

  #judge(position: number): void {
    const entry = this.#log.readOne(position);
    if (entry === undefined || entry.bytes === null) return;
    const { subject, id, type } = decodeEvent(entry.bytes, entry.mask);
    if (subject === null) {
      this.violations.push(`law 2: a fact about nobody was redacted at ${position}`);
      return;
    }
    this.#book.released.add(`${subject} ${id}`);
    if (this.#book.erased.has(subject)) return;
    // What was decided for somebody rests on what was kept to personalise, and on nothing else.
    let left = decided.has(type) ? maskOf(['personalise']) : entry.mask;
    for (const [at, mask] of this.#refusals.get(subject) ?? []) if (at > position) left &= ~mask;
    if (left !== 0) this.violations.push(`law 4: ${type} at ${position} was redacted although a purpose is left`);
  }

  #note(position: number, bytes: Uint8Array, mask: number): void {
    const { subject, type, properties } = decodeEvent(bytes, mask);
    if (subject === null || type !== 'consent.changed') return;
    const refused = Object.entries(properties['choices'] ?? {}).filter(([, choice]) => choice !== 'granted');
    const list = this.#refusals.get(subject) ?? [];
    this.#refusals.set(subject, list);
    list.push([position, maskOf(refused.map(([purpose]) => purpose).filter(isPurpose))]);
  }
}
