// Ctrl-C and SIGTERM: the first asks to stop, the second ends at once (what was acknowledged is on disk either way).
import { exitCode } from './exit-code.js';

export class Interrupt {
  readonly #handler: () => void;
  #asked = false;
  #waiting: (() => void)[] = [];

  constructor(onFirst: () => void = () => undefined) {
    this.#handler = () => {
      if (this.#asked) process.exit(exitCode.interrupted);
      this.#asked = true;
      onFirst();
      for (const each of this.#waiting) each();
      this.#waiting = [];
    };
    process.on('SIGINT', this.#handler);
    process.on('SIGTERM', this.#handler);
  }

  get asked(): boolean {
    return this.#asked;
  }

  /** Resolves when somebody asks to stop, or after `ms` if given. */
  wait(ms?: number): Promise<void> {
    if (this.#asked) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  release(): void {
    process.off('SIGINT', this.#handler);
    process.off('SIGTERM', this.#handler);
  }
}
