// The near end of the thread that seals by person. Started with the first segment, ended by `close`; it keeps no process alive while
// nothing is being sealed. One piece of work at a time.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { CodedError } from '../base/errors.js';
import type { Resealer } from './file-log/compactor.js';
import { keysIn, ResealEnded, type Resealed, type ResealInput } from './file-log/reseal.js';
import type { ResealAnswer } from './reseal-thread.js';

// By the package's own name: the thread runs what was built, also when this file is run from its source by a test.
const script = createRequire(import.meta.url).resolve('ethogram/internal/adapters/reseal-thread');

/**
 * Twice what V8 takes of itself. Nearly all that the thread makes is garbage by the next person; collecting it is done by threads of the
 * whole process, which do not give way to whoever takes events in.
 */
const maxYoungGenerationSizeMb = 96;

export class ResealThread implements Resealer {
  #worker: Worker | null = null;
  #told: ((answer: ResealAnswer) => void) | null = null;
  /** The thread hears no message while it works, so it looks here: not 0: end. */
  readonly #end = new Int32Array(new SharedArrayBuffer(4));

  reseal(input: ResealInput): Promise<Resealed> {
    assert(this.#told === null, 'one piece of work at a time');
    Atomics.store(this.#end, 0, 0);
    return new Promise((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      worker.ref();
      this.#told = (answer) => {
        this.#told = null;
        // Whoever closes waits for its end.
        if (this.#worker === worker) worker.unref();
        if ('done' in answer) resolve(answer.done);
        else if ('ended' in answer) reject(new ResealEnded('sealing was to end'));
        else reject('damage' in answer ? new CodedError('log_damaged', answer.damage) : new Error(answer.failure));
      };
      const given = input.sources.flatMap(({ bytes }) => (bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []));
      worker.postMessage(input, given);
      // The thread has copies by now, and overwrites them itself; memory that both ends have, too.
      for (const key of keysIn(input)) if (key.buffer instanceof ArrayBuffer) key.fill(0);
    });
  }

  end(): void {
    Atomics.store(this.#end, 0, 1);
  }

  async close(): Promise<void> {
    this.end();
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
      execArgv: [],
      workerData: this.#end,
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb },
    });
    worker.on('message', (answer: ResealAnswer) => this.#told?.(answer));
    worker.on('error', (error) => this.#ended(worker, error.message));
    worker.on('exit', () => this.#ended(worker, 'the thread ended'));
    return worker;
  }

  #ended(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#told?.({ failure: message });
  }
}
