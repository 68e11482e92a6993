// The near end of the thread that writes the state, and that copies it row by row. Started at the first write or copy, ended by `close`; it
// keeps no process alive while nothing is being done. One thing at a time.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.js';

export interface WriteFailure {
  /** The system's or LMDB's own number, if there was one. */
  readonly code: number | null;
  readonly message: string;
  /** False: the thread did not even start, so nothing was done. */
  readonly isBegun: boolean;
}

/** The chunks of a write, or the folder of a copy. */
export type WriterOrder = readonly Uint8Array<ArrayBuffer>[] | string;

/** The first is that it has the store open. */
export type WriterAnswer = 'ready' | 'done' | WriteFailure;

// By the package's own name: the thread runs what was built, also when this file is run from its source by a test.
const script = createRequire(import.meta.url).resolve('ethogram/internal/adapters/lmdb-writer-thread');

export class LmdbWriter {
  readonly #folder: string;
  #worker: Worker | null = null;
  /** The thread has the store open. */
  #isReady = false;
  #answer: ((failure: WriteFailure | null) => void) | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves with null when all rows are durable, with a failure when none are. The chunks are given away. */
  write(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<WriteFailure | null> {
    return this.#ask(
      chunks,
      chunks.map(({ buffer }) => buffer),
    );
  }

  /** Makes a store in that empty folder, of the rows of this one as they are now. Its files are the caller's to sync. */
  copyTo(folder: string): Promise<WriteFailure | null> {
    return this.#ask(folder, []);
  }

  #ask(order: WriterOrder, given: readonly ArrayBuffer[]): Promise<WriteFailure | null> {
    assert(this.#answer === null, 'one thing at a time');
    let worker: Worker;
    try {
      worker = this.#worker ??= this.#start();
    } catch (error) {
      return Promise.resolve({ code: null, message: error instanceof Error ? error.message : 'unknown', isBegun: false });
    }
    return new Promise((resolve) => {
      worker.ref();
      this.#answer = (failure) => {
        this.#answer = null;
        worker.unref();
        resolve(failure);
      };
      worker.postMessage(order, given);
    });
  }

  /** Ends the thread; the next write starts another. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    if (worker === null) return;
    await new Promise((resolve) => {
      worker.ref();
      worker.once('exit', resolve);
      worker.postMessage(null, []);
    });
  }

  #start(): Worker {
    const worker = new Worker(script, {
      workerData: this.#folder,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    this.#isReady = false;
    worker.on('message', (answer: WriterAnswer) => {
      if (answer === 'ready') this.#isReady = true;
      else this.#answer?.(answer === 'done' ? null : answer);
    });
    worker.on('error', (error) => this.#ended(worker, error.message));
    worker.on('exit', () => this.#ended(worker, 'the thread ended'));
    return worker;
  }

  #ended(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#answer?.({ code: null, message, isBegun: this.#isReady });
  }
}
