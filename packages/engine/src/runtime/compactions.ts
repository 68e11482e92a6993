// Seals by person, again and again, what has been under shared keys for long enough. One that fails (a full disk, a damaged segment) is
// tried again, and why the last one failed is there to be told. Non-goal: what an erasure waits for (runtime/erasures.ts).
import { codeOf, type ErrorCode } from '../base/errors.js';
import type { Log } from '../ports/log.js';
import type { Core } from './core.js';
import type { Writer } from './writer.js';

export class Compactions {
  readonly #log: Log;
  readonly #core: Core;
  readonly #writer: Writer;
  #running: Promise<unknown> | null = null;
  #failed: ErrorCode | null = null;

  constructor(log: Log, core: Core, writer: Writer) {
    this.#log = log;
    this.#core = core;
    this.#writer = writer;
  }

  /** Why what is due is not done: the last one failed. null: it did not, or somebody else did it meanwhile. */
  get failing(): ErrorCode | null {
    return this.#log.hasDueHot ? this.#failed : null;
  }

  /** Begins, unless one is under way or nothing is due. */
  start(): void {
    if (this.#running !== null || this.#writer.halted || !this.#log.hasDueHot) return;
    this.#running = this.#log
      .compact({ words: this.#core.words(), dueOnly: true })
      .then(
        () => (this.#failed = null),
        (error: unknown) => (this.#failed = codeOf(error)),
      )
      .finally(() => (this.#running = null));
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }
}
