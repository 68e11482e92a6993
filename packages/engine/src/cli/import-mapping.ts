// Which columns hold what: names that are usual are found by themselves, --map names the others. A file of `ethogram export events` is
// known by its columns, and is read back as it was written.
import { CodedError } from '../base/errors.js';
import { UsageError } from './arguments.js';

/** What a column can hold, besides a property of the event type. */
export const parts = ['subject', 'item', 'time', 'id', 'type', 'source', 'properties'] as const;
export type Part = (typeof parts)[number];

/** What --map says: columns by part, and by name of a property. */
export interface Named {
  readonly columns: { readonly [P in Part]?: string };
  readonly properties: { readonly [name: string]: string };
}

/** The columns by name; null: there is none. */
export interface Mapping {
  readonly columns: { readonly [P in Part]: string | null };
  readonly properties: readonly (readonly [property: string, column: string])[];
  /** Written by `ethogram export events`: ids and sources stand as they are. */
  readonly exported: boolean;
}

/** The columns of an export, in its order. */
export const exportColumns = ['id', 'subject', 'type', 'occurredAt', 'source', 'properties'] as const;

/** Names that speak for themselves, as `plainName` writes them, the best first. The other parts only where --map names them. */
export const usualNames: { readonly [P in Part]: readonly string[] } = {
  subject: ['subject', 'userid', 'sessionid', 'visitorid', 'customerid', 'clientid', 'anonymousid'],
  item: ['item', 'productid', 'itemid', 'sku', 'articleid'],
  time: ['timestamp', 'time', 'occurredat', 'eventtime', 'eventdate', 'datetime', 'date', 'ts'],
  id: ['id', 'messageid', 'eventid'],
  type: [],
  source: [],
  properties: [],
};

/** `User_ID` -> userid. */
export function plainName(column: string): string {
  return column.toLowerCase().replaceAll(/[\s_.-]/g, '');
}

/** `subject=COL,item=COL,time=COL,price=COL`, each optional. Throws UsageError. */
export function parseMap(text: string | undefined): Named {
  const columns: { [P in Part]?: string } = {};
  const properties: { [name: string]: string } = {};
  for (const pair of (text ?? '').split(',').filter((each) => each.trim() !== '')) {
    const cut = pair.indexOf('=');
    const [name, column] = [pair.slice(0, cut).trim(), pair.slice(cut + 1).trim()];
    if (cut < 0 || name === '' || column === '') throw new UsageError('--map takes subject=COLUMN,item=COLUMN,time=COLUMN');
    if (isPart(name)) columns[name] = column;
    else properties[name] = column;
  }
  return { columns, properties };
}

/** The same, written for --map. */
export function mapText({ columns, properties }: Named): string {
  return [...Object.entries(columns), ...Object.entries(properties)].map(([name, column]) => `${name}=${column}`).join(',');
}

/** Does --map read it again? A column whose name holds a comma, or begins or ends with a space, cannot be written there. */
export function canBeMapped({ columns, properties }: Named): boolean {
  return [...Object.values(columns), ...Object.values(properties)].every((column) => !column.includes(',') && column.trim() === column);
}

function isPart(name: string): name is Part {
  return Object.hasOwn(usualNames, name);
}

export interface MappingOptions {
  readonly named: Named;
  /** Must a row name its item? */
  readonly itemNeeded: boolean;
  /** May a named column be absent from `columns`: lines of JSON need not all have the same members. */
  readonly loose: boolean;
}

/** Finds the columns. Throws CodedError import_column, naming the part that is missing. */
export function mappingOver(columns: readonly string[], { named, itemNeeded, loose }: MappingOptions): Mapping {
  const exported = isExport(columns) && Object.keys(named.columns).length === 0 && Object.keys(named.properties).length === 0;
  if (exported) {
    const own = { subject: 'subject', item: null, time: 'occurredAt', id: 'id', type: 'type', source: 'source', properties: 'properties' };
    return { columns: own, properties: [], exported };
  }
  const given = (name: string, column: string): string => {
    if (!loose && !columns.includes(column)) throw new CodedError('import_column', name);
    return column;
  };
  const find = (part: Part): string | null => {
    const column = named.columns[part];
    return column === undefined ? usualColumn(columns, part) : given(part, column);
  };
  const found = Object.fromEntries(parts.map((part) => [part, find(part)]));
  const of = (part: Part): string | null => found[part] ?? null;
  const properties = Object.entries(named.properties).map(([name, column]) => [name, given(name, column)] as const);
  const needed: readonly Part[] = itemNeeded && of('properties') === null ? ['subject', 'item', 'time'] : ['subject', 'time'];
  for (const part of needed) if (of(part) === null) throw new CodedError('import_column', part);
  return {
    columns: {
      subject: of('subject'),
      item: of('item'),
      time: of('time'),
      id: of('id'),
      type: of('type'),
      source: of('source'),
      properties: of('properties'),
    },
    properties,
    exported,
  };
}

/** The column whose name says that it holds the part; of several the one with the better name. */
export function usualColumn(columns: readonly string[], part: Part): string | null {
  const plain = columns.map(plainName);
  for (const name of usualNames[part]) {
    const column = columns[plain.indexOf(name)];
    if (column !== undefined) return column;
  }
  return null;
}

function isExport(columns: readonly string[]): boolean {
  return columns.length === exportColumns.length && exportColumns.every((name) => columns.includes(name));
}
