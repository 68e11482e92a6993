// What the engine can show to others: the ledger, kept up with the log, receipts, and the acts of administration that belong to the
// history.
import { Ledger } from '../answer/ledger/ledger.js';
import { consentDocument } from '../answer/receipt/consent-receipt.js';
import { erasureDocument } from '../answer/receipt/erasure-receipt.js';
import { MemoryHashes } from '../adapters/memory-hashes.js';
import { SeededSigner } from '../adapters/seeded-signer.js';
import { limits } from '../base/limits.js';
import { fail, type Result } from '../base/result.js';
import { systemTypes, type AdminAct } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { Entropy } from '../ports/entropy.js';
import type { HashStore } from '../ports/hash-store.js';
import type { Log } from '../ports/log.js';
import type { Signer } from '../ports/signer.js';
import { historyOf } from '../understand/history.js';
import type { Core } from './core.js';
import type { Writer, WriteAnswer } from './writer.js';

export interface AnswersParts {
  readonly core: Core;
  readonly log: Log;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly newId: (prefix: string) => string;
  /** In memory if absent. */
  readonly hashes?: HashStore;
  /** A key of this opening if absent: for tests and simulations. */
  readonly signer?: Signer;
}

export class Answers {
  readonly ledger: Ledger;
  readonly #parts: AnswersParts;
  #saving: Promise<void> = Promise.resolve();

  constructor(parts: AnswersParts) {
    this.#parts = parts;
    let { signer } = parts;
    this.ledger = new Ledger(parts.log, parts.hashes ?? new MemoryHashes(), () => {
      signer ??= new SeededSigner('ethogram-ledger/of-this-opening', parts.entropy.bytes(32));
      return signer;
    });
  }

  /**
   * The signed receipt of an erasure, as a file. With the salts of its answer: the person's own copy. Fails with receipt_unknown,
   * ledger_forked, disk_full.
   */
  erasureReceipt(receipt: string, salts?: readonly string[]): Result<string> {
    const row = this.#parts.core.receipts.get(receipt);
    return row === undefined ? fail('receipt_unknown') : erasureDocument(receipt, row, this.ledger, salts);
  }

  /** The signed receipt of what one id has chosen, as a file, for that person. Fails with subject_unknown, ledger_forked, disk_full. */
  async consentReceipt(subject: string): Promise<Result<string>> {
    const { core, log, writer, clock, newId } = this.#parts;
    await writer.drain();
    const changes = historyOf(subject, core.trace, log).filter(({ event }) => event.type === systemTypes.consentChanged);
    if (changes.length === 0) return fail('subject_unknown');
    const facts = { id: newId('t'), createdAt: clock.now(), subject, changes, eventTypes: core.registry.list() };
    return consentDocument(facts, this.ledger);
  }

  /** Logs what somebody with power did. With a subject it stands in the stream of that person, of whom something must be held. */
  act(act: AdminAct, subject: string | null = null): Promise<Result<WriteAnswer>> {
    const { writer, clock, newId } = this.#parts;
    const fact = { type: systemTypes.adminActed, occurredAt: clock.now(), source: 'engine', properties: { act } };
    return writer.submit([{ kind: 'fact', event: { ...fact, id: newId('a'), subject } }]);
  }

  /** Logs what the log lacks of the keys of callers: who has one now, and who has no more. */
  async noteKeys(keys: readonly { readonly id: string; readonly kind: string; readonly isLive: boolean }[]): Promise<void> {
    await this.#parts.writer.drain();
    for (const act of this.#parts.core.keyActs.missing(keys)) await this.act(act);
  }

  /** Between two rounds of the writer: takes some headers in, if many wait. */
  keepUp(): void {
    if (this.ledger.behind >= limits.ledgerSliceRecords) this.ledger.catchUp(2 * limits.ledgerSliceRecords);
  }

  /** Makes the tree durable in its own time. What fails costs only building it anew. */
  save(): void {
    this.#saving = this.#saving.then(() => this.ledger.save()).catch(() => undefined);
  }

  /** `inPeace`: the log is whole. A folder at rest then has a checkpoint of all of it. */
  async close(inPeace: boolean): Promise<void> {
    try {
      if (inPeace && this.#parts.signer !== undefined) this.ledger.checkpoint();
      if (inPeace && this.ledger.catchUp()) this.save();
    } catch {
      // The tree follows from the log: a disk that does not take it costs building it anew, and is no reason to leave the rest open.
    } finally {
      await this.#saving;
      this.ledger.close();
    }
  }
}
