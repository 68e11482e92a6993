// What the law obliges to keep, and what a legal hold keeps. Before anything of a person is destroyed (an erasure, a withdrawn purpose, a
// retention period), what must not be is sealed apart in a store of its own (ports/kept-store.ts), and only then becomes a gap in the log
// like the rest: so state is the fold of the log without it, and no profile, model or decision can rest on it. It is read under its own
// ground alone, by a named human whose reading is logged first, and destroyed, key and bytes, when its period is over.
import { dayMs, dayOf } from '../base/day.js';
import { CodedError } from '../base/errors.js';
import { isoText } from '../base/calendar.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { KeptNote } from '../answer/receipts.js';
import type { HoldRow } from '../answer/holds.js';
import { everyPurpose } from '../collect/sequencer.js';
import { decodeEvent, encodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes, type AdminAct, type LegalHold } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { KeptClass, KeptEvent, KeptGround, KeptStore } from '../ports/kept-store.js';
import type { Log } from '../ports/log.js';
import { historyOf, type Placed } from '../understand/history.js';
import type { Core } from './core.js';
import type { Writer } from './writer.js';

export interface KeptByLawParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly kept: KeptStore;
  readonly writer: Writer;
  readonly newId: (prefix: string) => string;
  /** Logs what somebody with power did; resolves when it is on disk. */
  readonly act: (act: AdminAct) => Promise<Result<unknown>>;
}

/** Who does something with what is kept, and why. */
export interface Answerable {
  readonly by: string;
  readonly reason: string;
}

/** Events to be sealed apart, by their ground. */
export type ToKeep = readonly { readonly ground: KeptGround; readonly events: readonly KeptEvent[] }[];

export class KeptByLaw {
  readonly #parts: KeptByLawParts;
  readonly #ending = new Set<Promise<unknown>>();

  constructor(parts: KeptByLawParts) {
    this.#parts = parts;
  }

  /** What is kept, by class: no event, and nobody's name. */
  list(): readonly KeptClass[] {
    return this.#parts.kept.list();
  }

  /** Holds that nobody has ended, of people who were not erased. */
  holds(): (HoldRow & { readonly hold: string })[] {
    return [...this.#parts.core.holds.list()].map(([hold, row]) => ({ hold, ...row }));
  }

  /** Of what is about to go, what has to be kept; `gone`: positions, all of theirs if absent. */
  of(subject: string, gone?: ReadonlySet<number>): ToKeep {
    const { core, log } = this.#parts;
    const holds = core.holds.on(core.identity.members(subject));
    if (holds.length === 0 && !core.registry.hasObligations) return [];
    const going = historyOf(subject, core.trace, log).filter(({ position }) => gone?.has(position) ?? true);
    return this.#sorted(going, holds);
  }

  /** The event as it stands in the log, wrong as it may be, if a hold is on its person. */
  heldAt(subject: string, position: number): ToKeep {
    const { core, log } = this.#parts;
    const entry = log.readOne(position);
    if (entry === undefined || entry.bytes === null) return [];
    const holds = core.holds.on(core.identity.members(subject));
    return holds.map((hold) => ({
      ground: held(hold),
      events: [{ position, mask: entry.mask, bytes: Uint8Array.from(entry.bytes ?? []) }],
    }));
  }

  /** Resolves when it is on stable storage; with disk_full when it cannot be: then nothing may be destroyed. */
  async keep(what: ToKeep): Promise<CodedError | null> {
    try {
      await this.#parts.kept.keep(what);
      return null;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'disk_full') return error;
      throw error;
    }
  }

  /**
   * The events of a class. `under`: the name of its ground, which is the one thing that they may be used for. Logged before it returns.
   * Fails with kept_unknown, kept_ground, or body_shape when nobody answers for it.
   */
  async read(id: number, under: string, { by, reason }: Answerable): Promise<Result<readonly BehaviourEvent[]>> {
    const { kept: store, act } = this.#parts;
    const found = store.list().find((each) => each.id === id);
    if (found === undefined) return fail('kept_unknown');
    // [C74]
    if (under !== found.name) return fail('kept_ground');
    if (!isSaid(by)) return fail('body_shape', '/by');
    if (!isSaid(reason)) return fail('body_shape', '/reason');
    // [C75]
    const done = await act({ what: 'kept.read', by, why: reason, about: aboutOf(found) });
    if (!done.ok) return done;
    return ok((store.read(id) ?? []).map(({ bytes, mask }) => decodeEvent(bytes, mask)));
  }

  /** Is anything kept longer than it may be? */
  get isDue(): boolean {
    return this.#due().length > 0;
  }

  /** Destroys the keys and bytes of what has been kept long enough. Resolves with how many events. */
  destroyDue(): Promise<number> {
    return this.#destroy(this.#due(), { by: 'engine', reason: 'the period is over' });
  }

