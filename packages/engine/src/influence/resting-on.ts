// What a personal decision rests on, as its record says it: nobody may be told of a permission that they never gave.
import type { Gate } from '../consent/gate.js';
import type { LawfulBasis } from '../model/system-event.js';

/** Nothing to say where it is the person's own grant, or where nobody's data is used (`subject` null). */
export function restingOn(gate: Gate, subject: string | null): { readonly basis?: LawfulBasis } {
  const basis = subject === null ? undefined : gate.basisOf(subject, 'personalise');
  return basis === undefined ? {} : { basis };
}
