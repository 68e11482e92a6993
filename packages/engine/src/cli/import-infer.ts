// ethogram import --infer: what the columns of a file most likely hold, with the reason for each, from the head of the file alone. It
// guesses by names first and by values where a form can be told for sure (times, numbers, names of event types). Invariant: it prints no
// value of the file, and imports nothing.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { isObject } from '../http/json-body.js';
import { shopTypes } from '../runtime/shop-types.js';
import type { Arguments } from './arguments.js';
import { CsvRecords } from './csv-records.js';
import { canBeMapped, exportColumns, mapText, plainName, usualColumn, usualNames, type Named, type Part } from './import-mapping.js';
import { planOf, type ImportPlan } from './import-plan.js';
import { ImportSource } from './import-source.js';
import { timeReader, timeForms, timeFormMeans, type TimeForm } from './import-time.js';
import { JsonLines } from './json-lines.js';
import { shellQuoted } from './shell-quoted.js';
import type { Terminal } from './terminal.js';

interface Guess {
  readonly column: string;
  /** A part, a property of the event type, or null: left out. */
  readonly part: string | null;
  readonly reason: string;
}

/** The head of a file as a table: its columns, and under each what stands there, texts and numbers. */
interface Sample {
  readonly columns: readonly string[];
  readonly values: ReadonlyMap<string, readonly unknown[]>;
  readonly rows: number;
}

/** Names that hint at a part, looked for in plain names once no usual one is there. */
const hints: { readonly subject: RegExp; readonly item: RegExp; readonly time: RegExp; readonly type: RegExp } = {
  subject: /user|visitor|session|customer|client|member|person|shopper|account|device/,
  item: /item|product|sku|article|asin|content|movie|book|song|track|hotel|merchant/,
  time: /time|date|when|^ts$|at$/,
  type: /^(?:event|eventtype|eventname|action|type|behaviou?r|verb)$/,
};
const yearTwoThousandMs = 946_684_800_000;
const yearTwentyOneHundredMs = 4_102_444_800_000;
const typeNames: ReadonlySet<unknown> = new Set(shopTypes.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]));

export class Inferred {
  readonly path: string;
  readonly source: ImportSource;
  readonly guesses: readonly Guess[];
  readonly named: Named;
  readonly timeForm: TimeForm;
  readonly missing: readonly Part[];
  readonly rows: number;

  constructor(path: string, source: ImportSource, sample: Sample) {
    this.path = path;
    this.source = source;
    this.rows = sample.rows;
    const guessed = new Guesses(sample);
    this.guesses = guessed.list();
    this.timeForm = guessed.timeForm;
    this.missing = guessed.exported ? [] : (['subject', 'item', 'time'] as const).filter((part) => !guessed.has(part));
    this.named = guessed.exported ? { columns: {}, properties: {} } : guessed.named();
  }

  report(terminal: Terminal, goesOn: boolean): void {
    const { form, separator } = this.source;
    const map = mapText(this.named);
    const written = `${map === '' ? '' : ` --map ${shellQuoted(map)}`}${this.timeForm === 'auto' ? '' : ` --time-form ${this.timeForm}`}`;
    const options = canBeMapped(this.named) ? written : ' --infer --yes';
    const command = `ethogram import ${shellQuoted(this.path)}${options} --basis BASIS --evidence TEXT`;
    const width = Math.max(...this.guesses.map(({ column }) => column.length), 0) + 2;
    const told = form === 'csv' ? `CSV, separated by ${separatorNames[separator] ?? 'comma'}` : 'JSONL';
    const lines = [
      `${this.path}: ${told}; looked at ${this.rows} rows`,
      ...this.guesses.map(({ column, part, reason }) => `  ${column.padEnd(width)}${(part ?? '-').padEnd(12)}${reason}`),
      ...this.missing.map((part) => `  Nothing looks like ${part}: name its column with --map ${part}=COLUMN.`),
    ];
    if (goesOn) for (const line of lines) terminal.note(line);
    else {
      const { path: file, guesses: columns, missing, timeForm } = this;
      terminal.result({ file, form, separator: form === 'csv' ? separator : null, columns, missing, map, timeForm, command }, () => [
        ...lines,
        'To import it so:',
        `  ${command}`,
      ]);
    }
  }
}

