// The scheduler of the race suite: every yield, sync, commit, timer and client step waits here, and a chooser says which goes on next. It
// also says how far the promises woken by the last step run before the next one starts, so that a step may fall between any two awaits.
// Why not ../scheduler.ts: there, chance draws durations and order follows from them; here the order itself is what is drawn or listed.
// Invariant: the same choices and the same code give the same run; `trace` is equal for equal runs.
import { assert } from '../../base/assert.js';
import type { Clock } from '../../ports/clock.js';
import { drained } from '../scheduler.js';

export interface Chooser {
  /** Which of so many waiting steps goes on; 0 has waited longest. */
  pick(options: number): number;
  /** How many turns of the promise queue a step gets before the next one; null: until nothing moves by itself. */
  hops(): number | null;
}

interface Step {
  readonly label: string;
  /** Of a timer: when it is due. */
  readonly dueMs: number;
  run: (() => void) | null;
}

const stepsMax = 5_000;
/** A timer this far ahead waits until nothing else can go on. */
const aheadMs = 10_000;

export class Turns implements Clock {
  chooser: Chooser;
  readonly #startMs = 1_767_225_600_000;
  #nowMs = 0;
  #ready: Step[] = [];
  #timers: Step[] = [];
  #one = 0x811c9dc5;
  #other = 0x9747b28c;

  constructor(chooser: Chooser) {
    this.chooser = chooser;
  }

  now(): number {
    return this.#startMs + this.#nowMs;
  }

  elapsedMs(): number {
    return this.#nowMs;
  }

  after(ms: number, task: () => void): () => void {
    const step: Step = { label: 'timer', dueMs: this.#nowMs + ms, run: task };
    this.#timers.push(step);
    this.#timers.sort((a, b) => a.dueMs - b.dueMs);
    return () => {
      step.run = null;
    };
  }

  yield(): Promise<void> {
    return this.turn('yield');
  }

  /** Resolves when it is chosen. */
  turn(label: string): Promise<void> {
    return new Promise((resolve) => this.#ready.push({ label, dueMs: 0, run: resolve }));
  }

  /** Goes on until `done`, or until nothing is left that could go on; says whether it was done. A step takes a virtual millisecond. */
  async until(done: () => boolean): Promise<boolean> {
    for (let step = 0; step < stepsMax; step += 1) {
      if (done()) return true;
      let options = this.#options();
      if (options.length === 0) {
        await drained();
        if (done()) return true;
        options = this.#options();
        if (options.length === 0) return false;
      }
      const chosen = options[options.length === 1 ? 0 : this.chooser.pick(options.length)];
      assert(chosen !== undefined, 'a chooser picks one of those that wait');
      this.#nowMs = Math.max(this.#nowMs + 1, chosen.dueMs);
      const { run } = chosen;
      chosen.run = null;
      run?.();
      const hops = this.chooser.hops();
      this.#note(`${chosen.label} ${hops ?? ''}`);
      if (hops === null) await drained();
      for (let hop = 0; hop < (hops ?? 0); hop += 1) await Promise.resolve();
    }
    return false;
  }

  /** Steps that could go on now, timers aside. */
  get waiting(): number {
    return this.#ready.filter(({ run }) => run !== null).length;
  }

  /** Hash of the steps so far, in order, with their hops. */
  get trace(): string {
    return `${this.#one.toString(16)}${this.#other.toString(16).padStart(8, '0')}`;
  }

  /** Whatever is ready, and the timer that is due first: it may come before steps that are only slow, unless it is far away. */
  #options(): Step[] {
    this.#ready = this.#ready.filter(({ run }) => run !== null);
    this.#timers = this.#timers.filter(({ run }) => run !== null);
    const first = this.#timers[0];
    if (first === undefined) return this.#ready;
    return this.#ready.length === 0 || first.dueMs - this.#nowMs <= aheadMs ? [...this.#ready, first] : this.#ready;
  }

  /** Two hashes of 32 bits in the manner of FNV-1a, with different factors. */
  #note(line: string): void {
    for (let at = 0; at < line.length; at += 1) {
      this.#one = Math.imul(this.#one ^ line.charCodeAt(at), 0x01000193) >>> 0;
      this.#other = Math.imul(this.#other ^ line.charCodeAt(at), 0x85ebca6b) >>> 0;
    }
  }
}
