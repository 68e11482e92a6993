// Which events were corrected, folded: where the wrong event stood, and the corrections of it that stand in the log. A correction makes the
// wrong event a gap, and corrections of it that were wrong themselves; when the process stops in between, this is where it is found again.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';
import { correctionIn, type Placed } from './history.js';

export interface CorrectionRow {
  readonly subject: string;
  /** Of the event that was wrong. */
  readonly at: number;
  /** Of its corrections, ascending: the last one counts. */
  readonly positions: number[];
}

export class Corrections implements FoldPart {
  readonly name = 'correction';
  readonly hears = isSystemType;
  readonly #rows: Table<CorrectionRow>;

  constructor(rows: Table<CorrectionRow>) {
    this.#rows = rows;
  }

  /** In the order of the events that were wrong. */
  list(): CorrectionRow[] {
    return [...this.#rows.rows()].map(([, row]) => row);
  }

  /** Of the event at that position. */
  of(at: number): Readonly<CorrectionRow> | undefined {
    return this.#rows.get(keyOf(at));
  }

  apply(event: BehaviourEvent, position: number): void {
    const at = correctionIn(event)?.at;
    if (at === undefined || event.subject === null) return;
    const { positions } = this.of(at) ?? { positions: [] };
    this.#rows.set(keyOf(at), { subject: event.subject, at, positions: [...positions, position] });
  }

  withdraw(): void {
    // what was wrong goes whatever it was kept for
  }

  forget(_subject: string, events: readonly Placed[]): void {
    for (const { event } of events) {
      const at = correctionIn(event)?.at;
      if (at !== undefined) this.#rows.delete(keyOf(at));
    }
  }

  *dump(): Iterable<string> {
    for (const [key, row] of this.#rows.rows()) yield `${key}\t${canonicalJson(row)}`;
  }
}

function keyOf(at: number): string {
  return at.toString().padStart(16, '0');
}