  /** Keeps everything of a person from being destroyed until somebody ends it. Fails with subject_unknown or body_shape. */
  async hold(subject: string, { by, reason }: Answerable): Promise<Result<{ readonly hold: string }>> {
    if (!isSaid(by)) return fail('body_shape', '/by');
    if (!isSaid(reason)) return fail('body_shape', '/reason');
    const { core, newId } = this.#parts;
    const placed: LegalHold = { hold: newId('h'), by, reason };
    const done = await this.#inTurn(() => {
      if (!core.trace.has(subject)) return fail('subject_unknown');
      return this.#append(subject, systemTypes.holdPlaced, { placed });
    });
    return done.ok ? ok({ hold: placed.hold }) : done;
  }

  /**
   * Ends a hold. What was sealed apart under it is destroyed; what is still in the log lives on as if it had never been. Fails with
   * hold_unknown or body_shape. Resolves with how many events were destroyed.
   */
  end(hold: string, answerable: Answerable): Promise<Result<{ readonly destroyed: number }>> {
    const ending = this.#end(hold, answerable).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** Resolves when no hold is on its way to its end: what it destroys needs the stores open. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#ending);
  }

  async #end(hold: string, { by, reason }: Answerable): Promise<Result<{ readonly destroyed: number }>> {
    // [C79]
    if (!isSaid(by) || !isSaid(reason)) return fail('body_shape', isSaid(by) ? '/reason' : '/by');
    const { core } = this.#parts;
    const ended: LegalHold = { hold, by, reason };
    const done = await this.#inTurn(() => {
      const row = core.holds.get(hold);
      return row === undefined ? ok(null) : this.#append(row.subject, systemTypes.holdEnded, { ended });
    });
    if (!done.ok) return done;
    const classes = this.list().filter(({ kind, name }) => kind === 'hold' && name === hold);
    if (done.value === null && classes.length === 0) return fail('hold_unknown');
    return ok({ destroyed: await this.#destroy(classes, { by, reason }) });
  }

  #due(): readonly KeptClass[] {
    const today = dayOf(this.#parts.clock.now());
    // [C76]
    return this.list().filter(({ untilDay }) => untilDay !== null && untilDay < today);
  }

  async #destroy(classes: readonly KeptClass[], { by, reason }: Answerable): Promise<number> {
    const events = await this.#parts.kept.destroy(classes.map(({ id }) => id));
    for (const each of classes) await this.#parts.act({ what: 'kept.destroyed', by, why: reason, about: aboutOf(each) });
    return events;
  }

  #sorted(going: readonly Placed[], holds: readonly string[]): ToKeep {
    const { core, clock } = this.#parts;
    const today = dayOf(clock.now());
    const sorted = new Map<string, { readonly ground: KeptGround; readonly events: KeptEvent[] }>();
    const put = (ground: KeptGround, { position, event }: Placed): void => {
      const name = JSON.stringify(ground);
      let own = sorted.get(name);
      if (own === undefined) sorted.set(name, (own = { ground, events: [] }));
      own.events.push({ position, mask: event.mask, bytes: Buffer.from(encodeEvent(event), 'utf8') });
    };
    for (const placed of going) {
      const { event } = placed;
      // [C78]
      for (const hold of holds) put(held(hold), placed);
      const obligation = isSystemType(event.type) ? undefined : core.registry.obligation(event.type, event.mask, event.occurredAt);
      if (obligation === undefined) continue;
      const { name, purpose, untilDay } = obligation;
      if (untilDay >= today) put({ kind: 'obligation', name, eventType: event.type, purpose, untilDay }, placed);
    }
    return [...sorted.values()];
  }

  /** In a turn in which nothing else moves, so that nobody who was erased meanwhile gets a new event; then waits until it is folded. */
  async #inTurn<T>(task: () => Result<T>): Promise<Result<T>> {
    const { writer } = this.#parts;
    const done = await writer.turn(task);
    if (done.ok) await writer.exclusive(() => Promise.resolve());
    return done;
  }

  #append(subject: string, type: string, properties: BehaviourEvent['properties']): Result<unknown> {
    const { clock, newId, writer } = this.#parts;
    const now = clock.now();
    const event = { id: newId('h'), subject, type, occurredAt: now, receivedAt: now, source: 'engine', properties, mask: everyPurpose };
    return writer.appendNow([event]);
  }
}

/** What a receipt says of it: counts by ground, and the last day. */
export function notesOf(kept: ToKeep): KeptNote[] {
  const notes = new Map<string, { readonly ground: KeptGround; readonly positions: Set<number>; untilDay: number | null }>();
  for (const { ground, events } of kept) {
    const key = JSON.stringify([ground.kind, ground.name, ground.eventType]);
    let note = notes.get(key);
    if (note === undefined) notes.set(key, (note = { ground, positions: new Set(), untilDay: ground.untilDay }));
    // Of somebody with several ids a hold stands here once for each, and what links two of them stands under both.
    for (const { position } of events) note.positions.add(position);
    if (note.untilDay !== null && ground.untilDay !== null) note.untilDay = Math.max(note.untilDay, ground.untilDay);
  }
  return [...notes.values()].map(({ ground: { kind, name, eventType }, positions, untilDay }) => {
    const until = untilDay === null ? null : isoText(untilDay * dayMs).slice(0, 10);
    return { kind, name, eventType, events: positions.size, until };
  });
}

function held(hold: string): KeptGround {
  return { kind: 'hold', name: hold, eventType: null, purpose: null, untilDay: null };
}

function aboutOf({ id, kind, name, eventType }: KeptClass): string {
  return [`${kind} ${name}`, eventType, `class ${id}`].filter((part) => part !== null).join(', ');
}

function isSaid(text: string): boolean {
  return text.trim() !== '' && text.length <= limits.reasonCharsMax;
}
