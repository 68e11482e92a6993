// Sections: what several parts keep of one key (a person), in one row of the store. An event that touches all of them costs one look-up,
// and a checkpoint writes one row.
// Invariant: a row without any section is no row.
import type { Rows, Table } from './tables.js';

/** One value per section, null where there is none. */
export type SectionedRow = unknown[];

export class Sections {
  readonly #table: Table<SectionedRow>;
  readonly #names: string[] = [];

  constructor(table: Table<SectionedRow>) {
    this.#table = table;
  }

  /** The next section. The order of these calls is part of the format of the state. */
  section<T>(name: string): Section<T> {
    this.#names.push(name);
    return new Section<T>(this.#table, this.#names.length - 1);
  }
}

/** One section, used as if it were a table of its own. */
export class Section<T> implements Rows<T> {
  readonly #table: Table<SectionedRow>;
  readonly #at: number;

  constructor(table: Table<SectionedRow>, at: number) {
    this.#table = table;
    this.#at = at;
  }

  get(key: string): Readonly<T> | undefined {
    return (this.#table.get(key)?.[this.#at] ?? undefined) as T | undefined; // a section is written and read under one type
  }

  edit(key: string, make: () => T): T {
    const row = this.#table.edit(key, () => []);
    let value = row[this.#at];
    if (value === undefined || value === null) {
      value = make();
      this.#put(row, value);
    }
    return value as T; // as above
  }

  set(key: string, value: T): void {
    this.#put(
      this.#table.edit(key, () => []),
      value,
    );
  }

  delete(key: string): void {
    if (this.get(key) === undefined) return;
    const row = this.#table.edit(key, () => []);
    row[this.#at] = null;
    if (row.every((each) => each === null)) this.#table.delete(key);
  }

  *rows(from?: string, below?: string): Iterable<readonly [string, Readonly<T>]> {
    for (const [key, row] of this.#table.rows(from, below)) {
      const value = row[this.#at];
      if (value !== undefined && value !== null) yield [key, value as T]; // as above
    }
  }

  #put(row: SectionedRow, value: unknown): void {
    while (row.length < this.#at) row.push(null);
    row[this.#at] = value;
  }
}
