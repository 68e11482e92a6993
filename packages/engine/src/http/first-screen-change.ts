// What one event changed in a profile: each trait before and after, in words. The engine keeps no history of traits; but a trait is a
// fold of the person's events, so both are folded here from the log as it stands. What was erased or withdrawn meanwhile is not told
// again.
import { limits } from '../base/limits.js';
import { bitOf } from '../model/purpose.js';
import { isSystemType } from '../model/system-event.js';
import { decodeEvent } from '../model/event-codec.js';
import type { Engine } from '../runtime/engine.js';
import { defaultTraits } from '../runtime/default-traits.js';
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
  const positions = engine.core.trace.positions(subject).filter((each) => each <= position);
  if (positions.length > limits.screenFoldEvents) return [];
  const known = engine.profile(subject);
  if (!known.ok) return [];
  const before: TraitValues = {};
  const after: TraitValues = {};
  const traits = defaultTraits(engine.core.registry).filter(({ name }) => known.value.traits[name] !== undefined);
  for (const each of positions) {
    const entry = engine.log.readOne(each);
    if (entry === undefined || entry.bytes === null) continue;
    const event = decodeEvent(entry.bytes, entry.mask);
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
