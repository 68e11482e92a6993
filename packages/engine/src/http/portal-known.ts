// What the portal shows of a person, read from state and log: their choices, traits, newest events, decisions. It rests on the person's own
// right of access (GDPR art. 15), like the copy that they may have; it goes to that person and to nobody else.
import { limits } from '../base/limits.js';
import { choiceIn, type ChoiceRecord } from '../model/choice.js';
import type { DecisionRecord } from '../model/decision.js';
import { decisionIn } from '../model/decision-codec.js';
import { joinedIn, planIn } from '../influence/plans.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import type { PlanJoined, PlanRecord } from '../model/plan.js';
import { purposes, purposesOf, type Purpose } from '../model/purpose.js';
import { systemTypes } from '../model/system-event.js';
import type { Declared } from '../consent/registry.js';
import type { Stand } from '../consent/standing.js';
import type { Engine } from '../runtime/engine.js';
import type { ProfileView } from '../runtime/engine-options.js';
import { correctionIn } from '../understand/history.js';

export interface PurposeState {
  readonly purpose: Purpose;
  readonly stand: Stand | undefined;
  /** A basis that holds for them without a grant. */
  readonly basis: Declared | undefined;
}

/** Events of one type from one source, under the same purposes. */
export interface EventKind {
  readonly type: EventType;
  readonly source: string;
  readonly purposes: readonly Purpose[];
  readonly times: number;
}

/** Whatever was decided for somebody. */
export type Decided = DecisionRecord | ChoiceRecord | PlanRecord;

/** What of theirs a plan for somebody else went by, and when. */
export interface Joined extends PlanJoined {
  readonly at: number;
}

/** Those of the newest events that are behaviours, and the newest decisions, newest first. */
export interface Newest {
  readonly events: readonly BehaviourEvent[];
  readonly decisions: readonly Decided[];
  readonly joined: readonly Joined[];
  /** How many records there are of them in all. */
  readonly total: number;
}

/** null: nothing is known of them. */
export function profileOf(engine: Engine, subject: string): ProfileView | null {
  const profile = engine.profile(subject);
  return profile.ok ? profile.value : null;
}

/** Every purpose that any event type has, or of which the person has said something. */
export function purposeStates({ core }: Engine, subject: string): PurposeState[] {
  const used = new Set(core.registry.list().flatMap((type) => Object.keys(type.purposes)));
  const stands = core.gate.standing(subject)?.stands ?? {};
  return purposes
    .filter((purpose) => used.has(purpose) || stands[purpose] !== undefined)
    .map((purpose) => {
      const stand = stands[purpose];
      const refused = stand !== undefined && stand.choice !== 'granted' && stand.choice !== 'lapsed';
      const stays = (each: Declared): boolean => !refused || !objectable(each);
      const basis = stand?.choice === 'granted' ? undefined : core.registry.declaredFor(purpose).find(stays);
      return { purpose, stand, basis };
    });
}

/** May the person object to it (GDPR art. 21(1))? */
export function objectable({ basis }: Declared): boolean {
  return basis === 'legitimate_interests' || basis === 'public_task';
}

/** The newest of all ids of the person, corrected ones as they are right. */
export function newestOf({ core, log }: Engine, subject: string): Newest {
  const positions = core.identity.members(subject).flatMap((id) => [...core.trace.positions(id)]);
  positions.sort((a, b) => b - a);
  const placed = new Map<number, BehaviourEvent>();
  for (const position of positions.slice(0, limits.portalEventsRead)) {
    const entry = log.readOne(position);
    if (entry === undefined || entry.bytes === null || placed.has(position)) continue;
    const event = decodeEvent(entry.bytes, entry.mask);
    const correction = correctionIn(event);
    if (correction === undefined) placed.set(position, event);
    else if (!placed.has(correction.at)) placed.set(correction.at, correction.event);
  }
  const sorted = [...placed].sort(([a], [b]) => b - a);
  const ordered = sorted.map(([, event]) => event);
  // [C103]
  const theirs = sorted.flatMap(([position, event]) => (core.shared.strangersIn(event, position).length > 0 ? [] : [event]));
  return {
    // By when they happened: some came late.
    events: ordered.filter(({ type }) => core.registry.known(type) !== undefined).sort((a, b) => b.occurredAt - a.occurredAt),
    decisions: theirs.flatMap(decided),
    joined: theirs.flatMap((event) => (event.type === systemTypes.planJoined ? [{ ...joinedIn(event), at: event.occurredAt }] : [])),
    total: positions.length,
  };
}

function decided(event: BehaviourEvent): Decided[] {
  if (event.type === systemTypes.decisionMade) return [decisionIn(event)];
  if (event.type === systemTypes.planMade) return [planIn(event)];
  return event.type === systemTypes.choiceMade ? [choiceIn(event)] : [];
}

/** Counted by type, source and purposes, the most first. */
export function kindsOf({ core }: Engine, events: readonly BehaviourEvent[]): EventKind[] {
  const kinds = new Map<string, EventKind & { times: number }>();
  for (const { type, source, mask } of events) {
    const known = core.registry.known(type)?.type;
    if (known === undefined) continue;
    const key = [type, source, mask].join('\u0000');
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { type: known, source, purposes: purposesOf(mask), times: 1 });
    else kind.times += 1;
  }
  return [...kinds.values()].sort((a, b) => b.times - a.times || (a.type.name < b.type.name ? -1 : 1));
}

/** What was decided for this very person. */
export function decisionOf(engine: Engine, subject: string, id: string): Decided | undefined {
  const event = engine.decided.event(id);
  const isTheirs = event?.subject != null && engine.core.identity.members(subject).includes(event.subject);
  const position = engine.core.decisions.get(id)?.position ?? Infinity;
  return isTheirs && engine.core.shared.strangersIn(event, position).length === 0 ? decided(event)[0] : undefined;
}
