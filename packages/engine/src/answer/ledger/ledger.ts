// The ledger: one Merkle tree (RFC 6962) over the headers of the log's records. A leaf holds the SHA-256 of a header, 32 bytes; the header
// holds a salted digest of each event and the hash of the header before. Redaction and compaction never change a header, so the tree
// survives every erasure, and says nothing about what is gone.
// The tree follows from the log (law 1): it takes in the headers that are on stable storage, some at a time, and is built anew when what
// lies in its store does not fit. Invariant: it signs only sizes that the log has durably, and nothing after a checkpoint that it signed
// before turned out not to belong to this log (a restored backup): a log with two histories is what checkpoints are there to show.
import { Buffer } from 'node:buffer';
import { limits } from '../../base/limits.js';
import { fail, ok, type Result } from '../../base/result.js';
import { strictJson } from '../../base/strict-json.js';
import { DiskError } from '../../ports/disk.js';
import type { HashStore } from '../../ports/hash-store.js';
import type { EventEvidence, Log } from '../../ports/log.js';
import type { Signer } from '../../ports/signer.js';
import { parseCheckpoint, signCheckpoint } from './checkpoint.js';
import { verifierKeysOf, type VerifierKey } from './signed-note.js';
import { leafHash } from './tree-hash.js';
import { Tree } from './tree.js';

const format = 'ethogram-ledger/1';

/** What the store's note says of the hashes that lie beside it. */
interface Saved {
  readonly format: typeof format;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** Hash of the last header, hex. */
  readonly last: string;
  /** The checkpoint that was signed last. */
  readonly checkpoint: string | null;
}

export interface Proven {
  readonly evidence: EventEvidence;
  readonly path: readonly Uint8Array[];
}

export class Ledger {
  readonly #log: Pick<Log, 'durableRecords' | 'headerHashes' | 'evidence'>;
  readonly #store: HashStore;
  readonly #signerOf: () => Signer;
  readonly #tree: Tree;
  /** The last checkpoint that was signed, note and size. */
  #signed: { readonly note: string; readonly size: number } | null = null;
  /** A promise of an earlier opening that this log has still to be held against. */
  #promised: string | null = null;
  #isForked = false;
  #savedSize = -1;

