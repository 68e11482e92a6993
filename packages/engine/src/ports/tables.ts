// Tables: the cached, typed face of the State port. Rows are edited in memory while the log is folded and written behind, in checkpoints.
//
// A checkpoint writes exactly the rows as they were at one position although folding goes on meanwhile: a row that is about to be edited
// while it still waits for the running checkpoint is encoded first (copy on write). So no stop of the world is needed.
// Invariant: what `State` holds is always the fold of the log up to one position, never a mixture.
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';
import type { Clock } from './clock.js';
import type { RowChange, State, StateBatch, StateHead } from './state.js';

/** A number stands in the store as sixteen digits, so that the order of texts is that of the numbers. */
export type RowKey = string | number;

interface Cell {
  readonly table: Shelf;
  readonly key: RowKey;
  /** undefined: deleted. */
  value: unknown;
  /** Number of the checkpoint that is to write it; -1: none, the store has it as it is. */
  dueIn: number;
  /** Units of its text when it was last read or written; of a new row, a guess. In memory each takes several bytes. */
  size: number;
}

const newRowSize = 256;

/** The rows of one table that are in memory. */
class Shelf {
  readonly name: string;
  young = new Map<RowKey, Cell>();
  old = new Map<RowKey, Cell>();
  dirty = new Map<RowKey, Cell>();
  /** Rows of the running checkpoint that are not encoded yet. */
  flushing = new Map<RowKey, Cell>();
  /** Rows of the running checkpoint that are packed, until the store has them. Since then they may have been edited. */
  packed = new Map<RowKey, Cell>();
  /** The cell asked for last: most work on one event is work on one row. */
  last: Cell | undefined;

  constructor(name: string) {
    this.name = name;
  }
}

export class Tables {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #youngMax: number;
  readonly #shelves: Shelf[] = [];
  #youngRows = 0;
  #youngSize = 0;
  #dirtyRows = 0;
  #dirtySize = 0;
  /** Number of the next checkpoint. */
  #next = 0;
  /** The running checkpoint. */
  #batch: StateBatch | null = null;

  constructor(state: State, clock: Clock, cachedRowsMax: number = limits.cachedRowsMax) {
    this.#state = state;
    this.#clock = clock;
    this.#youngMax = cachedRowsMax / 2;
  }

  table<T, K extends RowKey = string>(name: string): Table<T, K> {
    assert(!name.includes('\u0000'), 'a table name holds no NUL');
    const shelf = new Shelf(name);
    this.#shelves.push(shelf);
    return new Table<T, K>(this, shelf);
  }

  /** How many rows wait for a checkpoint. */
  get dirtyRows(): number {
    return this.#dirtyRows;
  }

