// The fold: the only way in which state changes. It reads no clock, draws no chance and decides nothing; it takes entries in log order and
// hands each to its parts in a fixed order. Replaying the log as it stands gives the same state, byte for byte.
//
// Some events reach back: a correction says that an earlier event was another one, the end of a restriction that nothing was frozen. Then
// everything of that person is forgotten and folded again from their history, each event at its own position. That gives what folding the
// log would have given had it been right from the start, because no part depends on how the events of different people interleave.
import { assert, must } from '../base/assert.js';
import type { BehaviourEvent, Entry } from '../model/event.js';
import type { PurposeMask } from '../model/purpose.js';
import { systemTypes } from '../model/system-event.js';
import type { Placed } from './history.js';

export interface FoldPart {
  readonly name: string;
  /** Does an event of this type concern it? Asked once for each type; absent: every event does. */
  readonly hears?: (type: string) => boolean;
  /** Takes one event at its position. Gaps are not shown: they change nothing but the position. */
  apply(event: BehaviourEvent, position: number): void;
  /**
   * The log has reached a multiple of `advancePositions`, by an event or a gap: windows by position move on. With `only`, the events of
   * this one subject are being folded again.
   */
  advance?(position: number, only?: string): void;
  /** The subject withdrew these purposes: everything that rests on them goes. Called when the consent event itself is folded. */
  withdraw(subject: string, purposes: PurposeMask): void;
  /** The subject is restricted: nothing of theirs may be used for others, until they are folded again. */
  freeze?(subject: string): void;
  /** Redaction: state becomes what it were if these events of the subject had never been. `events` are all of the subject's events. */
  forget(subject: string, events: readonly Placed[]): void;
  /** As `forget`, before the subject's events are folded again. */
  reset?(subject: string): void;
  /** Canonical lines of everything the part holds; equal states give equal lines. */
  dump(): Iterable<string>;
}

/** How often windows by position move on: so often that little leaves at once, since nobody is answered meanwhile. */
export const advancePositions = 256;

export class Fold {
  readonly #parts: readonly FoldPart[];
  readonly #history: (subject: string) => readonly Placed[];
  /** By type of event, who hears of it: most parts hear only of the engine's own facts, and most events are behaviour. */
  readonly #hearers = new Map<string, readonly FoldPart[]>();
  #position: number;
  #losses = 0;
  /** Where restrictions began that are lifted by now, while a history is folded again. */
  #lifted: ReadonlySet<number> = new Set();

  constructor(parts: readonly FoldPart[], history: (subject: string) => readonly Placed[], position: number) {
    this.#parts = parts;
    this.#history = history;
    this.#position = position;
  }

  /** Every position below this one has been folded. */
  get position(): number {
    return this.#position;
  }

  /** How often something was taken back since opening: what was computed before may rest on what is gone. */
  get losses(): number {
    return this.#losses;
  }

  apply(entry: Entry): void {
    assert(entry.position === this.#position, 'entries are folded in log order, each once');
    this.#position += 1;
    if (this.#position % advancePositions === 0) for (const part of this.#parts) part.advance?.(this.#position);
    const { event } = entry;
    if (event === null) return;
    for (const part of this.#hearersOf(event.type)) part.apply(event, entry.position);
    if (reachesBack(event)) this.refold(must(event.subject, 'only somebody has a past'));
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    this.#losses += 1;
    for (const part of this.#parts) part.withdraw(subject, purposes);
  }

  freeze(subject: string, position: number): void {
    // [C37]
    if (this.#lifted.has(position)) return;
    this.#losses += 1;
    for (const part of this.#parts) part.freeze?.(subject);
  }

  forget(subject: string, events: readonly Placed[]): void {
    this.#losses += 1;
    for (const part of this.#parts) part.forget(subject, events);
  }

  /** Folds the subject's events again; `gone`: without these positions. */
  refold(subject: string, gone: ReadonlySet<number> = new Set()): void {
    const all = this.#history(subject);
    this.#losses += 1;
    for (const part of this.#parts) {
      if (part.reset === undefined) part.forget(subject, all);
      else part.reset(subject);
    }
    const events = all.filter(({ position }) => !gone.has(position));
    this.#lifted = liftedIn(events);
    let reached = 0;
    for (const { position, event } of events) {
      reached = this.#advance(subject, position + 1, reached);
      for (const part of this.#hearersOf(event.type)) part.apply(event, position);
    }
    this.#advance(subject, this.#position, reached);
    this.#lifted = new Set();
  }

  *dump(): Iterable<string> {
    yield `position\t${this.#position}`;
    for (const part of this.#parts) for (const line of part.dump()) yield `${part.name}\t${line}`;
  }

  #hearersOf(type: string): readonly FoldPart[] {
    const known = this.#hearers.get(type);
    if (known !== undefined) return known;
    const hearers = this.#parts.filter(({ hears }) => hears === undefined || hears(type));
    this.#hearers.set(type, hearers);
    return hearers;
  }

  /** Moves windows on for one subject to where they were when the log had reached this position; returns how far that is. */
  #advance(subject: string, position: number, reached: number): number {
    const target = position - (position % advancePositions);
    if (target > reached) for (const part of this.#parts) part.advance?.(target, subject);
    return Math.max(target, reached);
  }
}

function reachesBack(event: BehaviourEvent): boolean {
  return (
    event.type === systemTypes.eventCorrected || (event.type === systemTypes.consentChanged && event.properties['restricted'] === false)
  );
}

/** Positions of events that began a restriction which a later one ended. */
function liftedIn(events: readonly Placed[]): Set<number> {
  const lifted = new Set<number>();
  let open: number[] = [];
  for (const { position, event } of events) {
    if (event.type !== systemTypes.consentChanged) continue;
    if (event.properties['restricted'] === true) open.push(position);
    if (event.properties['restricted'] !== false) continue;
    for (const begun of open) lifted.add(begun);
    open = [];
  }
  return lifted;
}
