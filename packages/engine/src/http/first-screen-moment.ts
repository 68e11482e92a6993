// What the first screen shows: the newest behaviour in the log, what it changed in the profile, what the person allowed, and the decision.
// All of it is read afresh from log and state, so what was erased since is not there either; nor is what is withdrawn and waits for its
// destruction, or is frozen.
// A decision that followed is shown as it stands in the log. Where none did, the screen looks ahead: it prepares one and throws it away,
// because nobody is answered; it says so.
import { sentences, summary } from '../answer/why.js';
import { limits } from '../base/limits.js';
import type { DecisionRecord } from '../model/decision.js';
import { decisionIn } from '../model/decision-codec.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { isId } from '../model/id.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Engine } from '../runtime/engine.js';
import { traitChanges, withdrawnBy, type TraitChange } from './first-screen-change.js';

export interface ScreenDecision {
  /** null: only looked ahead, not made. */
  readonly id: string | null;
  readonly point: string;
  readonly mode: DecisionRecord['mode'];
  readonly summary: string;
  readonly items: readonly { readonly item: string; readonly title: string | null; readonly why: readonly string[] }[];
}

export interface Moment {
  readonly position: number;
  readonly subject: string;
  readonly type: string;
  readonly item: string | null;
  readonly source: string;
  readonly occurredAt: number;
  /** What the person chose, as [purpose, choice]. */
  readonly consent: readonly (readonly [purpose: string, choice: string])[];
  readonly changes: readonly TraitChange[];
  readonly decision: ScreenDecision | null;
}

/** null while nobody's behaviour stands among the newest limits.screenLookBack positions. */
export function newestMoment(engine: Engine): Moment | null {
  const { position: end } = engine.core.fold;
  let decided: DecisionRecord | null = null;
  const withdrawn = new Map<string, number>();
  for (let at = end - 1; at >= Math.max(0, end - limits.screenLookBack); at -= 1) {
    const event = eventAt(engine, at);
    if (event === null) continue;
    if (event.type === systemTypes.decisionMade && engine.decided.mayBeTold(event, at)) decided ??= decisionIn(event);
    const { subject, mask } = event;
    if (subject === null) continue;
    const gone = (withdrawn.get(subject) ?? 0) | withdrawnBy(event);
    withdrawn.set(subject, gone);
    if (isSystemType(event.type) || (mask & ~gone) === 0 || engine.core.gate.standing(subject)?.restricted === true) continue;
    return momentOf(engine, event, at, decided?.subject === event.subject ? decided : null);
  }
  return null;
}

function eventAt(engine: Engine, position: number): BehaviourEvent | null {
  const entry = engine.log.readOne(position);
  return entry === undefined || entry.bytes === null ? null : decodeEvent(entry.bytes, entry.mask);
}

function momentOf(engine: Engine, event: BehaviourEvent, position: number, decided: DecisionRecord | null): Moment {
  const subject = event.subject ?? '';
  const known = engine.profile(subject);
  const stands = known.ok ? Object.entries(known.value.consent?.stands ?? {}) : [];
  const property = engine.core.registry.known(event.type)?.type.item;
  const item = property === undefined ? undefined : event.properties[property];
  return {
    position,
    subject,
    type: event.type,
    item: typeof item === 'string' ? titleOf(engine, item) : null,
    source: event.source,
    occurredAt: event.occurredAt,
    consent: stands.map(([purpose, { choice }]) => [purpose, choice] as const),
    changes: traitChanges(engine, subject, position),
    decision: decided === null ? lookAhead(engine, subject, item) : decisionOf(engine, decided, true),
  };
}

/** As a page would ask that shows the item of the event already. */
function lookAhead(engine: Engine, subject: string, item: unknown): ScreenDecision | null {
  const point = engine.health().points[0];
  if (point === undefined) return null;
  const draft = engine.prepareRank({ point, subject, limit: limits.screenItems, exclude: isId(item) ? [item] : [] });
  return draft.ok ? decisionOf(engine, draft.value.record, false) : null;
}

function decisionOf(engine: Engine, record: DecisionRecord, made: boolean): ScreenDecision {
  return {
    id: made ? record.id : null,
    point: record.point,
    mode: record.mode,
    summary: summary(record),
    items: record.answer.slice(0, limits.screenItems).map((each) => ({
      item: each.item,
      title: engine.core.catalogue.get(each.item)?.item.title ?? null,
      why: sentences(each, (item) => titleOf(engine, item)).slice(0, limits.screenSentences),
    })),
  };
}

function titleOf(engine: Engine, item: string): string {
  return engine.core.catalogue.titleOf(item);
}
