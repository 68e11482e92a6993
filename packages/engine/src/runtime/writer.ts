// The writer: turns waiting requests into records, one group commit after another. While one record syncs, the one before it is folded and
// acknowledged, and the next gathers.
//
//   submit -> queue -> sequence (gate, duplicates, order) -> append -> sync -> fold -> acknowledge
//
// Invariants: nothing is acknowledged before the sync of its record and key; events are folded in log order, after their sync; a failed
// write or sync stops everything (fail-stop). Decisions are appended at once, outside the queue, and synced soon after.
import { CodedError, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, type Failure, type Result } from '../base/result.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { sequenceEventsMax, type Rejection, type Sequenced, type Sequencer, type Waiting } from '../collect/sequencer.js';
import type { Fold } from '../understand/fold.js';
import { EventBytes } from './event-bytes.js';

export interface WriteAnswer {
  readonly accepted: number;
  readonly rejections: readonly Rejection[];
}

interface Request {
  readonly waiting: readonly Waiting[];
  taken: number;
  accepted: number;
  readonly rejections: Rejection[];
  failure: Failure | null;
  readonly done: (answer: Result<WriteAnswer>) => void;
  readonly broken: (error: unknown) => void;
}

export class Writer {
  readonly #log: Log;
  readonly #bytes = new EventBytes();
  readonly #clock: Clock;
  readonly #sequencer: Sequencer;
  readonly #fold: Fold;
  readonly #onSettled: () => void;
  readonly #relief: () => Promise<unknown> | null;
  readonly #onHalt: (error: unknown) => void;
  readonly #queue: Request[] = [];
  readonly #tasks: { readonly run: () => Promise<void>; readonly broken: (error: unknown) => void }[] = [];
  #unsettled: Sequenced[] = [];
  /** Requests that are wholly sequenced and wait for the running sync. */
  #syncing: Request[] = [];
  /** Requests whose records are on disk: they are folded and answered while the next sync runs. */
  #synced: Request[] = [];
  #waitingEvents = 0;
  #running = false;
  #lazy: (() => void) | null = null;
  /** Who waits until everything below a position is on disk and folded. */
  #awaiting: { readonly below: number; readonly done: () => void; readonly broken: (error: unknown) => void }[] = [];
  #halted: unknown = null;
  #idle: (() => void)[] = [];

  constructor(parts: {
    readonly log: Log;
    readonly clock: Clock;
    readonly sequencer: Sequencer;
    readonly fold: Fold;
    readonly onSettled: () => void;
    /** What to wait for before more is taken in, because too much waits for the store; null: nothing. */
    readonly relief: () => Promise<unknown> | null;
    readonly onHalt: (error: unknown) => void;
  }) {
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#sequencer = parts.sequencer;
    this.#fold = parts.fold;
    this.#onSettled = parts.onSettled;
    this.#relief = parts.relief;
    this.#onHalt = parts.onHalt;
  }

  /** Events that wait to be written: what admission control looks at. */
  get waitingEvents(): number {
    return this.#waitingEvents;
  }

  get halted(): boolean {
    return this.#halted !== null;
  }