  constructor(log: Pick<Log, 'durableRecords' | 'headerHashes' | 'evidence'>, store: HashStore, signerOf: () => Signer) {
    this.#log = log;
    this.#store = store;
    this.#signerOf = signerOf;
    this.#tree = new Tree(store);
    const saved = savedIn(store.note());
    this.#promised = saved?.checkpoint ?? null;
    if (saved === undefined || !this.#fits(saved)) this.#tree.truncate(0);
    else this.#savedSize = saved.size;
  }

  /** Records in the tree. */
  get size(): number {
    return this.#tree.size;
  }

  /** Records that are durable and not in the tree yet. */
  get behind(): number {
    return this.#log.durableRecords - this.#tree.size;
  }

  /** Keys that check what this ledger signed: the one in force first. */
  keys(): VerifierKey[] {
    return verifierKeysOf(this.#signerOf());
  }

  get signer(): Signer {
    return this.#signerOf();
  }

  /** Takes in at most so many records that are durable by now. False on a full disk: what the tree has no room for waits. */
  catchUp(most = Number.MAX_SAFE_INTEGER): boolean {
    try {
      // A disk may be so full that it could not even be cut back.
      if (!this.#tree.isWhole) this.#tree.truncate(0);
      const until = Math.min(this.#log.durableRecords, this.#tree.size + most);
      while (this.#tree.size < until) {
        const from = this.#tree.size;
        const hashes = this.#log.headerHashes(from, Math.min(until, from + limits.ledgerSliceRecords));
        this.#tree.append(hashes.map(leafHash));
      }
      return true;
    } catch (error) {
      if (error instanceof DiskError && error.code === 'no_space') return false;
      throw error;
    }
  }

  /** A signed checkpoint of everything durable. Fails with ledger_forked, disk_full. */
  checkpoint(): Result<{ readonly note: string; readonly size: number }> {
    if (!this.catchUp()) return fail('disk_full');
    if (!this.#keepsPromise()) return fail('ledger_forked');
    const size = this.#tree.size;
    if (this.#signed?.size !== size) this.#signed = { note: signCheckpoint(size, this.#tree.root(size), this.signer), size };
    return ok(this.#signed);
  }

  /** The path of a record's leaf in the tree of that size. Fails with ledger_range. */
  inclusion(record: number, size: number): Result<{ readonly leaf: Uint8Array; readonly path: readonly Uint8Array[] }> {
    this.catchUp();
    if (!(record >= 0 && record < size && size <= this.#tree.size)) return fail('ledger_range');
    const [header = new Uint8Array(0)] = this.#log.headerHashes(record, record + 1);
    return ok({ leaf: leafHash(header), path: this.#tree.inclusion(record, size) });
  }

  /** Shows that the tree of `to` records is that of `from` with records added. Fails with ledger_range. */
  consistency(from: number, to: number): Result<readonly Uint8Array[]> {
    this.catchUp();
    if (!(from > 0 && from <= to && to <= this.#tree.size)) return fail('ledger_range');
    return ok(this.#tree.consistency(from, to));
  }

  /** Root of the tree of the first `size` records, which it has. */
  root(size: number): Uint8Array {
    return this.#tree.root(size);
  }

  /** What shows that an event stands in the tree of that size; undefined for a gap, or when its record is not in it. */
  prove(position: number, size: number): Proven | undefined {
    const evidence = this.#log.evidence(position);
    if (evidence === undefined || evidence.record >= size) return undefined;
    return { evidence, path: this.#tree.inclusion(evidence.record, size) };
  }

  /** Resolves when the tree is on stable storage. What fails costs only building it anew. */
  async save(): Promise<void> {
    const size = this.#tree.size;
    const checkpoint = this.#signed?.note ?? this.#promised;
    if (size === 0 || (size === this.#savedSize && this.#signed === null)) return;
    const saved: Saved = { format, size, root: hexOf(this.#tree.root(size)), last: this.#lastOf(size), checkpoint };
    await this.#store.save(`${JSON.stringify(saved)}\n`);
    this.#savedSize = size;
  }

  close(): void {
    this.#store.close();
  }

  /** Does the log hold what the last checkpoint of an earlier opening said? */
  #keepsPromise(): boolean {
    if (this.#promised === null) return !this.#isForked;
    const said = parseCheckpoint(this.#promised.slice(0, this.#promised.lastIndexOf('\n\n') + 1));
    const holds =
      said === undefined || said.size <= 0 || (said.size <= this.#tree.size && hexOf(this.#tree.root(said.size)) === hexOf(said.root));
    if (holds) this.#promised = null;
    else this.#isForked = true;
    return holds;
  }

  #fits({ size, root, last }: Saved): boolean {
    if (size <= 0 || size > this.#log.durableRecords || this.#store.count(0) < size) return false;
    this.#tree.truncate(size);
    return this.#tree.isWhole && this.#lastOf(size) === last && hexOf(this.#tree.root(size)) === root;
  }

  #lastOf(size: number): string {
    const [header = new Uint8Array(0)] = this.#log.headerHashes(size - 1, size);
    return hexOf(header);
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The checkpoint that was signed last, by the note of a store; null when there is none. */
export function savedCheckpoint(note: string | null): string | null {
  return savedIn(note)?.checkpoint ?? null;
}

function savedIn(note: string | null): Saved | undefined {
  if (note === null) return undefined;
  try {
    const value = strictJson(note);
    return isSaved(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSaved(value: unknown): value is Saved {
  if (typeof value !== 'object' || value === null) return false;
  const { format: said, size, root, last, checkpoint } = value as Partial<Record<keyof Saved, unknown>>; // every field is checked here
  const isSound = said === format && typeof root === 'string' && typeof last === 'string' && Number.isSafeInteger(size);
  return isSound && (checkpoint === null || typeof checkpoint === 'string');
}
