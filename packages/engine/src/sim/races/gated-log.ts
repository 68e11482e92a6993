// The log of the race suite: the one in memory, with every sync, redaction and compaction waiting for its turn. What is appended is handed
// to a listener at once, in log order.
import { MemoryLog } from '../../adapters/memory-log.js';
import type { AppendEvent, Compaction, EventEvidence, Log, LogEntry, VerifyReport } from '../../ports/log.js';
import type { Turns } from './turns.js';

export class GatedLog implements Log {
  readonly #inner = new MemoryLog();
  readonly #turns: Turns;
  #durable = 0;
  #durableRecords = 0;
  onAppend: (first: number, events: readonly AppendEvent[]) => void = () => undefined;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  get head(): number {
    return this.#inner.head;
  }

  get durable(): number {
    return this.#durable;
  }

  get durableRecords(): number {
    return this.#durableRecords;
  }

  get owesCompaction(): boolean {
    return this.#inner.owesCompaction;
  }

  get hasDueHot(): boolean {
    return this.#inner.hasDueHot;
  }

  get redactions(): number {
    return this.#inner.redactions;
  }

  append(events: readonly AppendEvent[]): { readonly ok: true; readonly first: number } {
    const appended = this.#inner.append(events);
    this.onAppend(appended.first, events);
    return appended;
  }

  async sync(): Promise<void> {
    const target = this.head;
    const records = this.#inner.records;
    await this.#turns.turn('sync');
    this.#durable = Math.max(this.#durable, target);
    this.#durableRecords = Math.max(this.#durableRecords, records);
  }

  read(from: number, to?: number): Iterable<LogEntry> {
    return this.#inner.read(from, to);
  }

  readOne(position: number): LogEntry | undefined {
    return this.#inner.readOne(position);
  }

  headerHashes(from: number, to: number): readonly Uint8Array[] {
    return this.#inner.hashes(from, to);
  }

  evidence(position: number): EventEvidence | undefined {
    return this.#inner.evidence(position);
  }

  canRedact(): boolean {
    return this.#inner.canRedact();
  }

  async redact(positions: readonly number[]): Promise<void> {
    await this.sync();
    await this.#inner.redact(positions);
    await this.#turns.turn('redacted');
  }

  async compact(): Promise<Compaction> {
    await this.#turns.turn('compact');
    return this.#inner.compact();
  }

  endCompaction(): void {
    this.#inner.endCompaction();
  }

  hold(): Promise<() => void> {
    return this.#inner.hold();
  }

  verify(): VerifyReport {
    return this.#inner.verify();
  }

  close(): Promise<void> {
    return this.sync();
  }
}
