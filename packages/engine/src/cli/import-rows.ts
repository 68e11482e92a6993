// The rows of a file, streamed in batches: a row is read, or named with its code, its line and the part where it cannot be. Memory holds
// one batch and one chunk of the file. Invariant: the same file always gives the same row numbers, so that a resumed import skips exactly
// what is done.
import type { Readable } from 'node:stream';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { CsvRecords } from './csv-records.js';
import { mappingOver, type Mapping, type Named } from './import-mapping.js';
import type { ImportSource } from './import-source.js';
import type { TimeReader } from './import-time.js';
import { JsonLines } from './json-lines.js';
import { memberOf, RowReader, type BadRow, type ImportRow } from './row-reader.js';

export interface RowBatch {
  readonly rows: ImportRow[];
  readonly bad: BadRow[];
  /** Number of the last row of the batch, good or bad. */
  last: number;
}

export interface RowOptions {
  readonly named: Named;
  readonly timeOf: TimeReader;
  readonly itemNeeded: boolean;
  /** Rows that are done already. */
  readonly skip: number;
  /** No row after this one. */
  readonly until: number;
  /** Told once which columns hold what. */
  readonly onMapping?: (mapping: Mapping) => void;
}

/** Throws CodedError file_unreadable (with the line) or import_column. */
export async function* rowBatches(source: ImportSource, options: RowOptions): AsyncGenerator<RowBatch> {
  const stream = source.open();
  const table = source.form === 'csv' ? new CsvTable(source.separator, options) : new JsonTable(options);
  let batch: RowBatch = { rows: [], bad: [], last: options.skip };
  const full = function* (read: Iterable<Read>): Iterable<RowBatch> {
    for (const row of read) {
      if (row.row > options.until) return;
      if ('code' in row) batch.bad.push(row);
      else batch.rows.push(row);
      batch.last = row.row;
      if (batch.rows.length + batch.bad.length < limits.importBatchRows) continue;
      yield batch;
      batch = { rows: [], bad: [], last: row.row };
    }
  };
  try {
    for await (const chunk of chunksOf(stream, () => table.line)) {
      yield* full(table.take(chunk));
      if (batch.last >= options.until) break;
    }
    if (batch.last < options.until) yield* full(table.end());
    if (batch.rows.length + batch.bad.length > 0) yield batch;
  } finally {
    stream.destroy();
  }
}

type Read = ImportRow | BadRow;

/** A broken stream (a gzip cut short, a disk that fails) is named with the line that it broke after. */
async function* chunksOf(stream: Readable, line: () => number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer; // a stream without encoding gives buffers
  } catch (error) {
    throw error instanceof CodedError ? error : new CodedError('file_unreadable', `after line ${line()}`);
  }
}

class CsvTable {
  readonly #options: RowOptions;
  readonly #records: CsvRecords;
  #reader: RowReader | undefined;
  #places: ReadonlyMap<string, number> = new Map();
  #columns = 0;
  #row = 0;
  line = 0;

  constructor(separator: string, options: RowOptions) {
    this.#options = options;
    this.#records = new CsvRecords(separator);
  }

  take(chunk: Buffer): Iterable<Read> {
    return this.#rows(this.#records.take(chunk));
  }

  *end(): Iterable<Read> {
    yield* this.#rows(this.#records.end());
    if (this.#reader === undefined) throw new CodedError('import_column', 'subject');
  }

  *#rows(records: ReturnType<CsvRecords['take']>): Iterable<Read> {
    let cells: readonly string[] = [];
    const places = (): ReadonlyMap<string, number> => this.#places;
    const cell = (column: string): unknown => own(cells[places().get(column) ?? -1]);
    for (const record of records) {
      this.line = record.line;
      if (this.#reader === undefined) {
        if (record.code !== undefined) throw new CodedError('file_unreadable', `its header: ${record.code}`);
        this.#reader = readerOver(record.cells, this.#options, false);
        // Of two columns with one name the first counts.
        this.#places = new Map(record.cells.map((name, at) => [name, at] as const).reverse());
        this.#columns = record.cells.length;
        continue;
      }
      this.#row += 1;
      if (this.#row <= this.#options.skip) continue;
      const code = record.code ?? (record.cells.length === this.#columns ? undefined : 'row_ragged');
      cells = record.cells;
      yield code === undefined ? this.#reader.read(this.#row, record.line, cell) : { row: this.#row, line: record.line, code };
    }
  }
}

/** Shorter parts of a text are copies in V8, longer ones keep the whole text alive. */
const copiedChars = 13;

/** A copy of its own: an id that the engine remembers must not hold the chunk of the file that it was cut from. */
function own(cell: string | undefined): string | undefined {
  return cell === undefined || cell.length < copiedChars ? cell : Buffer.from(cell, 'utf8').toString('utf8');
}

class JsonTable {
  readonly #options: RowOptions;
  readonly #lines = new JsonLines();
  #reader: RowReader | undefined;
  #row = 0;
  line = 0;

  constructor(options: RowOptions) {
    this.#options = options;
  }

  take(chunk: Buffer): Iterable<Read> {
    return this.#rows(this.#lines.take(chunk));
  }

  end(): Iterable<Read> {
    return this.#rows(this.#lines.end());
  }

  *#rows(lines: ReturnType<JsonLines['take']>): Iterable<Read> {
    for (const each of lines) {
      this.line = each.line;
      this.#row += 1;
      const done = this.#row <= this.#options.skip;
      if (each.code !== undefined) {
        if (!done) yield { row: this.#row, line: each.line, code: each.code };
        continue;
      }
      this.#reader ??= readerOver(Object.keys(each.value), this.#options, true);
      if (!done) yield this.#reader.read(this.#row, each.line, (column) => memberOf(each.value, column));
    }
  }
}

function readerOver(columns: readonly string[], options: RowOptions, loose: boolean): RowReader {
  const { named, itemNeeded, timeOf, onMapping } = options;
  const mapping = mappingOver(columns, { named, itemNeeded, loose });
  onMapping?.(mapping);
  return new RowReader(mapping, timeOf, itemNeeded && !mapping.exported);
}
