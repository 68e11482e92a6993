// The log in memory, for tests and as the oracle of the file log: same positions, gaps, counts and headers, but for salts, which are zeros
// here. Nothing survives the process.
import { Buffer } from 'node:buffer';
import { createHash, hash } from 'node:crypto';
import { assert } from '../base/assert.js';
import { CodedError } from '../base/errors.js';
import type { AppendEvent, CompactOptions, Compaction, EventEvidence, Log, LogEntry, VerifyReport } from '../ports/log.js';
import { hashBytes, headerEventBytes, headerFixedBytes, saltBytes, writeUint64 } from './file-log/format.js';

const salt = Buffer.alloc(saltBytes);

interface Stored {
  readonly mask: number;
  readonly bytes: Uint8Array | null;
  readonly record: number;
  readonly index: number;
}

export class MemoryLog implements Log {
  redactions = 0;
  readonly owesCompaction = false;
  readonly hasDueHot = false;
  #durable = 0;
  #durableRecords = 0;
  #gaps = 0;
  #isEnding = false;
  readonly #headers: Buffer[] = [];
  readonly #hashes: Buffer[] = [];
  readonly #entries: Stored[] = [];

  get head(): number {
    return this.#entries.length;
  }

  get durable(): number {
    return this.#durable;
  }

  /** Records appended. */
  get records(): number {
    return this.#headers.length;
  }

  get durableRecords(): number {
    return this.#durableRecords;
  }

  append(events: readonly AppendEvent[]): { readonly ok: true; readonly first: number } {
    assert(events.length > 0, 'a record holds at least one event');
    const first = this.#entries.length;
    const header = Buffer.alloc(headerFixedBytes + events.length * headerEventBytes);
    writeUint64(header, 0, first);
    writeUint64(header, 8, this.#durable);
    header.writeUInt32LE(events.length, 16);
    header.set(this.#hashes.at(-1) ?? Buffer.alloc(hashBytes), 24);
    for (const [index, { bytes, mask }] of events.entries()) {
      assert(bytes.length > 0 && Number.isInteger(mask) && mask >= 0 && mask <= 0xffff, 'an event has bytes and a mask of 16 bits');
      const at = headerFixedBytes + index * headerEventBytes;
      header.set(createHash('sha256').update(salt).update(bytes).digest(), at);
      header.writeUInt16LE(mask, at + hashBytes);
      this.#entries.push({ mask, bytes: Buffer.from(bytes), record: this.#headers.length, index });
    }
    this.#headers.push(header);
    this.#hashes.push(hash('sha256', header, 'buffer'));
    return { ok: true, first };
  }

  async sync(): Promise<void> {
    const target = this.head;
    const { records } = this;
    await Promise.resolve();
    this.#durable = Math.max(this.#durable, target);
    this.#durableRecords = Math.max(this.#durableRecords, records);
  }

  headerHashes(from: number, to: number): readonly Uint8Array[] {
    assert(to <= this.#durableRecords, 'only what is on stable storage is vouched for');
    return this.hashes(from, to);
  }

  /** As `headerHashes`, of whatever was appended: for a log around this one that has syncs of its own. */
  hashes(from: number, to: number): readonly Uint8Array[] {
    return this.#hashes.slice(from, to);
  }

  evidence(position: number): EventEvidence | undefined {
    const entry = this.#entries[position];
    const header = this.#headers[entry?.record ?? -1];
    if (entry?.bytes === undefined || entry.bytes === null || header === undefined) return undefined;
    return { record: entry.record, header, index: entry.index, salt, bytes: entry.bytes };
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

  canRedact(): boolean {
    return true;
  }

  async redact(positions: readonly number[]): Promise<void> {
    assert(
      positions.every((position) => position >= 0 && position < this.head),
      'only positions of the log are redacted',
    );
    await this.sync();
    const fresh = new Set(positions.filter((position) => this.#entries[position]?.bytes !== null));
    for (const position of fresh) {
      const entry = this.#entries[position];
      if (entry !== undefined) this.#entries[position] = { ...entry, bytes: null };
    }
    this.#gaps += fresh.size;
    if (fresh.size > 0) this.redactions++;
  }

  async compact({ dueOnly = false }: CompactOptions = {}): Promise<Compaction> {
    if (this.#isEnding && dueOnly) throw new CodedError('compaction_stopped');
    await this.sync();
    return { keys: 0, bytes: 0 };
  }

  endCompaction(): void {
    this.#isEnding = true;
  }

  hold(): Promise<() => void> {
    return Promise.resolve(() => undefined);
  }

  verify(onProgress?: (done: number, total: number) => void): VerifyReport {
    onProgress?.(this.head, this.head);
    const headHash = (this.#hashes.at(-1) ?? Buffer.alloc(hashBytes)).toString('hex');
    return { ok: true, records: this.records, events: this.head, gaps: this.#gaps, headHash, problems: [] };
  }

  close(): Promise<void> {
    return this.sync();
  }
}
