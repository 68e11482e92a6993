// Decisions that rest on what several ids did which were one person then. Once the ids are parted they may be two people's: to the one is
// not told what the other did, and when the other goes, what was decided from them goes too. A record does not say which ids it read, so
// every personal one counts that was made while they were linked.
import { planIn } from '../influence/plans.js';
import { choiceIn } from '../model/choice.js';
import { decisionHeadIn } from '../model/decision-codec.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes } from '../model/system-event.js';
import type { Log } from '../ports/log.js';
import type { Placed } from '../understand/history.js';
import type { Identity } from '../understand/identity.js';
import type { Trace } from '../understand/trace.js';

export class SharedDecisions {
  readonly #identity: Identity;
  readonly #trace: Trace;
  readonly #log: Pick<Log, 'readOne'>;

  constructor(identity: Identity, trace: Trace, log: Pick<Log, 'readOne'>) {
    this.#identity = identity;
    this.#trace = trace;
    this.#log = log;
  }

  /** Ids that the decision may have read and that are no more the person's; none of what is no personal decision. */
  strangersIn(event: BehaviourEvent): readonly string[] {
    const { subject } = event;
    const read = stateReadBy(event);
    if (subject === null || read === null) return [];
    const then = this.#identity.membersAt(subject, read);
    if (then.length === 1) return [];
    const own = new Set(this.#identity.members(subject));
    return then.filter((id) => !own.has(id));
  }

  /** Of other ids, the decisions that may have read one of these; `below`: only those made from what was folded by then. */
  restingOn(subjects: ReadonlySet<string>, below = Infinity): Map<string, readonly Placed[]> {
    const found = new Map<string, readonly Placed[]>();
    for (const other of this.#identity.everWith(subjects)) {
      const own: Placed[] = [];
      for (const position of this.#trace.positions(other)) {
        const entry = this.#log.readOne(position);
        if (entry === undefined || entry.bytes === null) continue;
        const event = decodeEvent(entry.bytes, entry.mask);
        const read = stateReadBy(event);
        if (read === null || read > below) continue;
        if (this.#identity.membersAt(other, read).some((id) => subjects.has(id))) own.push({ position, event });
      }
      if (own.length > 0) found.set(other, own);
    }
    return found;
  }
}

/** Up to which position state was folded when a personal decision read it; null: it is none. */
export function stateReadBy(event: BehaviourEvent): number | null {
  const decided = decidedIn(event);
  return decided === undefined || decided.mode !== 'personal' ? null : decided.position;
}

function decidedIn(event: BehaviourEvent): { readonly mode: string; readonly position: number } | undefined {
  if (event.type === systemTypes.decisionMade) return decisionHeadIn(event);
  if (event.type === systemTypes.choiceMade) return choiceIn(event);
  return event.type === systemTypes.planMade ? planIn(event) : undefined;
}
