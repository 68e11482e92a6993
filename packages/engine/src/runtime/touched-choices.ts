// Which choices for a person would have started from something else, had one of their events been what a correction says: another depth of
// the visit, other words about themselves, another answer to an earlier choice. The history is gone through twice at once, as it was and as
// it is to be, and compared where a choice was made. Of other ids of the person nothing is looked at, as for lists.
import { isDeepStrictEqual } from 'node:util';
import type { Standing, StandingChange } from '../consent/standing.js';
import { declaredType } from '../influence/choices.js';
import { firstChoosePolicy } from '../influence/choose/choice-policy.js';
import { depthOf } from '../influence/choose.js';
import { choiceIn, type ChoiceRecord } from '../model/choice.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import { bitOf, maskOf } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import { currentVisit } from '../understand/current-visit.js';
import type { Placed } from '../understand/history.js';
import type { Trait, TraitValues } from '../understand/trait.js';

/** What choices start from, of one person. */
interface Start {
  traits: TraitValues;
  said: { readonly words: Properties | null; readonly mask: number };
  /** What the event in question says became of an earlier choice. */
  followed: Properties | null;
}

const mayBeKnown = maskOf(['personalise', 'wellbeing']);
const silent = { words: null, mask: 0 };

/** `traits`: those of the visit. `change`: what an event changes of consent. Ids, in log order. */
export function touchedChoices(
  history: readonly Placed[],
  right: Placed,
  traits: readonly Trait[],
  change: (event: BehaviourEvent, before: Standing | undefined, position: number) => StandingChange,
): string[] {
  const was: Start = { traits: {}, said: silent, followed: null };
  const is: Start = { traits: {}, said: silent, followed: null };
  const touched: string[] = [];
  let standing: Standing | undefined;
  for (const { position, event } of history) {
    if (event.type === systemTypes.consentChanged) {
      const after = change(event, standing, position);
      standing = after.standing;
      for (const start of [was, is]) narrow(start, after.narrowed);
    }
    if (event.type === systemTypes.choiceMade && position > right.position && differ(was, is, choiceIn(event))) {
      // [C90]
      touched.push(event.id);
    }
    take(was, event, position, traits, position === right.position);
    take(is, position === right.position ? right.event : event, position, traits, position === right.position);
  }
  return touched;
}

function differ(was: Start, is: Start, { policy, at }: ChoiceRecord): boolean {
  const asOf = policy === firstChoosePolicy ? -Infinity : at;
  return !isDeepStrictEqual(told(was, asOf), told(is, asOf));
}

/**
 * `asOf`: did the visit go on then? -Infinity: it counts whenever it was. To be compared as values: old logs hold words that have no
 * canonical text.
 */
function told({ traits, said, followed }: Start, asOf: number): readonly unknown[] {
  return [depthOf(currentVisit({ cut: 0, traits }, asOf).length), said.words, followed];
}

function narrow(start: Start, narrowed: number): void {
  if ((narrowed & bitOf('personalise')) !== 0) start.traits = {};
  const mask = start.said.mask & ~narrowed;
  start.said = mask === 0 ? silent : { ...start.said, mask };
}

function take(start: Start, event: BehaviourEvent, position: number, traits: readonly Trait[], isInQuestion: boolean): void {
  const { type, properties, mask } = event;
  if (isInQuestion && (type === systemTypes.exposure || type === systemTypes.outcome)) start.followed = properties;
  if (type === declaredType && (mask & mayBeKnown) !== 0) start.said = { words: properties, mask: mask & mayBeKnown };
  if (isSystemType(type) || (mask & bitOf('personalise')) === 0) return;
  for (const trait of traits) trait.fold(start.traits, event, position);
}