const separatorNames: { readonly [separator: string]: string } = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

/** Throws CodedError file_unreadable. */
export async function infer(path: string): Promise<Inferred> {
  const source = new ImportSource(path);
  const stream = source.open();
  const records = source.form === 'csv' ? new CsvRecords(source.separator) : new JsonLines();
  const read: (readonly string[] | { readonly [name: string]: unknown })[] = [];
  const take = (list: ReturnType<CsvRecords['take']> | ReturnType<JsonLines['take']>): void => {
    for (const each of list) {
      if ('cells' in each) {
        if (each.code === undefined) read.push(each.cells);
      } else if (each.code === undefined) read.push(each.value);
    }
  };
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      const head = (chunk as Buffer).subarray(0, limits.importInferBytes - bytes); // a stream without encoding gives buffers
      bytes += head.length;
      take(records.take(head));
      if (bytes >= limits.importInferBytes) break;
    }
  } catch {
    throw new CodedError('file_unreadable');
  } finally {
    stream.destroy();
  }
  if (bytes < limits.importInferBytes) take(records.end());
  return new Inferred(path, source, sampleOf(read));
}

/** What --infer found, under what the line says beside it: --map and --time-form win. Throws import_column when a part is missing. */
export function inferredPlan(args: Arguments, found: Inferred): ImportPlan {
  const plan = planOf(args);
  const columns = { ...found.named.columns, ...plan.named.columns };
  const absent = found.missing.find((part) => columns[part] === undefined);
  if (absent !== undefined) throw new CodedError('import_column', absent);
  const timeOf = args.text('time-form') === undefined ? timeReader(found.timeForm, plan.zoneMinutes) : plan.timeOf;
  return { ...plan, timeOf, named: { columns, properties: { ...found.named.properties, ...plan.named.properties } } };
}

function sampleOf(read: readonly (readonly string[] | { readonly [name: string]: unknown })[]): Sample {
  const values = new Map<string, unknown[]>();
  const put = (column: string, value: unknown): void => {
    const list = values.get(column);
    if (list === undefined) values.set(column, [value]);
    else list.push(value);
  };
  let header: readonly string[] | undefined;
  for (const row of read) {
    if (isObject(row)) {
      for (const [name, value] of Object.entries(row)) {
        if (isObject(value)) for (const [inner, own] of Object.entries(value)) put(`${name}.${inner}`, own);
        put(name, value);
      }
    } else if (header === undefined) {
      header = row;
      for (const name of row) if (!values.has(name)) values.set(name, []);
    } else if (row.length === header.length) {
      for (const [at, name] of header.entries()) put(name, row[at]);
    }
  }
  return { columns: [...values.keys()], values, rows: header === undefined ? read.length : read.length - 1 };
}

class Guesses {
  readonly exported: boolean;
  timeForm: TimeForm = 'auto';
  readonly #sample: Sample;
  readonly #byColumn = new Map<string, { readonly part: string; readonly reason: string }>();
  readonly #passed = new Map<string, string>();

  constructor(sample: Sample) {
    this.#sample = sample;
    const top = sample.columns.filter((name) => !name.startsWith('properties.'));
    this.exported = top.length === exportColumns.length && exportColumns.every((name) => top.includes(name));
    if (this.exported) return;
    this.#guessId('subject');
    this.#guessId('item');
    this.#guessTime();
    this.#guessOwnId();
    this.#guessType();
    this.#guessNumber('price', /price|amount/, (value) => Number(value) >= 0);
    this.#guessNumber('quantity', /quantity|^qty$|^count$/, (value) => Number.isInteger(Number(value)) && Number(value) >= 1);
  }

