// How far each import has come: marks stand in the log in the same record as the rows they speak of, so a resumed import neither repeats
// nor skips a row.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

export interface ImportMark {
  /** Rows of the file that are done, and the byte offset behind them. */
  readonly row: number;
  readonly offset: number;
}

export class Imports implements FoldPart {
  readonly name = 'import';
  readonly hears = isSystemType;
  readonly #rows: Table<ImportMark>;

  constructor(rows: Table<ImportMark>) {
    this.#rows = rows;
  }

  get(source: string): ImportMark | undefined {
    return this.#rows.get(source);
  }

  apply(event: BehaviourEvent): void {
    if (event.type !== systemTypes.importProgress) return;
    const { source, row, offset } = event.properties;
    if (typeof source === 'string' && typeof row === 'number' && typeof offset === 'number') this.#rows.set(source, { row, offset });
  }

  withdraw(): void {
    // a mark is about a file
  }

  forget(): void {
    // a mark is about a file
  }

  *dump(): Iterable<string> {
    for (const [source, mark] of this.#rows.rows()) yield `${JSON.stringify(source)}\t${canonicalJson(mark)}`;
  }
}
