// Ctrl-C and SIGTERM: the first asks to stop, the second ends at once (what was acknowledged is on disk either way). SIGHUP, which comes
// when the window is closed, and then from shell and kernel both, only ever asks.
import { exitCode } from './exit-code.js';

export class Interrupt {
  readonly #handler = (): void => {
    if (this.#asked) process.exit(exitCode.interrupted);
    this.ask();
  };
  readonly #hungUp = (): void => this.ask();
  readonly #onFirst: () => void;
  #asked = false;
  readonly #waiting = new Set<() => void>();

  constructor(onFirst: () => void = () => undefined) {
    this.#onFirst = onFirst;
    process.on('SIGINT', this.#handler);
    process.on('SIGTERM', this.#handler);
    process.on('SIGHUP', this.#hungUp);
  }

  get asked(): boolean {
    return this.#asked;
  }

  /** Stops what waits, as Ctrl-C does, once. */
  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#onFirst();
    for (const each of this.#waiting) each();
    this.#waiting.clear();
  }

  /** Resolves when somebody asks to stop, or after `ms` if given. */
  wait(ms?: number): Promise<void> {
    if (this.#asked) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(end, ms);
      this.#waiting.add(end);
    });
  }

  release(): void {
    process.off('SIGINT', this.#handler);
    process.off('SIGTERM', this.#handler);
    process.off('SIGHUP', this.#hungUp);
  }
}
