// Decisions that rest on what several ids did which were one person then. Once the ids are parted they may be two people's: to the one is
// not told what the other did, and when the other goes, what was decided from them goes too. A record does not say which ids it read, so
// every personal one counts that was made while they were linked, and so does what somebody put into the plan of another.
import type { Decisions } from '../influence/decisions.js';
import { joinedIn, planIn } from '../influence/plans.js';
import { choiceIn } from '../model/choice.js';
import { decisionHeadIn } from '../model/decision-codec.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes } from '../model/system-event.js';
import type { Log } from '../ports/log.js';
import type { Placed } from '../understand/history.js';
import type { Identity } from '../understand/identity.js';
import type { Trace } from '../understand/trace.js';

export interface SharedParts {
  readonly identity: Identity;
  readonly trace: Trace;
  readonly decisions: Pick<Decisions, 'get'>;
  readonly log: Pick<Log, 'readOne'>;
}

export class SharedDecisions {
  readonly #parts: SharedParts;

  constructor(parts: SharedParts) {
    this.#parts = parts;
  }

  /** Ids that the decision may have read and that are no more the person's; none of what is no personal decision. */
  strangersIn(event: BehaviourEvent, position: number): readonly string[] {
    const { identity } = this.#parts;
    const { subject } = event;
    const read = this.readBy(event, position);
    if (subject === null || read === null) return [];
    const then = identity.membersAt(subject, read);
    if (then.length === 1) return [];
    const own = new Set(identity.members(subject));
    return then.filter((id) => !own.has(id));
  }

  /** Of other ids, the decisions that may have read one of these; `below`: only those made from what was folded by then. */
  restingOn(subjects: ReadonlySet<string>, below = Infinity): Map<string, readonly Placed[]> {
    const found = new Map<string, readonly Placed[]>();
    const { identity, trace, log } = this.#parts;
    for (const other of identity.everWith(subjects)) {
      const own: Placed[] = [];
      for (const position of trace.positions(other)) {
        const entry = log.readOne(position);
        if (entry === undefined || entry.bytes === null) continue;
        const event = decodeEvent(entry.bytes, entry.mask);
        const read = this.readBy(event, position);
        if (read === null || read > below) continue;
        if (identity.membersAt(other, read).some((id) => subjects.has(id))) own.push({ position, event });
      }
      if (own.length > 0) found.set(other, own);
    }
    return found;
  }

  /** Up to which position state was folded when what stands here was read from somebody; null: it is no personal decision. */
  readBy(event: BehaviourEvent, position: number): number | null {
    // [C105]
    if (event.type === systemTypes.planJoined) {
      // It says nothing of when. Its plan does, which stands before it in the same record of the log, unless it is gone.
      const at = this.#parts.decisions.get(joinedIn(event).plan)?.position;
      const entry = at === undefined ? undefined : this.#parts.log.readOne(at);
      return entry === undefined || entry.bytes === null ? position : planIn(decodeEvent(entry.bytes, entry.mask)).position;
    }
    const decided = decidedIn(event);
    return decided === undefined || decided.mode !== 'personal' ? null : decided.position;
  }
}

function decidedIn(event: BehaviourEvent): { readonly mode: string; readonly position: number } | undefined {
  if (event.type === systemTypes.decisionMade) return decisionHeadIn(event);
  if (event.type === systemTypes.choiceMade) return choiceIn(event);
  return event.type === systemTypes.planMade ? planIn(event) : undefined;
}
