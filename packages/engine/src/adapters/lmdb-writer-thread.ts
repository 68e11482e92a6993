// The thread that writes the state: one message, one LMDB transaction, one answer. It exists because handing a hundred thousand rows to the
// library takes a tenth of a second, in which nobody would be answered.
// A message is the list of chunks (row-frames.ts); the answer is null when all of it is durable, else what went wrong. null closes.
import { parentPort, workerData } from 'node:worker_threads';
import { open } from 'lmdb';
import { assert } from '../base/assert.js';
import { lmdbOptions } from './lmdb-options.js';
import { rowsIn } from './row-frames.js';

const port = parentPort;
const folder: unknown = workerData;
assert(port !== null && typeof folder === 'string', 'this runs as a thread of LmdbWriter');
const db = open<unknown, Uint8Array>(folder, lmdbOptions);

function write(chunks: readonly Uint8Array[]): void {
  // Inside a transaction nothing is a promise: each put is done when it returns, and the commit has synced when this returns.
  db.transactionSync(() => {
    for (const chunk of chunks) {
      for (const { name, value } of rowsIn(chunk)) void (value === null ? db.remove(name) : db.put(name, value));
    }
  });
}

port.on('message', (chunks: readonly Uint8Array[] | null) => {
  if (chunks === null) {
    void db.close().finally(() => port.close());
    return;
  }
  try {
    write(chunks);
    port.postMessage(null);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    port.postMessage({ code: typeof code === 'number' ? code : null, message: error instanceof Error ? error.message : 'unknown' });
  }
});
