// What one event changed in a profile: each trait before and after, in words. The engine keeps no history of traits; but a trait is a
// fold of the person's events, so both are folded here from the log as it stands. What was erased or withdrawn meanwhile is not told
// again.
import { limits } from '../base/limits.js';
import type { BehaviourEvent } from '../model/event.js';
import { bitOf, maskOf, purposes, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Engine } from '../runtime/engine.js';
import { defaultTraits } from '../runtime/default-traits.js';
import { consentIn } from '../understand/consents.js';
import { historyOf } from '../understand/history.js';
import type { TraitValues } from '../understand/trait.js';
import { traitText } from './first-screen-trait.js';

export interface TraitChange {
  readonly trait: string;
  /** null: there was none. */
  readonly before: string | null;
  readonly after: string;
}

/** Empty when the person's events are too many to fold for a look (limits.screenFoldEvents), or nothing changed. */
export function traitChanges(engine: Engine, subject: string, position: number): TraitChange[] {
  const { trace } = engine.core;
  if (trace.positions(subject).length > limits.screenFoldEvents) return [];
  const known = engine.profile(subject);
  if (!known.ok) return [];
  const before: TraitValues = {};
  const after: TraitValues = {};
  const traits = defaultTraits(engine.core.registry).filter(({ name }) => known.value.traits[name] !== undefined);
  for (const { position: each, event } of historyOf(subject, trace, engine.log)) {
    if (each > position) break;
    const withdrawn = withdrawnBy(event);
    for (const { name, purpose } of traits) {
      if ((withdrawn & bitOf(purpose)) === 0) continue;
      delete before[name];
      delete after[name];
    }
    if (isSystemType(event.type)) continue;
    for (const trait of traits) {
      if ((event.mask & bitOf(trait.purpose)) === 0) continue;
      trait.fold(after, event, each);
      if (each < position) trait.fold(before, event, each);
    }
  }
  return traits.flatMap((trait) => {
    const then = traitText(trait.view(before));
    const now = traitText(trait.view(after));
    return now === null || now === then ? [] : [{ trait: trait.name, before: then, after: now }];
  });
}

/** Purposes that this event takes back: what it changes is all that it says. */
export function withdrawnBy(event: BehaviourEvent): PurposeMask {
  if (event.type !== systemTypes.consentChanged) return 0;
  const { choices } = consentIn(event);
  return maskOf(purposes.filter((purpose) => choices[purpose] !== undefined && choices[purpose] !== 'granted'));
}