  /**
   * Resolves when all of it is on disk and folded, or refused. Resolves with `overloaded`, keeping nothing, when too much waits already.
   */
  submit(waiting: readonly Waiting[]): Promise<Result<WriteAnswer>> {
    if (this.#halted !== null) return Promise.reject(new CodedError('log_failed'));
    if (this.#waitingEvents + waiting.length > limits.pendingEventsMax) return Promise.resolve(fail('overloaded'));
    this.#waitingEvents += waiting.length;
    return new Promise((done, broken) => {
      this.#queue.push({ waiting, taken: 0, accepted: 0, rejections: [], failure: null, done, broken });
      this.#start();
    });
  }

  /**
   * Appends facts at once, without waiting for a sync; they are synced and folded within limits.lazySyncMs. `urgent`: also on a full disk.
   */
  appendNow(events: readonly BehaviourEvent[], urgent = false): Result<number> {
    if (this.#halted !== null) throw new CodedError('log_failed');
    const appended = this.#log.append(this.#bytes.of(events), { urgent });
    if (!appended.ok) return appended;
    this.#unsettled.push({ first: appended.first, events });
    if (!this.#running) this.#lazy ??= this.#clock.after(limits.lazySyncMs, () => this.#start());
    return { ok: true, value: appended.first };
  }

  /** Resolves when everything appended so far is on disk and folded: for decisions that are synced before they are answered. */
  settled(): Promise<void> {
    if (this.#halted !== null) return Promise.reject(new CodedError('log_failed'));
    const below = this.#log.head;
    if (this.#fold.position >= below) return Promise.resolve();
    return new Promise((done, broken) => {
      this.#awaiting.push({ below, done, broken });
      this.#start();
    });
  }

  /** Runs `task` when everything before it is on disk and folded, and nothing else moves meanwhile. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    if (this.#halted !== null) return Promise.reject(new CodedError('log_failed'));
    return new Promise((done, broken) => {
      const run = async (): Promise<void> => {
        const value = await task();
        done(value);
      };
      this.#tasks.push({ run, broken });
      this.#start();
    });
  }

  /**
   * As `exclusive`, for what is done in one go and only reads and appends: a throw before anything was appended has changed nothing, so it
   * is this task's alone. A failed write or sync stops the log, and with it the writer, all the same.
   */
  async turn<T>(task: () => T): Promise<T> {
    const done = await this.exclusive(async () => {
      const { head } = this.#log;
      try {
        return { value: task() };
      } catch (error) {
        if (this.#log.head !== head) throw error;
        return { error };
      }
    });
    if ('error' in done) throw done.error;
    return done.value;
  }

  /** Resolves when nothing waits and all that was appended is on disk and folded. */
  async drain(): Promise<void> {
    while (this.#running || this.#queue.length > 0 || this.#unsettled.length > 0) {
      if (this.#halted !== null) throw new CodedError('log_failed');
      this.#start();
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  /** An event that was appended but is not folded yet. */
  findUnsettled(id: string): BehaviourEvent | undefined {
    for (const { events } of this.#unsettled) for (const event of events) if (event.id === id) return event;
    return undefined;
  }

  /** Stops everything, as a failed sync does: only a reopening from disk is sound. */
  halt(error: unknown): void {
    if (this.#halted !== null) return;
    this.#halted = error;
    const code: ErrorCode = 'log_failed';
    for (const request of [...this.#synced, ...this.#syncing, ...this.#queue]) request.broken(new CodedError(code));
    for (const each of [...this.#tasks, ...this.#awaiting]) each.broken(new CodedError(code));
    this.#awaiting = [];
    this.#queue.length = 0;
    this.#tasks.length = 0;
    void this.#tellHost();
  }

  /** A promise that nobody waits for: what the host throws ends the process, whoever catches the error itself. */
  async #tellHost(): Promise<void> {
    this.#onHalt(this.#halted);
    await Promise.resolve();
  }

  get #hasWork(): boolean {
    if (this.#halted !== null) return false;
    return this.#queue.length > 0 || this.#tasks.length > 0 || this.#unsettled.length > 0 || this.#synced.length > 0;
  }

  #start(): void {
    if (this.#running || this.#halted !== null) return;
    this.#running = true;
    this.#lazy?.();
    this.#lazy = null;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#clock.yield();
      while (this.#hasWork) {
        // A checkpoint that fails is tried again by others; here only its end matters.
        await this.#relief()?.catch(() => undefined);
        // A task waits only for what is appended already: new requests must not starve it.
        this.#syncing = this.#tasks.length === 0 ? this.#sequenceSome() : [];
        const sync = this.#log.durable < this.#log.head ? this.#log.sync() : null;
        sync?.catch(() => undefined); // it is awaited below; until then the fold of the record before may throw
        this.#settle();
        this.#acknowledge();
        await sync;
        this.#synced = this.#syncing;
        this.#syncing = [];
        const task = this.#unsettled.length === 0 && this.#synced.length === 0 ? this.#tasks.shift() : undefined;
        if (task !== undefined) await this.#runTask(task);
      }
      this.#running = false;
    } catch (error) {
      this.halt(error);
    }
    const idle = this.#idle;
    this.#idle = [];
    for (const each of idle) each();
  }

  async #runTask(task: { readonly run: () => Promise<void>; readonly broken: (error: unknown) => void }): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      task.broken(error);
      throw error;
    }
  }

  /** Answers what the last sync made durable and the fold has taken. */
  #acknowledge(): void {
    for (const request of this.#synced) {
      request.done(request.failure ?? { ok: true, value: { accepted: request.accepted, rejections: request.rejections } });
    }
    this.#synced = [];
  }

  /** Sequences as many requests as fit into one record; returns those that are wholly worked through. */
  #sequenceSome(): Request[] {
    const batch: Waiting[] = [];
    const owners: { readonly request: Request; readonly from: number; readonly offset: number }[] = [];
    for (const request of this.#queue) {
      // Short rounds, so that decisions get their turn; but what came as one request goes into one record, if it can.
      if (batch.length >= limits.writerRoundEvents) break;
      const until = Math.min(request.waiting.length, request.taken + sequenceEventsMax - batch.length);
      owners.push({ request, from: batch.length, offset: request.taken });
      for (let at = request.taken; at < until; at += 1) {
        const each = request.waiting[at];
        if (each !== undefined) batch.push(each);
      }
    }
    if (batch.length === 0) {
      return this.#queue.splice(0, owners.length).map((request) => request);
    }
    const outcome = this.#sequencer.sequence(batch, this.#clock.now());
    if (outcome.sequenced !== null) this.#unsettled.push(outcome.sequenced);
    const finished: Request[] = [];
    /** Rejections come in the order of what waited. */
    let told = 0;
    for (const { request, from, offset } of owners) {
      const until = Math.min(outcome.consumed, from + request.waiting.length - offset, sequenceEventsMax);
      const refused = told;
      for (let next = outcome.rejections[told]; next !== undefined && next.index < until; next = outcome.rejections[told]) {
        request.rejections.push({ ...next, index: next.index - from + offset });
        told += 1;
      }
      if (outcome.failure === null) request.accepted += Math.max(0, until - from) - (told - refused);
      const taken = Math.max(0, until - from);
      request.taken += taken;
      this.#waitingEvents -= taken;
      if (outcome.failure !== null && taken > 0) {
        request.failure = outcome.failure;
        this.#waitingEvents -= request.waiting.length - request.taken;
        request.taken = request.waiting.length;
      }
      if (request.taken < request.waiting.length) break;
      finished.push(request);
      this.#queue.shift();
    }
    return finished;
  }

  #settle(): void {
    while (true) {
      const next = this.#unsettled[0];
      if (next === undefined || next.first + next.events.length > this.#log.durable) break;
      this.#unsettled.shift();
      let position = next.first;
      for (const event of next.events) {
        this.#fold.apply({ position, event });
        position += 1;
      }
    }
    this.#onSettled();
    if (this.#awaiting.length === 0) return;
    const waiting = this.#awaiting;
    this.#awaiting = waiting.filter(({ below }) => below > this.#fold.position);
    for (const { below, done } of waiting) if (below <= this.#fold.position) done();
  }
}