  has(part: Part): boolean {
    return [...this.#byColumn.values()].some((each) => each.part === part);
  }

  list(): Guess[] {
    if (this.exported) {
      const reason = 'a file of `ethogram export events`, read back as it was written';
      return exportColumns.map((column) => ({ column, part: column === 'occurredAt' ? 'time' : column, reason }));
    }
    return this.#sample.columns
      .filter((column) => this.#byColumn.has(column) || !this.#values(column).some(isObject))
      .map((column) => {
        const found = this.#byColumn.get(column);
        return found === undefined
          ? { column, part: null, reason: this.#passed.get(column) ?? 'left out' }
          : { column, part: found.part, reason: found.reason };
      });
  }

  named(): Named {
    const columns: { [P in Part]?: string } = {};
    const properties: { [name: string]: string } = {};
    for (const [column, { part }] of this.#byColumn) {
      if (part === 'price' || part === 'quantity') properties[part] = column;
      else if (Object.hasOwn(usualNames, part)) columns[part as Part] = column; // the parts are the keys of usualNames
    }
    return { columns, properties };
  }

  #values(column: string): readonly unknown[] {
    return (this.#sample.values.get(column) ?? []).filter((value) => value !== '' && value !== null && value !== undefined);
  }

  #free(): string[] {
    return this.#sample.columns.filter((column) => !this.#byColumn.has(column) && !this.#values(column).some(isObject));
  }

  #guessId(part: 'subject' | 'item'): void {
    const usual = usualColumn(this.#free(), part);
    const column =
      usual ?? this.#free().find((each) => hints[part].test(plainName(each)) && !/price|name|title|count|time|date/i.test(each));
    if (column === undefined) return;
    const reason = usual === null ? `its name speaks of ${part === 'subject' ? 'a person or visit' : 'a thing'}` : 'a usual name';
    this.#byColumn.set(column, { part, reason: `${reason}; ${new Set(this.#values(column)).size} different values` });
  }

  #guessTime(): void {
    const free = this.#free();
    const usual = usualColumn(free, 'time');
    const byName = free.filter((each) => hints.time.test(plainName(each)));
    for (const column of [...(usual === null ? [] : [usual]), ...byName, ...free]) {
      const form = this.#timeFormOf(column);
      if (form === undefined) continue;
      const both = form === 'dmy' && this.#reads(column, 'mdy') ? '; if it is month first, say --time-form mdy' : '';
      this.timeForm = form;
      this.#byColumn.set(column, { part: 'time', reason: `reads as ${timeFormMeans[form]}${both}` });
      return;
    }
    if (usual !== null) this.#passed.set(usual, 'left out: named like a time, but no --time-form reads nearly all its values');
  }

  #timeFormOf(column: string): TimeForm | undefined {
    return timeForms.find((form) => this.#reads(column, form));
  }

  /** Does the form read nearly all of its values, as moments of this century? */
  #reads(column: string, form: TimeForm): boolean {
    const values = this.#values(column);
    const read = timeReader(form);
    const plausible = values.filter((value) => {
      const at = read(value);
      return at !== undefined && at >= yearTwoThousandMs && at < yearTwentyOneHundredMs;
    });
    return values.length > 0 && plausible.length >= values.length * 0.95;
  }

  #guessOwnId(): void {
    const column = usualColumn(this.#free(), 'id');
    if (column === null) return;
    const values = this.#values(column);
    if (values.length === this.#sample.rows && new Set(values).size === values.length)
      this.#byColumn.set(column, { part: 'id', reason: 'a usual name, and no value twice' });
    else this.#passed.set(column, 'left out: named like an id, but not one of its own for each row');
  }

  #guessType(): void {
    const column = this.#free().find((each) => hints.type.test(plainName(each)));
    if (column === undefined) return;
    const values = this.#values(column);
    if (values.length > 0 && values.every((value) => typeNames.has(value)))
      this.#byColumn.set(column, { part: 'type', reason: 'all its values are event types' });
    else this.#passed.set(column, 'left out: not all its values are event types');
  }

  #guessNumber(part: 'price' | 'quantity', name: RegExp, fits: (value: unknown) => boolean): void {
    const column = this.#free().find((each) => name.test(plainName(each)));
    if (column === undefined) return;
    const values = this.#values(column);
    if (values.length > 0 && values.every((value) => /^\d+(?:\.\d+)?$/.test(String(value)) && fits(value)))
      this.#byColumn.set(column, { part, reason: 'a number under a usual name' });
    else this.#passed.set(column, `left out: named like a ${part}, but not all its values are one`);
  }
}
