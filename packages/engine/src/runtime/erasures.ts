// Erasures on their way. Acknowledged means: in one turn of the event loop, while nothing else moves, state and models forget; then the
// log's redaction and the list of the erased are on stable storage. Requests that come meanwhile share the next turn. Completed means: rows
// are rewritten, ciphertext is compacted away, keys are destroyed; that follows in its own time, well before the receipt's deadline.
// Invariant: no checkpoint begins between forgetting and the durable redaction, so no stored state knows less than the log says.
import { limits } from '../base/limits.js';
import { must } from '../base/assert.js';
import { CodedError, codeOf, type ErrorCode } from '../base/errors.js';
import { ok } from '../base/result.js';
import { commitmentOf } from '../answer/receipt/erasure-receipt.js';
import type { ErasureReceipt } from '../answer/receipts.js';
import { toBase64 } from '../base/strict-base64.js';
import type { Suppressions } from '../consent/suppressions.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Clock } from '../ports/clock.js';
import type { Compaction, Log } from '../ports/log.js';
import type { State } from '../ports/state.js';
import { historyOf, type Placed } from '../understand/history.js';
import { addressFacts } from './address-facts.js';
import type { Core } from './core.js';
import { notesOf, type KeptByLaw, type ToKeep } from './kept-by-law.js';
import type { Writer } from './writer.js';

interface Asked {
  readonly subjects: readonly string[];
  /** Without other ids that are linked to them. */
  readonly isAlone: boolean;
  events: number;
  erasedAt: number;
  kept: ToKeep;
}

/** What an erasure is answered with. */
export interface Erased extends ErasureReceipt {
  /** What opens the commitments, base 64, in their order: for the person alone, kept nowhere. */
  readonly salts: readonly string[];
}

export interface Retraction {
  /** Positions by subject. */
  readonly gone: ReadonlyMap<string, ReadonlySet<number>>;
  readonly tell?: readonly BehaviourEvent[];
}

export interface ErasureParts {
  readonly core: Core;
  readonly log: Log;
  readonly state: State;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly suppressions: Suppressions;
  readonly kept: KeptByLaw;
  readonly newId: () => string;
  /** What recipients are owed when these people are erased. */
  readonly owing: (subjects: Iterable<string>) => readonly BehaviourEvent[];
  /** 32 fresh random bytes. */
  readonly newSalt: () => Uint8Array;
  /** More that is to be retracted first. */
  readonly beforeCompletion: () => Promise<unknown>;
  /** Writes what state holds now; resolves when it is durable. */
  readonly checkpoint: () => Promise<void>;
  readonly record: (type: 'erasure.recorded' | 'erasure.completed', properties: BehaviourEvent['properties']) => Promise<void>;
}

export class Erasures {
  readonly #parts: ErasureParts;
  #waiting: Asked[] = [];
  #turn: Promise<CodedError | null> | null = null;
  #completion: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | null = null;
  #isClosed = false;
  /** There was no space for what a crash or a backup had left undone. */
  #isBehind = false;
  /** Why the last completion failed; null: it did not. */
  failing: ErrorCode | null = null;
  /** While state has forgotten what the log does not know yet: resolves when it does. */
  forgetting: Promise<unknown> | null = null;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the subjects are as if they had never been, and will stay so. Erasing somebody who is not there succeeds. Rejects with
   * CodedError disk_full, having changed nothing, when there is no space for what a law obliges to keep, or to note the erasure.
   */
  erase(subjects: readonly string[]): Promise<Erased> {
    return this.#erase(subjects, false);
  }

