// Tables: the cached, typed face of the State port. Rows are edited in memory while the log is folded and written behind, in checkpoints.
//
// A checkpoint writes exactly the rows as they were at one position although folding goes on meanwhile: a row that is about to be edited
// while it still waits for the running checkpoint is encoded first (copy on write). So no stop of the world is needed.
// What a checkpoint has written lies in memory as its text until it is asked for: a row is a dozen lists, which take several times the
// memory of the text, and those of everybody would have to be walked by every garbage collection.
// Invariant: what `State` holds is always the fold of the log up to one position, never a mixture.
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';
import type { Clock } from './clock.js';
import type { RowChange, State, StateBatch, StateHead } from './state.js';

/** A number stands in the store as sixteen digits, so that the order of texts is that of the numbers. */
export type RowKey = string | number;

/** What every event asks for stands first, in one line of the memory. */
interface Cell {
  readonly key: RowKey;
  /** undefined: deleted, or still its text. */
  value: unknown;
  /** What a checkpoint wrote, until it is read again; null: `value` holds. */
  text: string | null;
  /** Number of the checkpoint that is to write it; -1: none is waited for; `gone`: it has left memory. */
  dueIn: number;
  /** Asked for since the sweep came by last. */
  recent: boolean;
  /** Number of the checkpoint that packed it last; -1: none. */
  packedIn: number;
  readonly table: Shelf;
  /** The row of a table beside this one that was asked for last while this one was at hand. */
  beside: Cell | null;
  /** Units of its text when it was last read or written; of a new row, a guess. As a value each takes several bytes. */
  size: number;
}

const newRowSize = 256;
const gone = -2;
/** Rows looked at for each that comes into a full cache: some were asked for again, or wait to be written. */
const sweepRows = 4;

/** The rows of one table that are in memory. */
class Shelf {
  readonly name: string;
  readonly cells = new Map<RowKey, Cell>();
  /** Rows that wait for the next checkpoint, each once. */
  dirty: Cell[] = [];
  /** Rows of the running checkpoint, until the store has them. Those that are packed may have been edited since. */
  flushing: readonly Cell[] = [];
  /** The cell asked for last: most work on one event is work on one row. */
  last: Cell | undefined;
  /** Whose rows those of this one go with. */
  readonly anchor: Shelf | null;

  constructor(name: string, anchor: Shelf | null) {
    this.name = name;
    this.anchor = anchor;
  }
}

export class Tables {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #rowsMax: number;
  readonly #shelves: Shelf[] = [];
  #rows = 0;
  #size = 0;
  #dirtyRows = 0;
  #dirtySize = 0;
  /** Number of the next checkpoint. */
  #next = 0;
  /** The running checkpoint. */
  #batch: StateBatch | null = null;
  /** Where the sweep is: a shelf, and a place among its cells. */
  #swept = 0;
  #sweep: Iterator<Cell> | null = null;

  constructor(state: State, clock: Clock, cachedRowsMax: number = limits.cachedRowsMax) {
    this.#state = state;
    this.#clock = clock;
    this.#rowsMax = cachedRowsMax;
  }

