// What the log has been given, kept outside the engine: a plain list of every event with what it may be used for, read again from the start
// for every question. Naive on purpose, so that it shares no thought with the code that it judges.
// Invariant: an event counts only while the log beneath still holds its bytes.
import type { AppendEvent, Log } from '../../ports/log.js';

/** The bits of the mask in format v1. */
const bits = { personalise: 4, train: 8 } as const;

export type Use = keyof typeof bits;

export const uses: readonly Use[] = ['personalise', 'train'];

export interface Entry {
  readonly position: number;
  /** Which append it came with. */
  readonly record: number;
  readonly id: string;
  readonly subject: string | null;
  readonly type: string;
  readonly occurredAt: number;
  readonly properties: { readonly [name: string]: unknown };
  readonly mask: number;
}

export class Ledger {
  readonly entries: Entry[] = [];
  readonly #log: Log;
  readonly #declared = new Set<string>();
  /** "subject use" -> position of the last refusal that was acknowledged. */
  readonly #refused = new Map<string, number>();
  #records = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  add(first: number, events: readonly AppendEvent[]): Entry[] {
    this.#records += 1;
    const added = events.map(({ bytes, mask }, index) => {
      // format v1: one JSON array
      const [id, subject, type, occurredAt, , , properties] = JSON.parse(Buffer.from(bytes).toString('utf8')) as [
        string,
        string | null,
        string,
        number,
        number,
        string,
        Entry['properties'],
      ];
      return { position: first + index, record: this.#records, id, subject, type, occurredAt, properties, mask };
    });
    for (const entry of added) {
      const declaration = entry.properties['declaration'] as { eventType: string; purpose: string } | undefined; // written by the engine
      if (declaration !== undefined) this.#declared.add(`${declaration.eventType} ${declaration.purpose}`);
      this.entries.push(entry);
    }
    return added;
  }

  isLive(position: number): boolean {
    const bytes = this.#log.readOne(position)?.bytes;
    return bytes !== undefined && bytes !== null;
  }

  live(subject: string | null): Entry[] {
    return this.entries.filter((entry) => entry.subject === subject && this.isLive(entry.position));
  }

  /** The last choice of the person before `position`, if the log still holds it. */
  choice(subject: string | null, use: Use, position: number): { readonly choice: string; readonly entry: Entry } | null {
    let last: { choice: string; entry: Entry } | null = null;
    for (const entry of this.live(subject)) {
      const choices = entry.properties['choices'] as Readonly<Record<string, string>> | undefined; // written by the engine
      const choice = choices?.[use];
      if (entry.position < position && choice !== undefined) last = { choice, entry };
    }
    return last;
  }

  /** May this event be kept for that use, by what the log said before it? */
  allows(entry: Entry, use: Use): boolean {
    const last = this.choice(entry.subject, use, entry.position);
    if (last !== null && last.choice !== 'granted') return false;
    if (this.#declared.has(`${entry.type} ${use}`)) return true;
    return last !== null && entry.occurredAt >= last.entry.occurredAt;
  }

  /** Does anything let the person be read for that use before `position`? */
  readable(subject: string, use: Use, position: number): boolean {
    const last = this.choice(subject, use, position);
    if (last !== null) return last.choice === 'granted';
    return [...this.#declared].some((each) => each.endsWith(` ${use}`));
  }

  /** A refusal has been acknowledged: the last one in the log is now in force. Its position, or -1 when nothing was there to refuse. */
  refuse(subject: string, use: Use): number {
    const refusals = this.live(subject).filter(({ properties }) => {
      const choice = (properties['choices'] as Readonly<Record<string, string>> | undefined)?.[use]; // written by the engine
      return choice !== undefined && choice !== 'granted';
    });
    const at = refusals.at(-1)?.position ?? -1;
    this.#refused.set(`${subject} ${use}`, at);
    return at;
  }

  /** Has a refusal been acknowledged that no later grant has undone? */
  isRefused(subject: string, use: Use): boolean {
    const last = this.choice(subject, use, Infinity);
    return last !== null && last.choice !== 'granted' && (this.#refused.get(`${subject} ${use}`) ?? -1) >= last.entry.position;
  }

  /** Events of the person that may still count for that use: in the log, kept for it, after the last refusal that was acknowledged. */
  usable(subject: string, use: Use): Entry[] {
    const since = this.#refused.get(`${subject} ${use}`) ?? -1;
    return this.live(subject).filter(
      ({ position, mask, properties }) => properties['product_id'] !== undefined && (mask & bits[use]) !== 0 && position > since,
    );
  }

  /** Items of such events of anybody, or of one person. */
  items(use: Use, subject?: string): Set<unknown> {
    const subjects = subject === undefined ? new Set(this.entries.map((entry) => entry.subject)) : [subject];
    const found = new Set<unknown>();
    for (const each of subjects) if (each !== null) for (const entry of this.usable(each, use)) found.add(entry.properties['product_id']);
    return found;
  }

  keptFor(entry: Entry): Use[] {
    return uses.filter((use) => (entry.mask & bits[use]) !== 0);
  }

  /** Did every record's events of one person go together or stay together? */
  torn(subject: string): boolean {
    const records = new Map<number, boolean>();
    return this.entries.some((entry) => {
      if (entry.subject !== subject) return false;
      const live = this.isLive(entry.position);
      const before = records.get(entry.record);
      records.set(entry.record, live);
      return before !== undefined && before !== live;
    });
  }
}
