// What a person may ask for beside erasure, carried out on log and state: rectification, restriction, and the destruction of what a
// withdrawal or a retention period has left without a purpose. The rules stand in docs/consent.spec.md.
import { isDeepStrictEqual } from 'node:util';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { everyPurpose } from '../collect/sequencer.js';
import { changeStanding, type Standing, type StandingChange } from '../consent/standing.js';
import { decisionHeadIn } from '../model/decision-codec.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import { bitOf, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes, type Correction } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { newestVisit, recentItems } from '../understand/current-visit.js';
import { consentIn } from '../understand/consents.js';
import { correctionIn, historyOf, type Placed } from '../understand/history.js';
import type { TraitValues } from '../understand/trait.js';
import { addressFacts, untoldAddresses } from './address-facts.js';
import type { Core } from './core.js';
import type { Erasures } from './erasures.js';
import type { KeptByLaw } from './kept-by-law.js';
import { touchedChoices } from './touched-choices.js';
import type { Writer } from './writer.js';

export interface Corrected {
  /** Position of the correction in the log. */
  readonly position: number;
  /** Decisions for this person that would have started from something else. */
  readonly touched: readonly string[];
}

export interface RightsParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly erasures: Erasures;
  readonly newId: () => string;
  /** What recipients are owed when this person's data is corrected. */
  readonly owing: (subjects: Iterable<string>) => readonly BehaviourEvent[];
  readonly writer: Writer;
  readonly kept: KeptByLaw;
}

export class Rights {
  readonly #parts: RightsParts;

  constructor(parts: RightsParts) {
    this.#parts = parts;
  }

