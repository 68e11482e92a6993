// A row of a file under a mapping: who, what, when, or the code and the part that is wrong. Never a value of it.
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { isId } from '../model/id.js';
import { isObject, refusal, type JsonObject } from '../http/json-body.js';
import type { Properties } from '../model/event.js';
import type { Mapping, Part } from './import-mapping.js';
import type { TimeReader } from './import-time.js';

export interface ImportRow {
  /** Number of the row, from 1; the header and lines that hold nothing are not counted. */
  readonly row: number;
  /** The line that it begins in, from 1. */
  readonly line: number;
  readonly subject: string;
  readonly item: string | null;
  readonly occurredAt: number;
  readonly id: string | null;
  readonly type: string | null;
  readonly source: string | null;
  /** What the file gives of the event's properties; of CSV as text. */
  readonly properties: Properties | null;
}

export interface BadRow {
  readonly row: number;
  readonly line: number;
  readonly code: ErrorCode;
  /** The part that is wrong as a JSON pointer: `/time`, `/properties/price`; absent for a whole row. */
  readonly field?: string;
}

/** Gives the value of a column in the row that is being read; null or undefined: there is none. */
export type CellOf = (column: string) => unknown;

export class RowReader {
  readonly #mapping: Mapping;
  readonly #timeOf: TimeReader;
  readonly #itemNeeded: boolean;

  /** `itemNeeded`: a row without an item is none. */
  constructor(mapping: Mapping, timeOf: TimeReader, itemNeeded: boolean) {
    this.#mapping = mapping;
    this.#timeOf = timeOf;
    this.#itemNeeded = itemNeeded && mapping.columns.properties === null;
  }

  read(row: number, line: number, cell: CellOf): ImportRow | BadRow {
    const { columns } = this.#mapping;
    const bad = (part: Part): BadRow => ({ row, line, code: 'import_row', field: `/${part}` });
    const of = (part: Part): unknown => (columns[part] === null ? null : textOf(cell(columns[part])));
    const subject = of('subject');
    if (!isId(subject)) return bad('subject');
    const item = of('item');
    if (item === null ? this.#itemNeeded : !isId(item)) return bad('item');
    const occurredAt = columns.time === null ? undefined : this.#timeOf(cell(columns.time));
    if (occurredAt === undefined) return bad('time');
    const id = of('id');
    if (id !== null && !isId(id)) return bad('id');
    const type = of('type');
    if (type !== null && !isId(type)) return bad('type');
    const source = of('source');
    if (source !== null && !isId(source)) return bad('source');
    const properties = this.#properties(cell);
    if (typeof properties === 'string') return { row, line, code: properties, field: '/properties' };
    return { row, line, subject, item: isId(item) ? item : null, occurredAt, id, type, source, properties };
  }

  #properties(cell: CellOf): Properties | null | ErrorCode {
    const { columns, properties } = this.#mapping;
    let given: JsonObject = {};
    if (columns.properties !== null) {
      const value = objectOf(cell(columns.properties));
      if (value === undefined) return 'import_row';
      const refused = refusal(value, limits.eventBytesMax);
      if (refused !== null) return refused;
      given = value;
    } else if (properties.length === 0) return null;
    if (properties.length === 0) return given;
    const out: { [name: string]: unknown } = { ...given };
    for (const [name, column] of properties) {
      const value = cell(column);
      if (value !== undefined && value !== null && value !== '') out[name] = value;
    }
    return out;
  }
}

/** An object, or the text of one; an empty cell is one without members. */
function objectOf(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null || value === '') return {};
  if (isObject(value)) return value;
  if (typeof value !== 'string') return undefined;
  try {
    const read: unknown = JSON.parse(value);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** An id as text; null where nothing stands. */
function textOf(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value.toString() : value;
}

/** A value of a JSON line by its name, else by its path: `user.id`. */
export function memberOf(value: JsonObject, column: string): unknown {
  if (Object.hasOwn(value, column)) return value[column];
  if (!column.includes('.')) return undefined;
  let at: unknown = value;
  for (const part of column.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, part)) return undefined;
    at = at[part];
  }
  return at;
}