  async #erase(subjects: readonly string[], isAlone: boolean): Promise<Erased> {
    const asked: Asked = { subjects, isAlone, events: 0, erasedAt: 0, kept: [] };
    this.#waiting.push(asked);
    this.#turn ??= this.#parts.writer.exclusive(() => this.#run());
    const refused = await this.#turn;
    if (refused !== null) throw refused;
    const ids = [...new Set(subjects)];
    const salts = ids.length > limits.receiptSubjectsMax ? [] : ids.map(() => this.#parts.newSalt());
    const commitments = salts.map((salt, index) => commitmentOf(salt, ids[index] ?? ''));
    const receipt: ErasureReceipt = {
      receipt: this.#parts.newId(),
      erasedAt: asked.erasedAt,
      // A clock that was ahead when they came does not put it off.
      deadlineAt: Math.min(asked.erasedAt, this.#parts.clock.now()) + limits.erasureDeadlineMs,
      subjects: ids.length,
      events: asked.events,
      ...(commitments.length === 0 ? {} : { commitments }),
      // [C72]
      ...(asked.kept.length === 0 ? {} : { kept: notesOf(asked.kept) }),
    };
    await this.#parts.record('erasure.recorded', { told: receipt });
    this.schedule();
    return { ...receipt, salts: salts.map(toBase64) };
  }

  /**
   * Takes single events out of people's histories: their places become gaps, and everything of these people is folded again without them.
   * `choose` says which, and what to tell in their streams, in the turn in which nothing else moves. Resolves with how many when the log
   * says so durably.
   */
  async retract(choose: () => Retraction): Promise<number> {
    const { core, log, writer } = this.#parts;
    const events = await writer.exclusive(async () => {
      const positions: number[] = [];
      const { gone: chosen, tell = [] } = choose();
      // [C71]
      const kept = [...chosen].flatMap(([subject, gone]) => this.#parts.kept.of(subject, gone));
      const hasRoom = (): boolean => log.canRedact([...chosen.values()].flatMap((gone) => [...gone]));
      if (!hasRoom()) return 0;
      if (kept.length > 0 && (await this.#parts.kept.keep(kept)) !== null) return 0;
      if (!hasRoom()) return 0;
      if (tell.length > 0) writer.appendNow(tell);
      for (const [subject, gone] of chosen) {
        core.fold.refold(subject, gone);
        for (const position of gone) positions.push(position);
      }
      if (positions.length === 0) return 0;
      core.dedupe.forget(positions);
      await this.#agree([], 0, positions);
      return positions.length;
    });
    if (events > 0) this.schedule();
    return events;
  }

  /** What a crash, or a restored backup, left undone: people in the list of the erased of whom events from before are still here. */
  async carryOut(): Promise<void> {
    const { core, log } = this.#parts;
    try {
      await this.#carryOut();
    } catch (error) {
      // An engine that did not start would take no withdrawal either.
      if (!(error instanceof CodedError && error.code === 'disk_full')) throw error;
      this.#isBehind = true;
      this.failing = error.code;
    }
    if (this.#isBehind || core.receipts.owed().length > 0 || core.withdrawals.isOwed || log.owesCompaction) this.schedule();
  }

  async #carryOut(): Promise<void> {
    const { core, log, suppressions } = this.#parts;
    if (suppressions.isOpen(log.redactions)) {
      const left = [...core.trace.subjects()].filter((subject) => this.#isLeftOver(subject));
      // The list names every id that was erased. Who is linked to one of them here may have been somebody else by then.
      try {
        if (left.length > 0) await this.#erase(left, true);
      } catch (error) {
        // They are still here: until they go, nothing is read of them or taken from them.
        this.#restrict(left);
        throw error;
      }
      await suppressions.applied(suppressions.entriesUsed, log.redactions);
    }
    this.#isBehind = false;
  }

  /** Destroys the bytes and keys of everybody erased so far. Resolves when nothing of them is left on the disk. */
  complete(): Promise<Compaction> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const turn = this.#completion.then(() => this.#complete());
    this.#completion = turn.then(
      () => void (this.failing = null),
      (error: unknown) => void (this.failing = codeOf(error)),
    );
    return turn;
  }

  /** Stops the timer; waits for what runs. What is left is owed, and done after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    await this.#completion;
  }

  /** What has to be kept is sealed apart first, and until that is done nothing is read of these people. */
  async #run(): Promise<CodedError | null> {
    const asked = this.#waiting;
    this.#waiting = [];
    this.#turn = null;
    if (!this.#hasRoom(asked)) return noRoom();
    const { core, kept } = this.#parts;
    const leaving = asked.flatMap((each) => this.#idsOf(each));
    const { gate } = core;
    // [C94]
    this.#restrict(leaving);
    for (const each of asked) each.kept = this.#idsOf(each).flatMap((subject) => kept.of(subject));
    const shared = [...this.#sharedWith(leaving)].flatMap(([other, placed]) => kept.of(other, positionsOf(placed)));
    const what = [...asked.flatMap((each) => each.kept), ...shared];
    // [C70]
    const notKept = what.length === 0 ? null : await kept.keep(what);
    const refused = notKept ?? (await this.#forget(asked));
    if (refused !== null) for (const subject of leaving) gate.resetAhead(subject, gate.standing(subject));
    return refused;
  }

  /** A decision from their data that is made while the disk works would be in no trace yet, so it would outlive them. */
  #restrict(subjects: readonly string[]): void {
    const { gate, fold } = this.#parts.core;
    for (const subject of subjects) {
      const standing = gate.standing(subject) ?? { stands: {} };
      gate.setAhead(subject, { ...standing, epoch: fold.position, restricted: true });
    }
  }

  /** In the log and in the list of the erased. Asked before anything is forgotten: afterwards there is no way back. */
  #hasRoom(asked: readonly Asked[]): boolean {
    const { core, log, suppressions } = this.#parts;
    const subjects = [...new Set(asked.flatMap((each) => this.#idsOf(each)))];
    const positions = subjects.flatMap((subject) => core.trace.positions(subject));
    for (const placed of this.#sharedWith(subjects).values()) positions.push(...positionsOf(placed));
    return suppressions.hasRoom(subjects.length) && log.canRedact(positions);
  }

  /** What was decided for ids that stay, while one of these was the same person's. */
  #sharedWith(subjects: readonly string[]): ReadonlyMap<string, readonly Placed[]> {
    return this.#parts.core.shared.restingOn(new Set(subjects));
  }

  /** A person goes with all their ids. */
  #idsOf({ subjects, isAlone }: Asked): string[] {
    if (isAlone) return [...subjects];
    // [C46]
    return [...new Set(subjects.flatMap((named) => this.#parts.core.identity.members(named)))];
  }

  /** Everything up to the first `await` happens at once: nobody decides, appends or checkpoints in between. */
  async #forget(asked: readonly Asked[]): Promise<CodedError | null> {
    const { core, clock, writer } = this.#parts;
    if (!this.#hasRoom(asked)) return noRoom();
    const found = new Map<string, readonly { readonly position: number; readonly event: BehaviourEvent }[]>();
    const positions = new Set<number>();
    let erasedAt = clock.now();
    for (const each of asked) {
      for (const subject of this.#idsOf(each)) {
        if (found.has(subject)) continue;
        const own = core.trace.positions(subject);
        const events = own.flatMap((position) => this.#read(position));
        found.set(subject, events);
        for (const { position, event } of events) {
          // A link between ids that go together is one event in two traces.
          if (!positions.has(position)) each.events += 1;
          positions.add(position);
          // Clocks go back at times; what was received is from before all the same.
          if (event.receivedAt > erasedAt) erasedAt = event.receivedAt;
        }
        // What was corrected is a gap already; its place in the duplicate check goes now.
        for (const position of own) positions.add(position);
      }
    }
    for (const each of asked) each.erasedAt = erasedAt;
    // [C100]
    const shared = this.#sharedWith([...found.keys()]);
    for (const placed of shared.values()) for (const { position } of placed) positions.add(position);
    // [C56]
    const facts = [...this.#parts.owing(found.keys()), ...this.#addressesIn(shared)];
    const told = facts.length > 0 ? writer.appendNow(facts, true) : ok(0);
    if (!told.ok) return new CodedError(told.code);
    // [C27]
    for (const [subject, events] of found) core.fold.forget(subject, events);
    for (const [other, placed] of shared) core.fold.refold(other, positionsOf(placed));
    core.dedupe.forget([...positions]);
    // [C73]
    await this.#agree([...found.keys()], erasedAt, [...positions]);
    return null;
  }

  #addressesIn(shared: ReadonlyMap<string, readonly Placed[]>): BehaviourEvent[] {
    const { core, log, clock, newId } = this.#parts;
    const making = { now: clock.now(), newId };
    return [...shared].flatMap(([other, placed]) => addressFacts(core, other, historyOf(other, core.trace, log), placed, making));
  }

  /** State has forgotten; the log and the list of the erased follow. */
  async #agree(subjects: readonly string[], erasedAt: number, positions: readonly number[]): Promise<void> {
    const { log, suppressions } = this.#parts;
    this.forgetting = Promise.all([suppressions.add(subjects, erasedAt), log.redact(positions)]);
    await this.forgetting;
    this.forgetting = null;
  }

  async #complete(): Promise<Compaction> {
    const { core, log, state, suppressions, checkpoint, record } = this.#parts;
    if (this.#isBehind) await this.#carryOut();
    await this.#parts.beforeCompletion();
    const owed = core.receipts.owed();
    const carriedOut = suppressions.entriesUsed;
    await checkpoint();
    // [C31]
    await state.scrub();
    const compaction = await log.compact({ words: core.words() });
    if (this.forgetting === null) await suppressions.applied(carriedOut, log.redactions);
    if (owed.length > 0) await record('erasure.completed', { receipts: owed, ...compaction });
    return compaction;
  }

  /** Something waits to be destroyed. */
  schedule(): void {
    if (this.#isClosed) return;
    this.#cancelTimer ??= this.#parts.clock.after(limits.erasureCompletionMs, () => {
      this.#cancelTimer = null;
      // What fails (a full disk, a damaged segment) is tried again and told (`failing`); the receipt stays owed meanwhile.
      this.complete().catch(() => this.schedule());
    });
  }

  #isLeftOver(subject: string): boolean {
    const { core, suppressions } = this.#parts;
    const erasedAt = suppressions.erasedAt(subject);
    if (erasedAt === undefined) return false;
    // What an erasure takes was received by then, all of it. Who came back begins later; behind that the clock may say what it likes.
    for (const position of core.trace.positions(subject)) for (const { event } of this.#read(position)) return event.receivedAt <= erasedAt;
    return false;
  }

  #read(position: number): { readonly position: number; readonly event: BehaviourEvent }[] {
    const entry = must(this.#parts.log.readOne(position), 'a traced position lies below the head');
    return entry.bytes === null ? [] : [{ position, event: decodeEvent(entry.bytes, entry.mask) }];
  }
}

function positionsOf(placed: readonly Placed[]): ReadonlySet<number> {
  return new Set(placed.map(({ position }) => position));
}

function noRoom(): CodedError {
  return new CodedError('disk_full', 'there is no room to note an erasure');
}
