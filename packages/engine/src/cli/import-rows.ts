// The rows of a file, streamed in batches: a row is read, or named with the line and column where it cannot be. Memory holds one batch and
// one chunk of the file. Invariant: the same file always gives the same row numbers, so that a resumed import skips exactly what is done.
import { parse, CsvError } from 'csv-parse';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { isId } from '../http/id.js';
import { isObject } from '../http/json-body.js';
import { parseTime } from '../http/time.js';
import { mappingOver, type Mapping } from './import-mapping.js';
import type { ImportSource } from './import-source.js';

export interface ImportRow {
  /** Number of the row, from 1, the header not counted. */
  readonly row: number;
  readonly subject: string;
  readonly item: string;
  readonly occurredAt: number;
  readonly id: string | null;
}

export interface BadRow {
  readonly row: number;
  readonly line: number;
  readonly column: string;
}

export interface RowBatch {
  readonly rows: ImportRow[];
  readonly bad: BadRow[];
  /** Number of the last row of the batch, good or bad. */
  last: number;
}

export interface RowOptions {
  readonly named: Partial<Record<keyof Mapping, string>>;
  /** Rows that are done already. */
  readonly skip: number;
  /** No row after this one. */
  readonly until: number;
}

/** Throws CodedError file_unreadable (with the line) or import_column. */
export async function* rowBatches(source: ImportSource, options: RowOptions): AsyncGenerator<RowBatch> {
  const stream = source.open();
  const reader = source.form === 'csv' ? csvRows(stream, options) : jsonRows(stream, options);
  let batch: RowBatch = { rows: [], bad: [], last: options.skip };
  try {
    for await (const rows of reader) {
      for (const row of rows) {
        if (row.row <= options.skip) continue;
        if (row.row > options.until) break;
        if ('column' in row) batch.bad.push(row);
        else batch.rows.push(row);
        batch.last = row.row;
        if (batch.rows.length + batch.bad.length < limits.importBatchRows) continue;
        yield batch;
        batch = { rows: [], bad: [], last: batch.last };
      }
      if (batch.last >= options.until) break;
    }
    if (batch.rows.length + batch.bad.length > 0) yield batch;
  } finally {
    stream.destroy();
  }
}

type Read = ImportRow | BadRow;

async function* csvRows(stream: Readable, { named, skip }: RowOptions): AsyncGenerator<readonly Read[]> {
  const parser = parse({ bom: true, relax_column_count: true, relax_quotes: true, max_record_size: limits.importLineBytesMax });
  let failure: Error | undefined;
  let ended = false;
  const fail = (error: Error): void => {
    failure = error;
    parser.emit('readable');
  };
  stream.on('error', fail);
  parser.on('error', fail);
  parser.on('end', () => {
    ended = true;
    parser.emit('readable');
  });
  stream.pipe(parser);
  let columns: { readonly mapping: Mapping; readonly at: Readonly<Record<keyof Mapping, number>> } | undefined;
  let row = 0;
  let line = 0;
  while (true) {
    const rows: Read[] = [];
    for (let cells = next(parser); cells !== null; cells = next(parser)) {
      const startLine = line + 1;
      line = startLine;
      for (const cell of cells) if (cell.includes('\n')) line += cell.split('\n').length - 1;
      if (columns === undefined) {
        const mapping = mappingOver(cells, named);
        const place = (name: string | null): number => (name === null ? -1 : cells.indexOf(name));
        columns = {
          mapping,
          at: { subject: place(mapping.subject), item: place(mapping.item), time: place(mapping.time), id: place(mapping.id) },
        };
        continue;
      }
      row += 1;
      if (row <= skip) continue;
      const { mapping, at } = columns;
      rows.push(read(row, startLine, mapping, cells[at.subject], cells[at.item], cells[at.time], at.id < 0 ? null : cells[at.id]));
      if (rows.length >= limits.importBatchRows) break;
    }
    if (rows.length > 0) yield rows;
    else if (failure !== undefined)
      throw new CodedError('file_unreadable', failure instanceof CsvError ? `line ${line + 1}, ${failure.code}` : undefined);
    else if (ended) break;
    else await once(parser, 'readable').catch(() => undefined); // an error has been noted above
  }
  if (columns === undefined) throw new CodedError('import_column', 'subject');
}

/** csv-parse types its rows as `any`; without its `columns` option each is an array of texts. */
function next(parser: Readable): readonly string[] | null {
  const record: unknown = parser.read();
  return Array.isArray(record) ? (record as readonly string[]) : null; // texts: no cast option is given
}

async function* jsonRows(stream: Readable, { named, skip }: RowOptions): AsyncGenerator<readonly Read[]> {
  let rest: Buffer = Buffer.alloc(0);
  let row = 0;
  let mapping: Mapping | undefined;
  const one = (text: string): Read | undefined => {
    row += 1;
    if (row <= skip && mapping !== undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (!isObject(value)) return { row, line: row, column: '' };
    mapping ??= mappingOver(Object.keys(value), named);
    return row <= skip
      ? undefined
      : read(
          row,
          row,
          mapping,
          value[mapping.subject],
          value[mapping.item],
          value[mapping.time],
          mapping.id === null ? null : value[mapping.id],
        );
  };
  const lines = function* (chunk: Buffer): Iterable<string> {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      yield chunk.toString('utf8', from, at);
      from = at + 1;
    }
    rest = chunk.subarray(from);
  };
  try {
    for await (const chunk of stream) {
      const rows: Read[] = [];
      // a stream without encoding gives buffers
      for (const text of lines(Buffer.concat([rest, chunk as Buffer]))) {
        const got = one(text);
        if (got !== undefined) rows.push(got);
      }
      if (rest.length > limits.importLineBytesMax) throw new CodedError('file_unreadable', `line ${row + 1} is too long`);
      if (rows.length > 0) yield rows;
    }
  } catch (error) {
    throw error instanceof CodedError ? error : new CodedError('file_unreadable', `after line ${row}`);
  }
  if (rest.length === 0) return;
  const last = one(rest.toString('utf8'));
  if (last !== undefined) yield [last];
}

function read(row: number, line: number, mapping: Mapping, subject: unknown, item: unknown, time: unknown, id: unknown): Read {
  const who = textOf(subject);
  if (!isId(who)) return { row, line, column: mapping.subject };
  const what = textOf(item);
  if (!isId(what)) return { row, line, column: mapping.item };
  const occurredAt = timeOf(time);
  if (occurredAt === undefined) return { row, line, column: mapping.time };
  const own = id === null ? null : textOf(id);
  if (own !== null && !isId(own)) return { row, line, column: mapping.id ?? '' };
  return { row, subject: who, item: what, occurredAt, id: own };
}

function textOf(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value.toString() : value;
}

/** From here on a number of seconds would lie beyond the year 5000, so it is milliseconds. */
const millisecondsFrom = 100_000_000_000;

/** ISO 8601 with a zone, or a number of seconds or milliseconds since 1970. */
function timeOf(value: unknown): number | undefined {
  const iso = parseTime(value);
  if (iso !== undefined) return iso;
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number) || number < 0) return undefined;
  return Math.round(number < millisecondsFrom ? number * 1000 : number);
}
