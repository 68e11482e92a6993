// What recipients are owed, folded. A notice names the person by the recipient's own reference alone, and that goes when it is
// acknowledged: what was owed becomes a gap, and the acknowledgement says that there was a notice, to whom and what for.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import type { NoticeKind, NoticeOwed } from '../model/request.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';

export interface NoticeRow {
  readonly recipient: string;
  readonly kind: NoticeKind;
  readonly owedAt: number;
  readonly dueAt: number;
  /** Of the event that says it is owed. */
  readonly position: number;
  /** null once it is acknowledged. */
  readonly reference: string | null;
  readonly acknowledgedAt: number | null;
}

export class Notices implements FoldPart {
  readonly name = 'notice';
  readonly hears = isSystemType;
  readonly #rows: Table<NoticeRow>;
  readonly #due = new Map<string, number>();

  constructor(rows: Table<NoticeRow>) {
    this.#rows = rows;
    for (const [id, row] of rows.rows()) if (row.acknowledgedAt === null) this.#due.set(id, row.dueAt);
  }

  get(id: string): NoticeRow | undefined {
    return this.#rows.get(id);
  }

  /** Those that nobody has acknowledged. */
  owed(): readonly string[] {
    return [...this.#due.keys()];
  }

  /** Positions that say what was owed and is acknowledged: gaps, unless a crash came between the two. */
  acknowledged(): number[] {
    return Array.from(this.#rows.rows(), ([, row]) => row).flatMap((row) => (row.acknowledgedAt === null ? [] : row.position));
  }

  overdue(now: number): number {
    return [...this.#due.values()].filter((dueAt) => dueAt < now).length;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.noticeOwed) {
      const { notice, recipient, reference, kind, dueAt } = event.properties['owed'] as NoticeOwed; // written by the engine
      this.#rows.set(notice, { recipient, kind, owedAt: event.occurredAt, dueAt, position, reference, acknowledgedAt: null });
      this.#due.set(notice, dueAt);
    } else if (event.type === systemTypes.noticeAcknowledged) {
      const notice = event.properties['notice'] as string; // written by runtime/tellings.ts
      const row = event.properties['row'] as NoticeRow; // as above, without the reference
      this.#rows.set(notice, { ...row, reference: null, acknowledgedAt: event.occurredAt });
      this.#due.delete(notice);
    }
  }

  withdraw(): void {
    // what is owed is owed
  }

  forget(): void {
    // a notice outlives the person: it is what their erasure owes
  }

  *dump(): Iterable<string> {
    for (const [id, row] of this.#rows.rows()) yield `${JSON.stringify(id)}\t${canonicalJson(row)}`;
  }
}
