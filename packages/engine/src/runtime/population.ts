// Everybody who may be looked at for a purpose, one after the other, with their traits: what cut points, lookalikes and insights start
// from. Each person is read under a permit; who granted nothing, withdrew, or restricted it does not come up. Ids stand for people here:
// linked ones are not united, so that nobody's share depends on whom they were linked to.
import type { HalfSipHash } from '../base/half-sip-hash.js';
import { limits } from '../base/limits.js';
import type { Purpose } from '../model/purpose.js';
import type { Clock } from '../ports/clock.js';
import type { TraitValues } from '../understand/trait.js';
import type { Core } from './core.js';

export interface Person {
  readonly subject: string;
  readonly traits: Readonly<TraitValues>;
}

/** Lets other work through between slices; who came or went meanwhile may be in it or not. */
export async function* population(core: Core, clock: Clock, purpose: Purpose): AsyncIterable<Person> {
  let after = '';
  for (;;) {
    const slice: string[] = [];
    for (const subject of core.profiles.subjects(after)) {
      slice.push(subject);
      if (slice.length >= limits.insightSlice) break;
    }
    for (const subject of slice) {
      const traits = core.profiles.read(subject)?.traits;
      if (traits === undefined) continue;
      const permit = core.gate.permitRead(subject, purpose, traits);
      const opened = permit.ok ? core.gate.open(permit.value, purpose) : permit;
      if (opened.ok) yield { subject, traits: opened.value };
    }
    const last = slice.at(-1);
    if (last === undefined || slice.length < limits.insightSlice) return;
    after = last;
    await clock.yield();
  }
}

/**
 * What is read of at most limits.insightPeopleMax of them. Who they are goes by a keyed hash of their ids: not by how these begin, and so
 * that nobody's coming or going changes who else is looked at.
 */
export async function sample<T>(
  { core, clock, hash }: { readonly core: Core; readonly clock: Clock; readonly hash: HalfSipHash },
  purpose: Purpose,
  read: (person: Person) => T,
): Promise<T[]> {
  const chosen: [hash: number, value: T][] = [];
  // Twice as many are held as are kept: then those with larger hashes go.
  const trim = (): void => {
    chosen.sort((a, b) => a[0] - b[0]);
    chosen.length = Math.min(chosen.length, limits.insightPeopleMax);
  };
  for await (const person of population(core, clock, purpose)) {
    hash.hash(person.subject);
    chosen.push([hash.low, read(person)]);
    if (chosen.length >= 2 * limits.insightPeopleMax) trim();
  }
  trim();
  return chosen.map(([, value]) => value);
}
