// The thread that writes the state: one message, one LMDB transaction, one answer. It exists because handing a hundred thousand rows to the
// library takes a tenth of a second, in which nobody would be answered.
// A message is the list of chunks (row-frames.ts), or the folder of a copy; the answer is `done` when all of it is durable (a copy: when it
// is written), else what went wrong. null closes.
import { parentPort, workerData } from 'node:worker_threads';
import { open } from 'lmdb';
import { assert } from '../base/assert.js';
import { lmdbOptions } from './lmdb-options.js';
import type { WriterAnswer, WriterOrder } from './lmdb-writer.js';
import { added, checksumIn, putChecksum, RowCheck, sumIn, sumName, sumValue } from './row-checksum.js';
import { rowsIn } from './row-frames.js';

const copyRows = 1000;

const port = parentPort;
const folder: unknown = workerData;
assert(port !== null && typeof folder === 'string', 'this runs as a thread of LmdbWriter');
const answer = (told: WriterAnswer): void => port.postMessage(told);
const db = open<unknown, Uint8Array>(folder, lmdbOptions);
answer('ready');

/** Each row gets its checksum here, and the row of the sum follows in the same transaction. */
function write(chunks: readonly Uint8Array[]): void {
  // Inside a transaction nothing is a promise: each put is done when it returns, and the commit has synced when this returns.
  db.transactionSync(() => {
    let sum = sumIn(db.get(sumName));
    for (const chunk of chunks) {
      for (const { name, value } of rowsIn(chunk)) {
        const before = db.get(name);
        if (before !== undefined) sum = added(sum, checksumIn(before), -1);
        if (value !== null) sum = added(sum, putChecksum(name, value), 1);
        void (value === null ? db.remove(name) : db.put(name, value));
      }
    }
    void db.put(sumName, sumValue(sum));
  });
}

/**
 * Row by row into a new tree: a copy of pages would keep the keys of deleted rows, which LMDB leaves as separators in its branch pages. All
 * of it in one read transaction, so the copy is of one commit.
 */
function copyTo(spare: string): void {
  // Nothing relies on the copy before its files are synced, all at once.
  const fresh = open<unknown, Uint8Array>(spare, { ...lmdbOptions, noSync: true });
  const snapshot = db.useReadTransaction();
  const check = new RowCheck();
  try {
    let rows: { key: Uint8Array; value: unknown }[] = [];
    const put = (): void => {
      fresh.transactionSync(() => {
        for (const { key, value } of rows) fresh.putSync(key, value, { append: true });
      });
      rows = [];
    };
    for (const row of db.getRange({ transaction: snapshot })) {
      check.see(row.key, row.value);
      if (rows.push(row) === copyRows) put();
    }
    put();
    check.end();
  } finally {
    snapshot.done();
    void fresh.close();
  }
}

port.on('message', (order: WriterOrder | null) => {
  if (order === null) {
    void db.close().finally(() => port.close());
    return;
  }
  try {
    if (typeof order === 'string') copyTo(order);
    else write(order);
    answer('done');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const message = error instanceof Error ? error.message : 'unknown';
    answer({ code: typeof code === 'number' ? code : null, message, isBegun: true });
  }
});
