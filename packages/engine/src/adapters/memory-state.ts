// State in memory, for tests and the simulator: a Map per table, its keys sorted when a range is first asked for after a change. It takes
// no key that the store on disk would not take, so that they find what would stop that one.
import { assert } from '../base/assert.js';
import { keyBytesMax } from './lmdb-options.js';
import { byteOrder } from '../ports/tables.js';
import { listBatch, type RowChange, type State, type StateBatch, type StateHead } from '../ports/state.js';

interface Rows {
  readonly values: Map<string, string>;
  /** Keys in UTF-8 byte order, deleted ones among them; undefined when a key has come since they were last sorted. */
  sorted: readonly string[] | undefined;
}

export class MemoryState implements State {
  #tables = new Map<string, Rows>();
  #head: StateHead | null = null;

  head(): StateHead | null {
    return this.#head;
  }

  get(table: string, key: string): string | undefined {
    return this.#tables.get(table)?.values.get(key);
  }

  *range(table: string, from?: string, below?: string): Iterable<readonly [key: string, value: string]> {
    const rows = this.#tables.get(table);
    if (rows === undefined) return;
    const keys = (rows.sorted ??= [...rows.values.keys()].sort(byteOrder));
    for (let at = from === undefined ? 0 : firstNotBelow(keys, from); at < keys.length; at++) {
      const key = keys[at];
      if (key === undefined || (below !== undefined && byteOrder(key, below) >= 0)) return;
      const value = rows.values.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  batch(): StateBatch {
    return listBatch((changes, head) => this.#commit(changes, head));
  }

  async wipe(): Promise<void> {
    this.#tables = new Map();
    this.#head = null;
    await Promise.resolve();
  }

  async scrub(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  async #commit(changes: readonly RowChange[], head: StateHead): Promise<void> {
    for (const [table, key, value] of changes) {
      let rows = this.#tables.get(table);
      if (rows === undefined) this.#tables.set(table, (rows = { values: new Map(), sorted: undefined }));
      if (value === null) {
        rows.values.delete(key);
      } else {
        assert(table.length + 1 + Buffer.byteLength(key) <= keyBytesMax, 'a row key fits the store');
        if (!rows.values.has(key)) rows.sorted = undefined;
        rows.values.set(key, value);
      }
    }
    this.#head = { ...head };
    await Promise.resolve();
  }
}

function firstNotBelow(keys: readonly string[], bound: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle];
    if (key !== undefined && byteOrder(key, bound) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
