// Tables: the cached, typed face of the State port. Rows are edited in memory while the log is folded and written behind, in checkpoints.
//
// A checkpoint writes exactly the rows as they were at one position although folding goes on meanwhile: a row that is about to be edited
// while it still waits for the running checkpoint is encoded first (copy on write). So no stop of the world is needed.
// Invariant: what `State` holds is always the fold of the log up to one position, never a mixture.
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';
import type { Clock } from './clock.js';
import type { RowChange, State, StateHead } from './state.js';

interface Cell {
  readonly table: string;
  readonly key: string;
  /** undefined: deleted. */
  value: unknown;
}

const join = (table: string, key: string): string => `${table}\u0000${key}`;

export class Tables {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #cachedRowsMax: number;
  #young = new Map<string, Cell>();
  #old = new Map<string, Cell>();
  #dirty = new Map<string, Cell>();
  /** Rows of the running checkpoint that are not encoded yet. */
  #flushing = new Map<string, Cell>();
  /** Rows of the running checkpoint as text, until the store has them. */
  #written = new Map<string, string | null>();
  #running: Promise<void> | null = null;

  constructor(state: State, clock: Clock, cachedRowsMax: number = limits.cachedRowsMax) {
    this.#state = state;
    this.#clock = clock;
    this.#cachedRowsMax = cachedRowsMax;
  }

  table<T>(name: string): Table<T> {
    assert(!name.includes('\u0000'), 'a table name holds no NUL');
    return new Table<T>(this, name);
  }

  /** How many rows wait for a checkpoint. */
  get dirtyRows(): number {
    return this.#dirty.size;
  }

  /** For Table only: the cell of a row, cached. */
  cell(table: string, key: string): Cell {
    const name = join(table, key);
    let cell = this.#young.get(name);
    if (cell !== undefined) return cell;
    cell = this.#old.get(name) ?? this.#dirty.get(name) ?? this.#flushing.get(name) ?? this.#load(name, table, key);
    this.#young.set(name, cell);
    if (this.#young.size > this.#cachedRowsMax / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return cell;
  }

  /** For Table only: announces an edit of the cell, before it happens. */
  touch(cell: Cell): void {
    const name = join(cell.table, cell.key);
    if (this.#flushing.delete(name)) this.#written.set(name, encode(cell.value));
    this.#dirty.set(name, cell);
  }

  /** For Table only: all rows of a table in key order, as the fold sees them now. */
  *rows(table: string, from?: string, below?: string): Iterable<readonly [string, unknown]> {
    const prefix = join(table, '');
    const changed = new Map<string, unknown>();
    for (const [name, text] of this.#written) if (name.startsWith(prefix)) changed.set(name.slice(prefix.length), decode(text));
    for (const map of [this.#flushing, this.#dirty]) {
      for (const [name, cell] of map) if (name.startsWith(prefix)) changed.set(cell.key, cell.value);
    }
    const fresh = [...changed.keys()].filter(
      (key) => (from === undefined || byteOrder(key, from) >= 0) && (below === undefined || byteOrder(key, below) < 0),
    );
    fresh.sort(byteOrder);
    let next = 0;
    for (const [key, text] of this.#state.range(table, from, below)) {
      for (let candidate = fresh[next]; candidate !== undefined && byteOrder(candidate, key) < 0; candidate = fresh[next]) {
        next += 1;
        const value = changed.get(candidate);
        if (value !== undefined) yield [candidate, value];
      }
      if (fresh[next] === key) {
        next += 1;
        const value = changed.get(key);
        if (value !== undefined) yield [key, value];
      } else {
        yield [key, decode(text)];
      }
    }
    for (; next < fresh.length; next += 1) {
      const key = fresh[next];
      if (key === undefined) break;
      const value = changed.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /**
   * Writes every row edited so far with `head`, in slices that let other work through. Resolves when it is durable.
   * A call while one runs waits for it and then writes its own. Rejects when the store cannot commit; the rows then wait for the next one.
   */
  async checkpoint(head: StateHead, extra: readonly RowChange[] = []): Promise<void> {
    assert(this.#running === null, 'one checkpoint at a time');
    this.#flushing = this.#dirty;
    this.#dirty = new Map();
    this.#running = this.#flush(head, extra);
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
  }

  get checkpointing(): boolean {
    return this.#running !== null;
  }

  /** Forgets every cached and waiting row: the store was wiped. */
  reset(): void {
    assert(this.#running === null, 'no reset during a checkpoint');
    this.#young = new Map();
    this.#old = new Map();
    this.#dirty = new Map();
  }

  async #flush(head: StateHead, extra: readonly RowChange[]): Promise<void> {
    let slice = 0;
    for (const [name, cell] of this.#flushing) {
      this.#flushing.delete(name);
      this.#written.set(name, encode(cell.value));
      slice += 1;
      if (slice % limits.checkpointSliceRows === 0) await this.#clock.yield();
    }
    const changes: RowChange[] = [...extra];
    for (const [name, text] of this.#written) {
      const cut = name.indexOf('\u0000');
      changes.push([name.slice(0, cut), name.slice(cut + 1), text]);
    }
    try {
      await this.#state.commit(changes, head);
    } catch (error) {
      for (const [table, key, text] of changes) {
        const name = join(table, key);
        if (this.#written.has(name) && !this.#dirty.has(name))
          this.#dirty.set(name, this.#young.get(name) ?? this.#old.get(name) ?? { table, key, value: decode(text) });
      }
      throw error;
    } finally {
      this.#written = new Map();
    }
  }

  #load(name: string, table: string, key: string): Cell {
    const written = this.#written.get(name);
    const text = written === undefined ? this.#state.get(table, key) : written;
    return { table, key, value: decode(text ?? null) };
  }
}

/** Rows of one table. Values are plain JSON; the type is the writer's promise, kept by the format version of the state. */
export class Table<T> {
  readonly name: string;
  readonly #tables: Tables;

  constructor(tables: Tables, name: string) {
    this.#tables = tables;
    this.name = name;
  }

  /** The row, not to be changed by the caller. */
  get(key: string): Readonly<T> | undefined {
    return this.#value(key);
  }

  /** The row for changing in place, made first if missing. */
  edit(key: string, make: () => T): T {
    const cell = this.#tables.cell(this.name, key);
    this.#tables.touch(cell);
    if (cell.value === undefined) cell.value = make();
    return cell.value as T; // a table is written and read under one type
  }

  set(key: string, value: T): void {
    const cell = this.#tables.cell(this.name, key);
    this.#tables.touch(cell);
    cell.value = value;
  }

  delete(key: string): void {
    const cell = this.#tables.cell(this.name, key);
    if (cell.value === undefined) return;
    this.#tables.touch(cell);
    cell.value = undefined;
  }

  /** Rows in key order (UTF-8 bytes), keys in [from, below). Do not edit this table while iterating. */
  rows(from?: string, below?: string): Iterable<readonly [string, Readonly<T>]> {
    return this.#tables.rows(this.name, from, below) as Iterable<readonly [string, Readonly<T>]>;
  }

  #value(key: string): T | undefined {
    return this.#tables.cell(this.name, key).value as T | undefined;
  }
}

function encode(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
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
