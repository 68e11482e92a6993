// The machine's clocks and timers. The wall clock may jump; durations are taken from the monotonic one.
import type { Clock } from '../ports/clock.js';

const timerMsMax = 2 ** 31 - 1; // a longer one would fire at once

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  elapsedMs(): number {
    return performance.now();
  }

  after(ms: number, task: () => void): () => void {
    const dueMs = performance.now() + ms;
    let timer: NodeJS.Timeout;
    // A timer of the runtime may fire a fraction early, and cannot be long: so it is set again until its time has really come.
    const arm = (): void => {
      const leftMs = dueMs - performance.now();
      timer = setTimeout(() => (performance.now() < dueMs ? arm() : task()), Math.min(timerMsMax, Math.max(0, Math.ceil(leftMs))));
    };
    arm();
    return () => clearTimeout(timer);
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
