// A clock that runs at the machine's speed from a given moment on: so that a bench happens at the same date whenever it is run.
import type { OpenOptions } from 'ethogram';

export type BenchClock = NonNullable<OpenOptions['clock']>;

export class ShiftedClock implements BenchClock {
  readonly #startMs: number;
  readonly #begunMs = performance.now();

  /** `startMs`: what the clock shows now, ms since 1970 UTC. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  now(): number {
    return Math.floor(this.#startMs + performance.now() - this.#begunMs);
  }

  elapsedMs(): number {
    return performance.now();
  }

  after(ms: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.max(0, Math.ceil(ms)));
    return () => clearTimeout(timer);
  }

  yield(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
