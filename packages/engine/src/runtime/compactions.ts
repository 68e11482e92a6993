// Seals by person, again and again, what has been under shared keys for long enough. One that fails (a full disk, a damaged segment) is
// tried again, and why the last one failed is there to be told. Non-goal: what an erasure waits for (runtime/erasures.ts).
import { codeOf, type ErrorCode } from '../base/errors.js';
import type { Log } from '../ports/log.js';

export class Compactions {
  readonly #log: Log;
  readonly #words: () => readonly string[];
  readonly #isHalted: () => boolean;
  #running: Promise<unknown> | null = null;
  /** Why the last one failed; null: it did not. */
  failing: ErrorCode | null = null;

  constructor(log: Log, words: () => readonly string[], isHalted: () => boolean) {
    this.#log = log;
    this.#words = words;
    this.#isHalted = isHalted;
  }

  /** Begins, unless one is under way or nothing is due. */
  start(): void {
    if (this.#running !== null || this.#isHalted() || !this.#log.hasDueHot) return;
    this.#running = this.#log
      .compact({ words: this.#words(), dueOnly: true })
      .then(
        () => (this.failing = null),
        (error: unknown) => (this.failing = codeOf(error)),
      )
      .finally(() => (this.#running = null));
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }
}