  /** How much waits for a checkpoint; from 1 on it should be written at once. */
  get pressure(): number {
    return Math.max(this.#dirtyRows / limits.dirtyRowsMax, this.#dirtySize / limits.dirtyTextMax);
  }

  /** For Table only: the cell of a row, cached. */
  cell(shelf: Shelf, key: RowKey): Cell {
    if (shelf.last?.key === key) return shelf.last;
    const cached = shelf.young.get(key);
    if (cached !== undefined) {
      shelf.last = cached;
      return cached;
    }
    const waiting = shelf.old.get(key) ?? shelf.dirty.get(key) ?? shelf.flushing.get(key) ?? shelf.packed.get(key);
    const cell = waiting ?? cellOf(shelf, key, this.#state.get(shelf.name, keyText(key)) ?? null);
    shelf.young.set(key, cell);
    shelf.last = cell;
    this.#youngRows += 1;
    this.#youngSize += cell.size;
    if (this.#youngRows > this.#youngMax || this.#youngSize > limits.cachedTextMax / 2) this.#age();
    return cell;
  }

  /** For Table only: announces an edit of the cell, before it happens. */
  touch(cell: Cell): void {
    if (cell.dueIn === this.#next) return;
    const { table, key } = cell;
    if (cell.dueIn >= 0 && table.flushing.delete(key)) this.#pack(cell);
    cell.dueIn = this.#next;
    table.dirty.set(key, cell);
    this.#dirtyRows += 1;
    this.#dirtySize += cell.size;
  }

  /** For Table only: all rows of a table in key order, as the fold sees them now. */
  *rows(shelf: Shelf, from?: string, below?: string): Iterable<readonly [string, unknown]> {
    const within = (key: string): boolean =>
      (from === undefined || byteOrder(key, from) >= 0) && (below === undefined || byteOrder(key, below) < 0);
    const changed = new Map<string, unknown>();
    const change = (rowKey: RowKey, value: unknown): void => {
      const key = keyText(rowKey);
      if (within(key)) changed.set(key, value);
    };
    for (const cells of [shelf.packed, shelf.flushing, shelf.dirty]) for (const [key, cell] of cells) change(key, cell.value);
    const fresh = [...changed.keys()].sort(byteOrder);
    let next = 0;
    for (const [key, text] of this.#state.range(shelf.name, from, below)) {
      for (let candidate = fresh[next]; candidate !== undefined && byteOrder(candidate, key) < 0; candidate = fresh[next]) {
        next += 1;
        const value = changed.get(candidate);
        if (value !== undefined) yield [candidate, value];
      }
      const isChanged = fresh[next] === key;
      if (isChanged) next += 1;
      const value = isChanged ? changed.get(key) : decode(text);
      if (value !== undefined) yield [key, value];
    }
    for (const key of fresh.slice(next)) {
      const value = changed.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /**
   * Writes every row edited so far with `head`, in slices that let other work through. Resolves when it is durable.
   * Rejects when the store cannot commit; the rows then wait for the next one. One at a time.
   */
  async checkpoint(head: StateHead, extra: readonly RowChange[] = []): Promise<void> {
    assert(this.#batch === null, 'one checkpoint at a time');
    const batch = this.#state.batch();
    this.#batch = batch;
    this.#next += 1;
    this.#dirtyRows = 0;
    this.#dirtySize = 0;
    for (const shelf of this.#shelves) {
      shelf.flushing = shelf.dirty;
      shelf.dirty = new Map();
    }
    for (const [table, key, value] of extra) batch.add(table, key, value);
    try {
      await this.#packAll();
      await batch.commit(head);
    } catch (error) {
      for (const { packed, flushing } of this.#shelves) for (const cell of [...packed.values(), ...flushing.values()]) this.#wait(cell);
      throw error;
    } finally {
      for (const shelf of this.#shelves) {
        shelf.flushing = new Map();
        shelf.packed = new Map();
      }
      this.#batch = null;
    }
  }

  async #packAll(): Promise<void> {
    let slice = 0;
    for (const shelf of this.#shelves) {
      for (const [key, cell] of shelf.flushing) {
        shelf.flushing.delete(key);
        this.#pack(cell);
        cell.dueIn = -1;
        slice += 1;
        if (slice % limits.checkpointSliceRows === 0) await this.#clock.yield();
      }
    }
  }

  /** Puts a row into the running checkpoint, as it is now. */
  #pack(cell: Cell): void {
    const { table, key } = cell;
    this.#batch?.add(table.name, keyText(key), encode(cell));
    table.packed.set(key, cell);
  }

  /** A row that could not be written waits for the next checkpoint. */
  #wait(cell: Cell): void {
    if (cell.dueIn === this.#next) return;
    cell.dueIn = this.#next;
    cell.table.dirty.set(cell.key, cell);
    this.#dirtyRows += 1;
    this.#dirtySize += cell.size;
  }

  /** Two generations: what was not asked for during a whole one leaves memory, unless it waits to be written. */
  #age(): void {
    this.#youngRows = 0;
    this.#youngSize = 0;
    for (const shelf of this.#shelves) {
      shelf.last = undefined;
      shelf.old = shelf.young;
      shelf.young = new Map();
    }
  }
}

/** Rows by key, as the parts of the fold use them. */
export interface Rows<T, K extends RowKey = string> {
  /** The row, not to be changed by the caller. */
  get(key: K): Readonly<T> | undefined;
  /** The row for changing in place, made first if missing. */
  edit(key: K, make: () => T): T;
  set(key: K, value: T): void;
  delete(key: K): void;
  /** Rows in key order (UTF-8 bytes of the text), keys in [from, below). Do not edit while iterating. */
  rows(from?: K, below?: K): Iterable<readonly [string, Readonly<T>]>;
}

/** Rows of one table. Values are plain JSON; the type is the writer's promise, kept by the format version of the state. */
export class Table<T, K extends RowKey = string> implements Rows<T, K> {
  readonly #shelf: Shelf;
  readonly #tables: Tables;

  constructor(tables: Tables, shelf: Shelf) {
    this.#tables = tables;
    this.#shelf = shelf;
  }

  get(key: K): Readonly<T> | undefined {
    return this.#tables.cell(this.#shelf, key).value as T | undefined; // a table is written and read under one type
  }

  edit(key: K, make: () => T): T {
    const cell = this.#tables.cell(this.#shelf, key);
    this.#tables.touch(cell);
    if (cell.value === undefined) cell.value = make();
    return cell.value as T; // a table is written and read under one type
  }

  set(key: K, value: T): void {
    const cell = this.#tables.cell(this.#shelf, key);
    this.#tables.touch(cell);
    cell.value = value;
  }

  delete(key: K): void {
    const cell = this.#tables.cell(this.#shelf, key);
    if (cell.value === undefined) return;
    this.#tables.touch(cell);
    cell.value = undefined;
  }

  rows(from?: K, below?: K): Iterable<readonly [string, Readonly<T>]> {
    const [first, last] = [from, below].map((key) => (key === undefined ? undefined : keyText(key)));
    return this.#tables.rows(this.#shelf, first, last) as Iterable<readonly [string, Readonly<T>]>; // as above
  }
}

function keyText(key: RowKey): string {
  return typeof key === 'string' ? key : Math.max(0, key).toString().padStart(16, '0');
}

function cellOf(table: Shelf, key: RowKey, text: string | null): Cell {
  return { table, key, value: decode(text), dueIn: -1, size: text?.length ?? newRowSize };
}

function encode(cell: Cell): string | null {
  if (cell.value === undefined) return null;
  const text = JSON.stringify(cell.value);
  cell.size = text.length;
  return text;
}

function decode(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

/** UTF-8 byte order, which is code point order: UTF-16 order differs only where surrogates meet the BMP above them. */
export function byteOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Places surrogates above the rest of the BMP. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
