// What is known of a person, as their profile is answered: what they chose, and the traits folded from what they allowed, as they are kept
// and in words.
import { traitTold } from '../answer/trait-told.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Core } from './core.js';
import type { ProfileView } from './engine-options.js';
import type { Segmentation } from './segmentation.js';

/** Fails with subject_unknown. */
export function profileView(core: Core, segmentation: Segmentation, subject: string): Result<ProfileView> {
  const consent = core.gate.standing(subject) ?? null;
  if (consent === null && !core.trace.has(subject)) return fail('subject_unknown');
  const ids = core.identity.members(subject);
  const positions = new Set(ids.flatMap((id) => core.trace.positions(id)));
  const traits = core.profiles.view(ids);
  const told = Object.fromEntries(traitsTold(core, traits));
  return ok({ subject, ids, consent, traits, told, segments: segmentation.ofPerson(subject, ids), events: positions.size });
}

/** Traits by name, in words. */
export function traitsTold(core: Core, values: ProfileView['traits']): (readonly [name: string, told: string])[] {
  const kindOf = new Map(core.traits.map(({ name, kind }) => [name, kind]));
  const specOf = new Map(core.definitions.traits.map((spec) => [spec.name, spec]));
  return Object.entries(values).map(([name, value]) => {
    const kind = kindOf.get(name);
    return [name, kind === undefined ? JSON.stringify(value) : traitTold(kind, value, specOf.get(name))];
  });
}
