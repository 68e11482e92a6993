// The log: the only truth. An append is one record (one batch); each event in it has its own position. Redaction turns events into gaps
// that keep their positions. Implementations: adapters/file-log, adapters/memory-log; log.suite.ts runs on both.
import type { Failure } from '../base/result.js';

export interface AppendEvent {
  /** The encoded event; at least one byte. `append` copies it. */
  readonly bytes: Uint8Array;
  /** The purposes it may be used for: bound to the record as authenticated data. */
  readonly mask: number;
  /** Whose it is; null: nobody's. By this it is sealed apart from others' when it grows cold. */
  readonly subject?: string | null;
}

export type LogEntry = { readonly position: number; readonly mask: number; readonly bytes: Uint8Array | null };

export interface VerifyReport {
  readonly ok: boolean;
  /** Append batches. */
  readonly records: number;
  /** Positions given, gaps included. */
  readonly events: number;
  readonly gaps: number;
  /** Lower-case hex of the last header's hash: what a checkpoint would commit to. */
  readonly headHash: string;
  readonly problems: readonly string[];
}

/** What shows, to somebody without the log, that an event stands in it: with a proof of its record, from header to root. */
export interface EventEvidence {
  /** Number of the record, marks counted: the leaf in the ledger. */
  readonly record: number;
  /** The record's header as it lies on the disk (adapters/file-log/format.ts has the table): it never changes. */
  readonly header: Uint8Array;
  /** Which event of the record it is. */
  readonly index: number;
  readonly salt: Uint8Array;
  /** The event's bytes: SHA-256(salt || bytes) is its digest in the header. */
  readonly bytes: Uint8Array;
}

export interface Compaction {
  /** Keys that were destroyed. */
  readonly keys: number;
  /** By how much the log has shrunk. */
  readonly bytes: number;
}

export interface CompactOptions {
  readonly words?: readonly string[];
  /** Take only what is due by its age, and nothing for redactions. */
  readonly dueOnly?: boolean;
}

export interface Log {
  /** The next position that will be given. */
  readonly head: number;
  /** Every position below this one is on stable storage. */
  readonly durable: number;
  /** How many records, marks included, are on stable storage: the leaves of the ledger. Their headers never change. */
  readonly durableRecords: number;
  /** How many redactions have been accepted since the log was made: state older than this must be rebuilt. */
  readonly redactions: number;
  /** May bytes of redacted events, or their keys, still be on the disk? Then `compact` has work; with `dueOnly` it leaves this as it is. */
  readonly owesCompaction: boolean;
  /** Has anything been sealed for so long under a key that it shares with other people's events that `compact` would change that? */
  readonly hasDueHot: boolean;
  /**
   * Writes one record and returns the position of its first event. Not yet durable: nothing may be acknowledged before `sync`.
   * `urgent` (withdrawal, erasure) may use the reserve on a full disk; others then fail with disk_full and nothing is written.
   */
  append(events: readonly AppendEvent[], options?: { readonly urgent?: boolean }): { readonly ok: true; readonly first: number } | Failure;
  /**
   * Resolves when all that was appended before the call is durable, key included. Calls made meanwhile share the next sync. Rejects once,
   * then for ever: fail-stop.
   */
  sync(): Promise<void>;
  /** Entries in [from, to) in order, gaps included (bytes null). Default `to`: head. */
  read(from: number, to?: number): Iterable<LogEntry>;
  /** One entry; undefined beyond the head. */
  readOne(position: number): LogEntry | undefined;
  /** SHA-256 of the headers of records [from, to), in order; `to` is at most `durableRecords`. The latest are in memory. */
  headerHashes(from: number, to: number): readonly Uint8Array[];
  /** What proves the event at a position; undefined for a gap and beyond the head. */
  evidence(position: number): EventEvidence | undefined;
  /** Is there room to note that these positions are gaps, redacted in the same turn? A full disk has some left, but not endlessly. */
  canRedact(positions: readonly number[]): boolean;
  /** Turns positions into gaps. When it resolves, the redaction is durable and every read sees gaps. Idempotent. */
  redact(positions: readonly number[]): Promise<void>;
  /**
   * Seals what is due by person, each under a key of their own, and destroys the keys that people shared; rewrites what redactions touched,
   * so that their bytes and keys are gone from the disk; turns the wrapping key over. `words`: names from schemas, which make it smaller.
   */
  compact(options?: CompactOptions): Promise<Compaction>;
  /**
   * For who is about to close: what is only due ends soon, whatever it has not finished being as before; it rejects with CodedError
   * compaction_stopped, and so does each of that kind that is asked for from now on. What was redacted is destroyed all the same.
   */
  endCompaction(): void;
  /** No compaction, and so no renaming or destroying of anything, while it is held: for a copy of the folder. Resolves with the release. */
  hold(): Promise<() => void>;
  /** Reads everything: checksums, seals, digests, chain, positions. */
  verify(onProgress?: (done: number, total: number) => void): VerifyReport;
  close(): Promise<void>;
}