  /**
   * Replaces the properties of one event of the person, under whichever of their ids, as if they had been so from the start, and makes the
   * wrong ones a gap. Resolves with the decisions that started from the wrong ones. Asked again it finishes what was interrupted, and says
   * the same.
   */
  async correct(subject: string, id: string, properties: Properties): Promise<Result<Corrected>> {
    const { writer, kept } = this.#parts;
    // What a hold keeps is sealed apart first: where there is no space for it, nothing is corrected.
    const found = await writer.turn(() => this.#found(subject, id, properties));
    if (!found.ok) return found;
    const { right, isRight, of } = found.value;
    const refused = isRight ? null : await writer.exclusive(() => kept.keep(kept.heldAt(of, right.position)));
    if (refused !== null) return fail('disk_full');
    // In one turn: a decision that started from the wrong event is either in the history by now, or starts from the right one.
    const corrected = await writer.turn(() => this.#correct(of, id, properties));
    if (!corrected.ok) return corrected;
    const { at, ...told } = corrected.value;
    if (told.position === at) return ok(told);
    await writer.exclusive(() => Promise.resolve());
    return (await this.#forgetWrong(of, at)) ? ok(told) : fail('disk_full');
  }

  /** What is owed to bytes: what was wrong, and what nobody allows any more. */
  async carryOut(): Promise<void> {
    await this.forgetCorrected();
    await this.forgetWithdrawn();
  }

  /** Makes gaps of what corrections that were interrupted have left in the log. */
  async forgetCorrected(): Promise<void> {
    const { core, erasures } = this.#parts;
    // [C97]
    for (const { subject, at } of core.corrections.list()) if (!(await this.#forgetWrong(subject, at))) erasures.schedule();
  }

  /**
   * The state is right already. What is wrong in the log becomes a gap, and in the end leaves the disk; so do corrections that were wrong.
   * False: there is no space for what a law or a hold keeps of it, or to note that it goes.
   */
  async #forgetWrong(subject: string, at: number): Promise<boolean> {
    const { core, log, erasures, kept } = this.#parts;
    if (log.readOne(at)?.bytes !== null) {
      erasures.schedule();
      // A hold may have been placed since.
      if ((await kept.keep(kept.heldAt(subject, at))) !== null) return false;
      // At opening, too: an engine that did not start would take no withdrawal.
      if (!log.canRedact([at])) return false;
      // [C40]
      await log.redact([at]);
    }
    const older = (): readonly number[] => core.corrections.of(at)?.positions.slice(0, -1) ?? [];
    if (older().length > 0) await erasures.retract(() => ({ gone: new Map(older().length === 0 ? [] : [[subject, new Set(older())]]) }));
    return older().length === 0;
  }

  #correct(subject: string, id: string, properties: Properties): Result<Corrected & { readonly at: number }> {
    const { core, writer } = this.#parts;
    const found = this.#found(subject, id, properties);
    if (!found.ok) return found;
    const { history, right, isRight, of } = found.value;
    const at = right.position;
    if (isRight) {
      const position = core.corrections.of(at)?.positions.at(-1) ?? at;
      const standing = history.find((placed) => placed.position === position);
      return ok({ at, position, touched: standing === undefined ? [] : (correctionIn(standing.event)?.touched ?? []) });
    }
    const { event } = right;
    const correction: Correction = { at, event, touched: this.#touched(history, right) };
    const own = this.#own(of, systemTypes.eventCorrected, { correction }, event.mask);
    const appended = writer.appendNow([own, ...this.#parts.owing(core.identity.members(of))]);
    return appended.ok ? ok({ at, position: appended.value, touched: correction.touched }) : appended;
  }

  /** The event as it should have been, at its place in the history as that stands; `of`: which id of the person it came with. */
  #found(
    subject: string,
    id: string,
    properties: Properties,
  ): Result<{ readonly history: readonly Placed[]; readonly right: Placed; readonly isRight: boolean; readonly of: string }> {
    const { core, log } = this.#parts;
    let of = subject;
    let history: readonly Placed[] = [];
    let wrong: Placed | undefined;
    // Their own first: two ids may each have one of that messageId.
    for (const each of new Set([subject, ...core.identity.members(subject)])) {
      of = each;
      history = historyOf(each, core.trace, log);
      wrong = history.find(({ event }) => event.id === id && event.mask !== everyPurpose);
      if (wrong !== undefined) break;
    }
    const type = wrong === undefined ? undefined : core.registry.known(wrong.event.type)?.type;
    if (wrong === undefined || type === undefined) return fail('event_unknown');
    const checked = core.validator.properties(type, properties);
    if (!checked.ok) return checked;
    const event: BehaviourEvent = { ...wrong.event, properties: checked.value };
    const isRight = isDeepStrictEqual(event.properties, wrong.event.properties);
    return ok({ history, right: { position: wrong.position, event }, isRight, of });
  }

  /** Redacts the events of everybody who withdrew, as far as no purpose is left for them. Resolves with how many. */
  async forgetWithdrawn(): Promise<number> {
    const { core, log, erasures } = this.#parts;
    let events = 0;
    for (const [subject, through] of core.withdrawals.owed()) {
      // What caps count is told apart first; a disk that is too full for it is tried again.
      if (!(await this.#tellAddresses(subject))) continue;
      events += await erasures.retract(() => {
        if (historyOf(subject, core.trace, log).length === 0) return { gone: new Map() };
        const gone = [...this.#withdrawnFrom(subject)].map(([of, placed]) => {
          const untold = untoldAddresses(core, historyOf(of, core.trace, log), of);
          const told = placed.filter(({ event }) => !decided.has(event.type) || !untold.has(event.id));
          return [of, new Set(told.map(({ position }) => position))] as const;
        });
        return {
          gone: new Map(gone),
          tell: [this.#own(subject, systemTypes.purposeForgotten, { through, decided: true }, everyPurpose)],
        };
      });
    }
    return events;
  }

  /**
   * What goes with what somebody withdrew, by whose it is: of their own all that is left without a purpose, and what was decided for ids
   * that were linked to theirs then, and are not now. What somebody is to look at, at the wish of whom it was decided for, stays; once that
   * is done, it is owed by whoever asked, so what of theirs rests on what such an id withdrew meanwhile is looked for here, too.
   */
  #withdrawnFrom(subject: string): ReadonlyMap<string, readonly Placed[]> {
    const { identity, requests, shared, trace } = this.#parts.core;
    const members = identity.members(subject);
    const history = historyOf(subject, trace, this.#parts.log);
    const reviewed = requests.reviewed(members);
    const without = withoutPurpose(history, ({ id }) => reviewed.has(id));
    const narrowed = new Map<string, number>();
    const narrowedBy = (id: string): number => {
      const known = narrowed.get(id) ?? lastNarrowed(historyOf(id, trace, this.#parts.log), bitOf('personalise'));
      narrowed.set(id, known);
      return known;
    };
    const isTakenBack = ({ position, event }: Placed): boolean =>
      !reviewed.has(event.id) && shared.strangersIn(event, position).some((id) => narrowedBy(id) >= (shared.readBy(event, position) ?? 0));
    // [C101]
    const own = history.filter((placed) => without.has(placed.position) || isTakenBack(placed));
    const gone = new Map<string, readonly Placed[]>([[subject, own]]);
    const below = lastNarrowed(history, bitOf('personalise'));
    for (const [other, decisions] of below < 0 ? [] : shared.restingOn(new Set([subject]), below)) {
      // Of ids that are linked still, the same was withdrawn, in their own streams.
      if (members.includes(other)) continue;
      const kept = requests.reviewed(identity.members(other));
      gone.set(
        other,
        decisions.filter(({ event }) => !kept.has(event.id)),
      );
    }
    return gone;
  }

  /** Says in people's streams by which decisions they were addressed whose purpose is gone. False: there is no room for it. */
  async #tellAddresses(subject: string): Promise<boolean> {
    const { core, log, writer, clock, newId } = this.#parts;
    const told = await writer.exclusive(() => {
      const facts = [...this.#withdrawnFrom(subject)].flatMap(([of, gone]) =>
        addressFacts(core, of, historyOf(of, core.trace, log), gone, { now: clock.now(), newId }),
      );
      return Promise.resolve(facts.length === 0 || writer.appendNow(facts).ok);
    });
    if (told) await writer.settled();
    return told;
  }

  /** What the engine says in a person's own stream. */
  #own(subject: string, type: string, properties: Properties, mask: number): BehaviourEvent {
    const { clock, newId } = this.#parts;
    const now = clock.now();
    return { id: newId(), subject, type, occurredAt: now, receivedAt: now, source: 'engine', properties, mask };
  }

  /** Redacts what is older than its event type may be kept, at the start of the calendar day of `now`. Resolves with how many events. */
  async forgetExpired(isStopped: () => boolean): Promise<number> {
    const today = dayOf(this.#parts.clock.now());
    let events = 0;
    for (const some of this.#expired(today)) {
      if (isStopped()) break;
      await this.#parts.clock.yield();
      if (some.size === 0) continue;
      const { core } = this.#parts;
      // Somebody may have been erased since they were found.
      const held = (subject: string): ReadonlySet<number> => new Set(core.trace.positions(subject));
      events += await this.#parts.erasures.retract(() => {
        const still = [...some].map(([subject, gone]) => {
          const own = held(subject);
          return [subject, new Set([...gone].filter((position) => own.has(position)))] as const;
        });
        return { gone: new Map(still.filter(([, gone]) => gone.size > 0)) };
      });
    }
    return events;
  }

  /**
   * Expired positions by subject, some hundred at a time; in between nobody's, so that others get their turn. Where an event stands says
   * nothing of when it happened: clocks go wrong, and old events come late. So what was not folded since the start is read the first time,
   * and from then on chunks in which something is due.
   */
  *#expired(today: number): Iterable<ReadonlyMap<string, ReadonlySet<number>>> {
    const { core, log } = this.#parts;
    const { dueDays } = core;
    const { head } = log;
    let found = new Map<string, Set<number>>();
    let count = 0;
    for (let from = 0; from < head; from += limits.retentionChunkEvents) {
      if ((dueDays.of(from) ?? today) > today) continue;
      const below = from + limits.retentionChunkEvents;
      let firstDue = Infinity;
      for (const entry of log.read(from, Math.min(below, head))) {
        if (entry.bytes === null) continue;
        const event = decodeEvent(entry.bytes, entry.mask);
        const correction = correctionIn(event);
        const { subject } = correction?.event ?? event;
        const due = dueDays.dayOf(event);
        // [C34]
        if (subject === null || due === undefined) continue;
        firstDue = Math.min(firstDue, due);
        if (due > today) continue;
        const own = found.get(subject) ?? new Set();
        found.set(subject, own.add(entry.position));
        if (correction !== undefined) own.add(correction.at);
        count += 1;
        if (count < limits.retentionSliceEvents) continue;
        yield found;
        found = new Map();
        count = 0;
      }
      // What was found here stays due until it is a gap.
      if (below <= head) dueDays.note(from, firstDue);
      yield nobody;
    }
    if (count > 0) yield found;
  }

  /** Personal decisions after the event that start from something else when the event is the right one. */
  #touched(history: readonly Placed[], right: Placed): string[] {
    const traits = this.#parts.core.traits.filter(({ name }) => name === recentItems);
    const values: TraitValues = {};
    const touched: string[] = [];
    let standing: Standing | undefined;
    for (const { position, event: was } of history) {
      const event = position === right.position ? right.event : was;
      if (event.type === systemTypes.consentChanged) {
        const after = changedBy(event, standing, position);
        standing = after.standing;
        if ((after.narrowed & bitOf('personalise')) !== 0) for (const { name } of traits) delete values[name];
      }
      if (event.type === systemTypes.decisionMade && position > right.position) {
        const record = decisionHeadIn(event);
        const inputs = newestVisit({ cut: 0, traits: values }).slice(-limits.queryItemsMax);
        // [C39]
        if (record.mode === 'personal' && !isDeepStrictEqual(inputs, record.inputs)) touched.push(event.id);
      }
      if (isSystemType(event.type) || (event.mask & bitOf('personalise')) === 0) continue;
      for (const trait of traits) trait.fold(values, event, position);
    }
    // In the order of the log, lists and choices.
    const found = new Set([...touched, ...touchedChoices(history, right, traits, changedBy)]);
    return history.flatMap(({ event }) => (found.has(event.id) ? [event.id] : []));
  }
}

const nobody: ReadonlyMap<string, ReadonlySet<number>> = new Map();

function changedBy(event: BehaviourEvent, before: Standing | undefined, position: number): StandingChange {
  return changeStanding(before, consentIn(event), position, event.occurredAt, event.receivedAt);
}

const decided: ReadonlySet<string> = new Set([
  systemTypes.decisionMade,
  systemTypes.choiceMade,
  systemTypes.planMade,
  systemTypes.planJoined,
]);

/** Where the person last took one of these purposes back; -1: nowhere. */
function lastNarrowed(history: readonly Placed[], purposes: PurposeMask): number {
  let standing: Standing | undefined;
  let last = -1;
  for (const { position, event } of history) {
    if (event.type !== systemTypes.consentChanged) continue;
    const after = changedBy(event, standing, position);
    standing = after.standing;
    if ((after.narrowed & purposes) !== 0) last = position;
  }
  return last;
}

/**
 * Positions of behaviour of which every purpose has been withdrawn since, and of what was decided from it for `personalise`, but for what
 * `stays`.
 */
export function withoutPurpose(history: readonly Placed[], stays: (event: BehaviourEvent) => boolean = () => false): Set<number> {
  const left = new Map<number, number>();
  let standing: Standing | undefined;
  for (const { position, event } of history) {
    if (event.type === systemTypes.consentChanged) {
      const after = changedBy(event, standing, position);
      standing = after.standing;
      if (after.narrowed !== 0) for (const [at, mask] of left) left.set(at, mask & ~after.narrowed);
    } else if (decided.has(event.type)) {
      if (!stays(event)) left.set(position, bitOf('personalise'));
    } else if (event.mask !== everyPurpose) {
      const correction = correctionIn(event);
      // A correction goes when the event goes that it corrects.
      left.set(position, correction === undefined ? event.mask : (left.get(correction.at) ?? 0));
    }
  }
  // [C33]
  return new Set([...left].filter(([, mask]) => mask === 0).map(([position]) => position));
}
