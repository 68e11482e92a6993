// Virtual time for the simulator: a heap of tasks by (time, seq). `run` takes the next one, sets the clock to its time, runs it, and then
// lets every promise that it woke run to its end before the next task is taken.
//
// How the microtasks are drained: by waiting for one setImmediate. The runtime empties the whole microtask queue, however long its chains,
// before it comes to an immediate, so nothing is left over and nothing depends on how many awaits an engine has between two steps. That is
// deterministic as long as the code under test waits for nothing real (timers, files, worker threads): all of those are ports (law 6).
//
// Invariant: the same seed and the same code give the same order of tasks, and `traceHash` says so.
import { createHash } from 'node:crypto';
import { assert } from '../base/assert.js';
import type { Clock } from '../ports/clock.js';
import { SeededRandom } from './seeded-random.js';
import { TaskHeap, type Task } from './task-heap.js';

const usPerMs = 1000;
const yieldUsMax = 50;
const traceBatchLines = 256;

export interface SchedulerOptions {
  readonly seed: number;
  /** Wall time at the start, ms since 1970 UTC. Default 2026-01-01. */
  readonly startMs?: number;
}

export class Scheduler implements Clock {
  /** The chance of this run; parts take `random.fork()`. */
  readonly random: SeededRandom;
  readonly #startMs: number;
  readonly #heap = new TaskHeap();
  readonly #hash = createHash('sha256');
  #traced: string[] = [];
  #nowUs = 0;
  #seq = 0;
  #skewMs = 0;
  #tasksRun = 0;
  #running = false;

  constructor(options: SchedulerOptions) {
    this.random = new SeededRandom(options.seed);
    this.#startMs = options.startMs ?? 1_767_225_600_000;
  }

  now(): number {
    return this.#startMs + this.#skewMs + Math.floor(this.#nowUs / usPerMs);
  }

  elapsedMs(): number {
    return this.#nowUs / usPerMs;
  }

  after(ms: number, task: () => void): () => void {
    return this.#set(Math.ceil(Math.max(0, ms) * usPerMs), task);
  }

  /** Comes back after up to 50 virtual microseconds, by chance: what else is due goes before or after, as the seed will have it. */
  yield(): Promise<void> {
    return new Promise((resolve) => this.#set(this.random.int(yieldUsMax), resolve));
  }

  /** Makes the wall clock jump by so much; durations and timers do not notice. */
  jump(ms: number): void {
    this.#skewMs += Math.trunc(ms);
  }

  /** A clock for one process of the simulated world: when it is killed, its timers and yields never come back. */
  process(): SimulatedProcess {
    return new SimulatedProcess(this);
  }

  /** Tasks run so far. */
  get tasksRun(): number {
    return this.#tasksRun;
  }

  get waiting(): number {
    return this.#heap.size;
  }

  /** Adds a line to the trace. Parts of the simulator note what they do; the engine under test need not. */
  trace(line: string): void {
    if (this.#traced.push(`${this.#nowUs} ${line}\n`) >= traceBatchLines) this.#foldTrace();
  }

  /** Lower-case hex over every task and trace line so far. */
  get traceHash(): string {
    this.#foldTrace();
    return this.#hash.copy().digest('hex');
  }

  /** Runs all tasks due up to `untilMs` of elapsed virtual time, then stands there. It ends early by what a task throws, or by `stop`. */
  async run(untilMs: number, stop: () => boolean = () => false): Promise<void> {
    assert(!this.#running, 'one run at a time');
    this.#running = true;
    const untilUs = Math.floor(untilMs * usPerMs);
    try {
      await drained();
      for (let next = this.#heap.peek(); next !== undefined && next.atUs <= untilUs && !stop(); next = this.#heap.peek()) {
        this.#heap.pop();
        const { run } = next;
        if (run === null) continue;
        next.run = null;
        this.#nowUs = next.atUs;
        this.#tasksRun++;
        this.trace(`task ${next.seq}`);
        run();
        await drained();
      }
      if (!stop()) this.#nowUs = Math.max(this.#nowUs, untilUs);
    } finally {
      this.#running = false;
    }
  }

  /** Runs until the promise has settled, and gives its value. Fails (assertion) when nothing is left that could settle it. */
  async settle<T>(work: Promise<T>, withinMs = 3_600_000): Promise<T> {
    let settled = false;
    const watched = work.finally(() => (settled = true));
    watched.catch(() => {});
    await this.run(this.elapsedMs() + withinMs, () => settled);
    assert(settled, 'the work settles within its virtual time');
    return watched;
  }

  #set(inUs: number, run: () => void): () => void {
    const task: Task = { atUs: this.#nowUs + inUs, seq: this.#seq++, run };
    this.#heap.push(task);
    return () => {
      task.run = null;
    };
  }

  #foldTrace(): void {
    if (this.#traced.length > 0) this.#hash.update(this.#traced.join(''));
    this.#traced = [];
  }
}

export class SimulatedProcess implements Clock {
  readonly #scheduler: Scheduler;
  #alive = true;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** From a task of the scheduler: then nothing of the process is in the middle of a step. */
  kill(): void {
    this.#alive = false;
  }

  now(): number {
    return this.#scheduler.now();
  }

  elapsedMs(): number {
    return this.#scheduler.elapsedMs();
  }

  after(ms: number, task: () => void): () => void {
    return this.#scheduler.after(ms, () => {
      if (this.#alive) task();
    });
  }

  yield(): Promise<void> {
    return new Promise((resolve) => {
      void this.#scheduler.yield().then(() => {
        if (this.#alive) resolve();
      });
    });
  }
}

/** Resolves when every promise that can settle by itself has. */
export function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
