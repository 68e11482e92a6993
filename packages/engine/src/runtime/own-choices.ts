// Reads the choices at one point from the log, with their outcomes, as far as they may be learned from: by the masks of their events and
// the grant that holds now, if it held already where the choice stands. For off-policy evaluation; one pass over the log.
// Invariant: a choice of before the grant is left out whole. What followed it was not kept to learn from, so it would count as lost.
import { decodeEvent } from '../model/event-codec.js';
import { bitOf } from '../model/purpose.js';
import { systemTypes } from '../model/system-event.js';
import { choiceIn, type ChoiceRecord } from '../model/choice.js';
import type { LoggedChoice } from '../influence/offpolicy/own-log.js';
import type { Engine } from './engine.js';

/** `position` by position, up to the head. */
export function ownChoices({ log, core }: Engine, point: string): LoggedChoice[] {
  const made = new Map<string, { readonly record: ChoiceRecord; won: boolean }>();
  for (const entry of log.read(0)) {
    if (entry.bytes === null) continue;
    const event = decodeEvent(entry.bytes, entry.mask);
    if (event.type === systemTypes.choiceMade) {
      const record = choiceIn(event);
      const { subject } = record;
      // [C93]
      const mayLearn = subject !== null && core.gate.permitRead(subject, 'train', null).ok && core.gate.hasGranted(subject, 'train');
      const since = subject === null ? undefined : core.gate.standing(subject)?.stands.train?.since;
      if (mayLearn && (since ?? -1) < entry.position && record.point === point && record.action !== null)
        made.set(record.id, { record, won: false });
    } else if (event.type === systemTypes.outcome && (event.mask & bitOf('train')) !== 0) {
      const { decisionId, kind } = event.properties;
      const choice = typeof decisionId === 'string' ? made.get(decisionId) : undefined;
      if (choice !== undefined && choice.record.subject === event.subject && choice.record.objective.outcome === kind) choice.won = true;
    }
  }
  return [...made.values()];
}
