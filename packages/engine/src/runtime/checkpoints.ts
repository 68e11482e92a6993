// When the state is written: each minute, when rows wait or much was folded, before bytes are destroyed, and at closing. One at a time.
// Invariants: none begins while somebody is being forgotten, since the rows would lie between two states. One that a full disk or a busy
// machine refused is tried again later. One that fails otherwise stops the engine, as a failed sync does: rows that only the store holds
// cannot be read any more, and nobody may be taken for unknown. The next start folds them from the log, which is the truth.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import { DiskError } from '../ports/disk.js';
import type { Log } from '../ports/log.js';
import type { Core } from './core.js';
import { checkpoint } from './recover.js';

export interface CheckpointParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly isHalted: () => boolean;
  readonly halt: (error: unknown) => void;
  /** While somebody is being forgotten: until when. */
  readonly forgetting: () => Promise<unknown> | null;
  readonly onDone: () => void;
}

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #running: Promise<void> | null = null;
  #doneAt: number;
  /** By the monotonic clock: before this, rows that wait are no reason for another one. */
  #notBeforeMs = 0;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#doneAt = parts.core.fold.position;
  }

  /** The one that is under way. */
  get running(): Promise<void> | null {
    return this.#running;
  }

  /** Often and small, because handing rows to the store is one piece of work; but of the time it gets a small share at most. */
  startIfDue(): void {
    const { tables, fold } = this.#parts.core;
    const due = tables.dirtyRows >= limits.checkpointRows && this.#parts.clock.elapsedMs() >= this.#notBeforeMs;
    const must = tables.pressure >= 1 || fold.position - this.#doneAt >= limits.checkpointEvents;
    if (due || must) this.start();
  }

  /** Begins one, unless there is nothing to write or it may not be now. */
  start(): void {
    const { core, isHalted, forgetting } = this.#parts;
    if (forgetting() !== null || this.#running !== null || core.fold.position === this.#doneAt || isHalted()) return;
    void this.#runOrHalt().catch(() => undefined);
  }

  /** Resolves when one that began after the call is durable. Rejects with what the store throws. */
  async now(): Promise<void> {
    while (this.#running !== null || this.#parts.forgetting() !== null) {
      await this.#running?.catch(() => undefined);
      await this.#parts.forgetting();
    }
    if (this.#parts.isHalted()) throw new CodedError('log_failed');
    return this.#runOrHalt();
  }

  /** At closing: waits for the one under way, then tries one more. */
  async last(): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.#run().catch(() => undefined);
  }

  async #runOrHalt(): Promise<void> {
    try {
      await this.#run();
    } catch (error) {
      if (!(error instanceof DiskError && (error.code === 'no_space' || error.code === 'busy'))) this.#parts.halt(error);
      throw error;
    }
  }

  async #run(): Promise<void> {
    const { core, clock, onDone } = this.#parts;
    const position = core.fold.position;
    const fromMs = clock.elapsedMs();
    this.#running = checkpoint(core, this.#parts);
    try {
      await this.#running;
      this.#doneAt = position;
      onDone();
    } finally {
      this.#running = null;
      const untilMs = clock.elapsedMs();
      this.#notBeforeMs = untilMs + Math.max(limits.checkpointGapMs, (untilMs - fromMs) * limits.checkpointGapTimes);
    }
  }
}
