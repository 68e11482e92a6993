// The store of folded state: rows of text by (table, key). It holds only what can be rebuilt from the log. A commit is atomic: rows and the
// position they reflect become visible and durable together, or not at all.

export type RowChange = readonly [table: string, key: string, value: string | null];

export interface StateHead {
  /** The fold has seen every position below this one. */
  readonly position: number;
  /** The log's redaction count that the rows reflect. */
  readonly redactions: number;
  /** Format of the rows: a difference means wipe and replay. */
  readonly format: string;
}

export interface StateBatch {
  /** null deletes; a later one of the same row wins. */
  add(table: string, key: string, value: string | null): void;
  /**
   * Applies the rows and the head in one transaction; resolves when durable. The batch is spent. Rejects with DiskError no_space or busy
   * when all is as before and a later one may succeed; with anything else when what is stored cannot be trusted any more.
   */
  commit(head: StateHead): Promise<void>;
}

export interface State {
  /** What the rows reflect; null when the store is new, was wiped, or cannot be trusted. */
  head(): StateHead | null;
  /** Undefined: there is no such row. Throws when that cannot be known: while the store is not trusted, or closed; `range` too. */
  get(table: string, key: string): string | undefined;
  /** Rows of a table in key order (UTF-8 byte order), keys in [from, below). */
  range(table: string, from?: string, below?: string): Iterable<readonly [key: string, value: string]>;
  /** The rows of the next commit, packed one by one, so that nobody has to hold all of them as text. */
  batch(): StateBatch;
  wipe(): Promise<void>;
  /**
   * Rewrites what is stored, so that nothing deleted or replaced is left of it anywhere. Reads go on meanwhile; commits wait. Rejects with
   * DiskError no_space when there is no room for a copy, busy when it could not begin; all is then as before.
   */
  scrub(): Promise<void>;
  close(): Promise<void>;
}

/** A batch that is a list, for stores in memory. */
export function listBatch(commit: (rows: readonly RowChange[], head: StateHead) => Promise<void>): StateBatch {
  const rows: RowChange[] = [];
  return {
    add: (table, key, value) => void rows.push([table, key, value]),
    commit: (head) => commit(rows, head),
  };
}

/** A commit of a few rows. */
export async function commitRows(state: State, rows: readonly RowChange[], head: StateHead): Promise<void> {
  const batch = state.batch();
  for (const [table, key, value] of rows) batch.add(table, key, value);
  await batch.commit(head);
}