  /**
   * `beside`: a table that is asked before this one. The row here that was asked for last while a row there was at hand is found in one
   * step: a person's newest visit, mostly.
   */
  table<T, K extends RowKey = string>(name: string, beside?: Table<unknown>): Table<T, K> {
    assert(!name.includes('\u0000'), 'a table name holds no NUL');
    const shelf = new Shelf(name, beside === undefined ? null : Table.shelfOf(beside));
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
    const from = shelf.anchor?.last;
    const known = from?.beside;
    const isKnown = known !== undefined && known !== null && known.key === key && known.table === shelf && known.dueIn !== gone;
    const cell = isKnown ? known : (shelf.cells.get(key) ?? this.#take(shelf, key));
    if (from !== undefined && !isKnown) from.beside = cell;
    if (!cell.recent) cell.recent = true;
    shelf.last = cell;
    return cell;
  }

  /** For Table only: announces an edit of the cell, before it happens. */
  touch(cell: Cell): void {
    if (cell.dueIn === this.#next) return;
    if (cell.dueIn >= 0) this.#pack(cell);
    this.#wait(cell);
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
    for (const cells of [shelf.flushing, shelf.dirty])
      for (const { key, value, text } of cells) change(key, text === null ? value : decode(text));
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
      shelf.dirty = [];
    }
    for (const [table, key, value] of extra) batch.add(table, key, value);
    try {
      await this.#packAll();
      await batch.commit(head);
    } catch (error) {
      for (const { flushing } of this.#shelves) for (const cell of flushing) if (cell.dueIn !== this.#next) this.#wait(cell);
      throw error;
    } finally {
      for (const shelf of this.#shelves) shelf.flushing = [];
      this.#batch = null;
    }
  }

  async #packAll(): Promise<void> {
    const running = this.#next - 1;
    let slice = 0;
    for (const shelf of this.#shelves) {
      for (const cell of shelf.flushing) {
        if (cell.dueIn !== running) continue;
        const text = this.#pack(cell);
        if (text !== null) {
          cell.text = text;
          cell.value = undefined;
        }
        cell.dueIn = -1;
        slice += 1;
        if (slice % limits.checkpointSliceRows === 0) await this.#clock.yield();
      }
    }
  }

  /** Puts a row into the running checkpoint, as it is now. */
  #pack(cell: Cell): string | null {
    const before = cell.size;
    const text = encode(cell);
    this.#batch?.add(cell.table.name, keyText(cell.key), text);
    this.#size += cell.size - before;
    cell.packedIn = this.#next - 1;
    return text;
  }

  /** A row is to be written by the next checkpoint. */
  #wait(cell: Cell): void {
    cell.dueIn = this.#next;
    cell.table.dirty.push(cell);
    this.#dirtyRows += 1;
    this.#dirtySize += cell.size;
  }

  #take(shelf: Shelf, key: RowKey): Cell {
    const cell = cellOf(shelf, key, this.#state.get(shelf.name, keyText(key)) ?? null);
    if (this.#rows >= this.#rowsMax || this.#size + cell.size > limits.cachedTextMax) this.#makeRoom();
    shelf.cells.set(key, cell);
    this.#rows += 1;
    this.#size += cell.size;
    return cell;
  }

  /**
   * What was not asked for during a whole round of the sweep leaves memory, unless the store does not have it yet (the clock algorithm:
   * Corbato, A paging experiment with the Multics system, 1968). A few rows at a time, so that it never stops the world.
   */
  #makeRoom(): void {
    for (let looked = 0; looked < sweepRows; looked += 1) {
      this.#sweep ??= this.#shelves[this.#swept]?.cells.values() ?? null;
      const next = this.#sweep?.next();
      if (next === undefined || next.done === true) {
        this.#swept = (this.#swept + 1) % this.#shelves.length;
        this.#sweep = null;
        continue;
      }
      const cell = next.value;
      if (cell.recent) cell.recent = false;
      else if (cell.dueIn < 0 && (this.#batch === null || cell.packedIn !== this.#next - 1)) this.#drop(cell);
    }
  }

  #drop(cell: Cell): void {
    const { table, key, size } = cell;
    table.cells.delete(key);
    if (table.last === cell) table.last = undefined;
    // It may still stand beside another one, where nobody takes it for a row any more.
    cell.dueIn = gone;
    cell.value = undefined;
    cell.text = null;
    cell.beside = null;
    this.#rows -= 1;
    this.#size -= size;
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

  /** For Tables only. */
  static shelfOf(table: Table<unknown>): Shelf {
    return table.#shelf;
  }

  get(key: K): Readonly<T> | undefined {
    return valueOf(this.#tables.cell(this.#shelf, key)) as T | undefined; // a table is written and read under one type
  }

  edit(key: K, make: () => T): T {
    const cell = this.#tables.cell(this.#shelf, key);
    this.#tables.touch(cell);
    const value = valueOf(cell) ?? (cell.value = make());
    return value as T; // a table is written and read under one type
  }

  set(key: K, value: T): void {
    const cell = this.#tables.cell(this.#shelf, key);
    this.#tables.touch(cell);
    cell.text = null;
    cell.value = value;
  }

  delete(key: K): void {
    const cell = this.#tables.cell(this.#shelf, key);
    if (cell.value === undefined && cell.text === null) return;
    this.#tables.touch(cell);
    cell.text = null;
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
  return { key, value: undefined, text, dueIn: -1, recent: true, packedIn: -1, table, beside: null, size: text?.length ?? newRowSize };
}

function valueOf(cell: Cell): unknown {
  if (cell.text !== null) {
    cell.value = decode(cell.text);
    cell.text = null;
  }
  return cell.value;
}

function encode(cell: Cell): string | null {
  if (cell.text !== null) return cell.text;
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
