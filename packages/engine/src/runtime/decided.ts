// What was decided, looked up and told. Once the person has withdrawn what it rests on, operator and page are told it no more: it waits for
// its destruction. The person themself sees it in portal and archive as long as it is there.
import { counterfactual, type Counterfactual } from '../answer/counterfactual.js';
import { explainChoice, type ChoiceWhy } from '../answer/why-choice.js';
import { whyInFull, type WhyInFull } from '../answer/why-in-full.js';
import { explain, type Why } from '../answer/why.js';
import { fail, ok, type Result } from '../base/result.js';
import { planIn } from '../influence/plans.js';
import { choiceIn } from '../model/choice.js';
import type { DecisionRecord } from '../model/decision.js';
import { decisionHeadIn, decisionIn } from '../model/decision-codec.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { ReasonTexts } from '../pack/pack.js';
import type { Log } from '../ports/log.js';
import { historyOf } from '../understand/history.js';
import type { Core } from './core.js';
import { withoutPurpose } from './rights.js';
import type { Writer } from './writer.js';

export interface DecidedParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly writer: Writer;
  readonly reasons?: ReasonTexts;
}

export class Decided {
  readonly #parts: DecidedParts;

  constructor(parts: DecidedParts) {
    this.#parts = parts;
  }

  /** The event of a decision of whichever kind, for the person themself; undefined: there is none. */
  event(id: string): BehaviourEvent | undefined {
    const { core, writer } = this.#parts;
    const position = core.decisions.get(id)?.position;
    return writer.findUnsettled(id) ?? (position === undefined ? undefined : this.at(position));
  }

  /** For anyone else. Fails with decision_unknown, when there is none of that type; decision_withdrawn. */
  told(id: string, type: string): Result<BehaviourEvent> {
    const event = this.event(id);
    if (event?.type !== type) return fail('decision_unknown');
    return this.mayBeTold(event, this.#parts.core.decisions.get(id)?.position) ? ok(event) : fail('decision_withdrawn');
  }

  /**
   * May anyone but the person read what was decided from what they allowed for `personalise`, and stands in their stream at a position
   * (absent: it is not folded yet)? Not once they have withdrawn that, though they grant it again; but what somebody is to look at, at
   * their own wish.
   */
  mayBeTold(event: BehaviourEvent, position?: number): boolean {
    const { core, log } = this.#parts;
    const { id, subject } = event;
    if (subject === null || core.requests.reviewed(core.identity.members(subject)).has(id)) return true;
    const stand = core.gate.standingAhead(subject)?.stands.personalise;
    // [C104]
    const at = position ?? Infinity;
    if (core.shared.strangersIn(event, at).some((stranger) => this.#hasRefused(stranger, core.shared.readBy(event, at) ?? 0))) return false;
    const isChanged = stand !== undefined && stand.since > (epochIn(event) ?? position ?? -1);
    if (isChanged && (stand.choice !== 'granted' || position === undefined)) return false;
    return position === undefined || !core.withdrawals.owes(subject) || !withoutPurpose(historyOf(subject, core.trace, log)).has(position);
  }

  /** Somebody who was the same person when it was decided, and is not now: have they taken back what it rests on? */
  #hasRefused(id: string, read: number): boolean {
    const { gate, withdrawals } = this.#parts.core;
    const stand = gate.standingAhead(id)?.stands.personalise;
    const isChanged = stand !== undefined && stand.choice !== 'granted' && stand.since >= read;
    return isChanged || withdrawals.owes(id);
  }

  why(id: string): Result<Why> {
    const { core, reasons } = this.#parts;
    const event = this.told(id, systemTypes.decisionMade);
    if (!event.ok) return event;
    const title = (item: string): string => core.catalogue.titleOf(item);
    return ok(explain(decisionIn(event.value), core.decisions.became(id), title, reasons));
  }

  whyChoice(id: string): Result<ChoiceWhy> {
    const event = this.told(id, systemTypes.choiceMade);
    return event.ok ? ok(explainChoice(choiceIn(event.value), this.#parts.core.decisions.became(id))) : event;
  }

  async whyInFull(id: string): Promise<Result<WhyInFull>> {
    const why = this.why(id);
    if (!why.ok) return why;
    const changes = await this.counterfactual(why.value.decision);
    return ok(whyInFull(why.value, this.#parts.core.decisions.get(id)?.corrected, changes.ok ? changes.value : null));
  }

  counterfactual(record: DecisionRecord): Promise<Result<Counterfactual>> {
    const { core, clock } = this.#parts;
    return counterfactual(
      record,
      (decided, changed) => core.rank.again(decided, changed),
      () => clock.yield(),
    );
  }

  /** What stands at a position; undefined: a gap. */
  at(position: number): BehaviourEvent | undefined {
    const entry = this.#parts.log.readOne(position);
    return entry === undefined || entry.bytes === null ? undefined : decodeEvent(entry.bytes, entry.mask);
  }
}

/** Position of the last change of consent that a decision was made under; null: it does not say. */
function epochIn(event: BehaviourEvent): number | null {
  if (event.type === systemTypes.decisionMade) return decisionHeadIn(event).epoch;
  if (event.type === systemTypes.choiceMade) return choiceIn(event).epoch;
  return event.type === systemTypes.planMade ? planIn(event).epoch : null;
}
