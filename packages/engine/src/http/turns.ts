// Turns of the event loop: a kind of work (events, decisions) gets so many ms of each, what is left waits for the next turn, in order.
// Between two turns the loop reads its sockets, so a decision waits for one turn of events at most; and it takes one new connection each
// turn (libuv since 1.45 accepts once a turn), so long turns would shut new callers out for seconds. For the same reason, while new
// connections arrive, turns go by without such work, though never for longer than `deferMsMax` on end: nobody can stop it by connecting.
import type { Clock } from '../ports/clock.js';

/** So many tasks are looked back upon. */
const paceTasks = 64;
/** A turn in which the process stood still counts as a long one. */
const turnMsMax = 100;

export class Turns {
  readonly #clock: Clock;
  readonly #turnMs: number;
  readonly #deferMsMax: number;
  #arrived = false;
  #deferredFromMs: number | null = null;
  #waiting: (() => void)[] = [];
  /** ms of the clock from one task to the next while more waited, a mean over so many of the last ones. */
  #paceMs = 1;
  /** Tasks since the end of the last turn. */
  #ran = 0;
  #spentMs = 0;
  #turning = false;

  constructor(clock: Clock, turnMs: number, deferMsMax: number) {
    this.#clock = clock;
    this.#turnMs = turnMs;
    this.#deferMsMax = deferMsMax;
  }

  /** A connection came: there may be more behind it. */
  arrival(): void {
    this.#arrived = true;
  }

  /** How many tasks wait. Bounded by who is let in (admission.ts). */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How long a task that came now would wait, in ms, by how quickly they went lately. */
  get expectedMs(): number {
    return this.#waiting.length * this.#paceMs;
  }

  /** Runs the task now, or in a later turn. The task must not throw. */
  run(task: () => void): void {
    if (this.#waiting.length > 0 || this.#arrived || this.#spentMs >= this.#turnMs) this.#waiting.push(task);
    else this.#spend(task);
    if (!this.#turning) {
      this.#turning = true;
      void this.#turn();
    }
  }

  #spend(task: () => void): void {
    this.#ran += 1;
    const fromMs = this.#clock.elapsedMs();
    task();
    this.#spentMs += this.#clock.elapsedMs() - fromMs;
  }

  /** Does this turn go by for the sake of connections? */
  #defers(): boolean {
    const arrived = this.#arrived;
    this.#arrived = false;
    const nowMs = this.#clock.elapsedMs();
    if (arrived && this.#waiting.length > 0) {
      this.#deferredFromMs ??= nowMs;
      if (nowMs - this.#deferredFromMs < this.#deferMsMax) return true;
    }
    this.#deferredFromMs = null;
    return false;
  }

  /** By tasks, not by turns: a few that were slow (cold code, a stop of the process) do not make everybody seem late. */
  #learnPace(ms: number, tasks: number): void {
    this.#paceMs += (Math.min(ms, turnMsMax) / tasks - this.#paceMs) * Math.min(1, tasks / paceTasks);
  }

  async #turn(): Promise<void> {
    let lastMs = this.#clock.elapsedMs();
    this.#ran = 0;
    do {
      await this.#clock.yield();
      this.#spentMs = 0;
      if (this.#defers()) continue;
      let done = 0;
      while (done < this.#waiting.length && this.#spentMs < this.#turnMs) {
        const task = this.#waiting[done];
        done += 1;
        if (task !== undefined) this.#spend(task);
      }
      if (done > 0) this.#waiting = this.#waiting.slice(done);
      const nowMs = this.#clock.elapsedMs();
      // Only turns that left some: what is done between two of few tasks says nothing of how quickly many would go.
      if (done > 0 && this.#waiting.length > 0) this.#learnPace(nowMs - lastMs, this.#ran);
      lastMs = nowMs;
      this.#ran = 0;
    } while (this.#waiting.length > 0);
    this.#turning = false;
  }
}
