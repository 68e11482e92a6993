// The log in memory, for tests and as the oracle of the file log: same positions, gaps and counts; nothing survives the process.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { assert } from '../base/assert.js';
import type { AppendEvent, Compaction, Log, LogEntry, VerifyReport } from '../ports/log.js';

interface Stored {
  readonly mask: number;
  readonly bytes: Uint8Array | null;
}

export class MemoryLog implements Log {
  redactions = 0;
  readonly owesCompaction = false;
  readonly hasDueHot = false;
  #durable = 0;
  #records = 0;
  #gaps = 0;
  #headHash = '00'.repeat(32);
  readonly #entries: Stored[] = [];

  get head(): number {
    return this.#entries.length;
  }

  get durable(): number {
    return this.#durable;
  }

  append(events: readonly AppendEvent[]): { readonly ok: true; readonly first: number } {
    assert(events.length > 0, 'a record holds at least one event');
    const first = this.#entries.length;
    const chain = createHash('sha256').update(`${this.#headHash} ${first} ${events.length}`);
    for (const { bytes, mask } of events) {
      assert(bytes.length > 0 && Number.isInteger(mask) && mask >= 0 && mask <= 0xffff, 'an event has bytes and a mask of 16 bits');
      chain.update(createHash('sha256').update(bytes).digest()).update(String(mask));
      this.#entries.push({ mask, bytes: Buffer.from(bytes) });
    }
    this.#headHash = chain.digest('hex');
    this.#records++;
    return { ok: true, first };
  }

  async sync(): Promise<void> {
    const target = this.head;
    await Promise.resolve();
    this.#durable = Math.max(this.#durable, target);
  }

  *read(from: number, to: number = this.head): Iterable<LogEntry> {
    const end = Math.min(to, this.head);
    for (let position = from; position < end; position++) {
      const entry = this.readOne(position);
      if (entry !== undefined) yield entry;
    }
  }

  readOne(position: number): LogEntry | undefined {
    const entry = this.#entries[position];
    return entry === undefined ? undefined : { position, mask: entry.mask, bytes: entry.bytes };
  }

  async redact(positions: readonly number[]): Promise<void> {
    assert(
      positions.every((position) => position >= 0 && position < this.head),
      'only positions of the log are redacted',
    );
    await this.sync();
    const fresh = new Set(positions.filter((position) => this.#entries[position]?.bytes !== null));
    for (const position of fresh) this.#entries[position] = { mask: this.#entries[position]?.mask ?? 0, bytes: null };
    this.#gaps += fresh.size;
    if (fresh.size > 0) this.redactions++;
  }

  async compact(): Promise<Compaction> {
    await this.sync();
    return { keys: 0, bytes: 0 };
  }

  hold(): Promise<() => void> {
    return Promise.resolve(() => undefined);
  }

  verify(onProgress?: (done: number, total: number) => void): VerifyReport {
    onProgress?.(this.head, this.head);
    return { ok: true, records: this.#records, events: this.head, gaps: this.#gaps, headHash: this.#headHash, problems: [] };
  }

  close(): Promise<void> {
    return this.sync();
  }
}
