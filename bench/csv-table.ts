// Reads a small public table for a bench: a header, then rows, `NAME` or `NAME.gz`. Columns are taken by name, so their order does not matter.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CsvRecords } from 'ethogram/internal/cli/csv-records';
import { Complaint, demand } from './complaint.js';

export class CsvTable {
  readonly #columns: ReadonlyMap<string, number>;
  readonly rows: readonly (readonly string[])[];

  /** `text`: RFC 4180, with a header. */
  constructor(text: string) {
    const [header = [], ...rows] = recordsOf(text);
    this.#columns = new Map(header.map((name, at) => [name.trim(), at]));
    this.rows = rows.filter((row) => row.length > 1 || row[0] !== '');
    for (const row of this.rows) demand(row.length === header.length, `a row has ${row.length} fields, the header ${header.length}`);
  }

  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** The number of a column, which must be there. */
  column(name: string): number {
    const at = this.#columns.get(name);
    if (at === undefined) throw new Complaint(2, `there is no column ${name}`);
    return at;
  }
}

export function readCsv(folder: string, name: string): CsvTable {
  const plain = join(folder, name);
  const packed = `${plain}.gz`;
  if (!existsSync(plain) && !existsSync(packed)) throw new Complaint(2, `there is no ${name} and no ${name}.gz in ${folder}`);
  return new CsvTable(existsSync(plain) ? readFileSync(plain, 'utf8') : gunzipSync(readFileSync(packed)).toString('utf8'));
}

function recordsOf(text: string): (readonly string[])[] {
  const reader = new CsvRecords(',');
  const records = [...reader.take(Buffer.from(text)), ...reader.end()];
  for (const { line, code } of records) demand(code === undefined, `line ${line} cannot be read: ${code}`);
  return records.map(({ cells }) => cells);
}
