// Receipts: what was erased, when, and by when nothing of it is left on the disk. They name nobody: counts and times.
// An erasure has two moments: recorded (log, state, profiles and exact models are as if the person had never been; acknowledged) and
// completed (bytes and keys beneath are destroyed too). Both are facts in the log, so a restart knows what is still owed.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';

/** Properties of `erasure.recorded`. */
export interface ErasureReceipt {
  readonly receipt: string;
  /** ms since 1970 UTC; nothing captured up to then is taken any more. */
  readonly erasedAt: number;
  /** By then the bytes and keys are destroyed, ms. */
  readonly deadlineAt: number;
  readonly subjects: number;
  readonly events: number;
  /** SHA-256(salt || id) of each id that was asked for, base 64; the salts are with the people. Absent when they were very many. */
  readonly commitments?: readonly string[];
  /** What is sealed apart instead of destroyed, and why. Absent: nothing. */
  readonly kept?: readonly KeptNote[];
}

/** What a receipt says of what is kept: never of whom. */
export interface KeptNote {
  readonly kind: 'obligation' | 'hold';
  /** The obligation, as it was declared; of a hold its id. */
  readonly name: string;
  /** Of an obligation: of which type the events are. */
  readonly eventType: string | null;
  readonly events: number;
  /** The last day on which any of them is kept, ISO 8601; null: until the hold ends. */
  readonly until: string | null;
}

export interface ReceiptRow extends Omit<ErasureReceipt, 'receipt'> {
  /** Where the log says so. */
  readonly position: number;
  /** null: bytes and keys are still to be destroyed. */
  completedAt: number | null;
  completedPosition: number | null;
}

export class Receipts implements FoldPart {
  readonly name = 'receipt';
  readonly hears = isSystemType;
  readonly #rows: Table<ReceiptRow>;
  /** Receipts whose bytes are not destroyed yet, with their deadlines: asked for at every look at the health of the engine. */
  readonly #owed = new Map<string, number>();

  constructor(rows: Table<ReceiptRow>) {
    this.#rows = rows;
    for (const [receipt, row] of rows.rows()) if (row.completedAt === null) this.#owed.set(receipt, row.deadlineAt);
  }

  get(receipt: string): Readonly<ReceiptRow> | undefined {
    return this.#rows.get(receipt);
  }

  /** Every receipt, in order of their ids. */
  list(): Iterable<readonly [string, Readonly<ReceiptRow>]> {
    return this.#rows.rows();
  }

  /** Receipts whose bytes are not destroyed yet, in order of their ids. */
  owed(): string[] {
    return [...this.#owed.keys()].sort();
  }

  /** How many of those are past their deadline. */
  overdue(now: number): number {
    return [...this.#owed.values()].filter((deadlineAt) => deadlineAt < now).length;
  }

  /** Has the deadline passed of an erasure that was recorded after a position? What was published there is then not served any more. */
  isOverdue(position: number, now: number): boolean {
    for (const [, row] of this.#rows.rows()) if (row.position > position && now >= row.deadlineAt) return true;
    return false;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.erasureRecorded) {
      const { receipt, ...told } = event.properties['told'] as ErasureReceipt; // written by the engine
      this.#rows.set(receipt, { ...told, position, completedAt: null, completedPosition: null });
      this.#owed.set(receipt, told.deadlineAt);
    } else if (event.type === systemTypes.erasureCompleted) {
      for (const receipt of event.properties['receipts'] as readonly string[]) {
        this.#owed.delete(receipt);
        const row = this.#rows.get(receipt); // written by the engine, as above
        if (row !== undefined) this.#rows.set(receipt, { ...row, completedAt: event.occurredAt, completedPosition: position });
      }
    }
  }

  withdraw(): void {
    // a receipt names nobody
  }

  forget(): void {
    // a receipt names nobody
  }

  *dump(): Iterable<string> {
    for (const [receipt, row] of this.#rows.rows()) yield `${JSON.stringify(receipt)}\t${canonicalJson(row)}`;
  }
}
