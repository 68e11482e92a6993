// A clock that stands still until a test moves it: `advance` lets time pass and fires timers; `set` makes the wall clock jump, alone.
import { assert } from '../base/assert.js';
import type { Clock } from '../ports/clock.js';

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
}

export class ManualClock implements Clock {
  #wallMs: number;
  #elapsedMs = 0;
  #timers: Timer[] = [];

  /** Starts at `nowMs`, by default 2026-01-01T00:00:00Z. */
  constructor(nowMs = 1_767_225_600_000) {
    this.#wallMs = nowMs;
  }

  now(): number {
    return Math.floor(this.#wallMs);
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, ms), task };
    // Behind all that are due no later: timers of one moment fire in the order in which they were set.
    const at = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(at < 0 ? this.#timers.length : at, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  yield(): Promise<void> {
    return Promise.resolve();
  }

  /** Makes the wall clock show `nowMs`, forwards or backwards, as an adjusted machine does. */
  set(nowMs: number): void {
    this.#wallMs = nowMs;
  }

  /** Lets `ms` pass; timers that come due fire in order, each at its own time, also those set meanwhile. */
  advance(ms: number): void {
    assert(ms >= 0, 'time passes forwards');
    const endMs = this.#elapsedMs + ms;
    for (let next = this.#timers[0]; next !== undefined && next.dueMs <= endMs; next = this.#timers[0]) {
      this.#timers.shift();
      this.#pass(next.dueMs - this.#elapsedMs);
      next.task();
    }
    this.#pass(endMs - this.#elapsedMs);
  }

  #pass(ms: number): void {
    this.#elapsedMs += ms;
    this.#wallMs += ms;
  }
}
