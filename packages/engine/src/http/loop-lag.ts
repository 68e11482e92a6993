// How long what is read from the sockets just now may have lain there: since the turn of the event loop before the last one ended. A stop
// of the process (the garbage collector, a slow disk call) is seen by nobody while it lasts; afterwards everything that came meanwhile is
// read at once, and looks new.
// Non-goal: being right after idle time, when nobody asked for a while; whoever uses it must know that the server is busy.
import type { Clock } from '../ports/clock.js';

export class LoopLag {
  readonly #clock: Clock;
  #endedMs: number;
  #endedBeforeMs: number;
  #watching = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endedMs = clock.elapsedMs();
    this.#endedBeforeMs = this.#endedMs;
  }

  /** By the monotonic clock: nothing that is read in this turn came earlier. To be asked in every turn that reads. */
  sinceMs(): number {
    if (!this.#watching) {
      this.#watching = true;
      void this.#watch();
    }
    return this.#endedBeforeMs;
  }

  async #watch(): Promise<void> {
    await this.#clock.yield();
    this.#watching = false;
    this.#endedBeforeMs = this.#endedMs;
    this.#endedMs = this.#clock.elapsedMs();
  }
}
