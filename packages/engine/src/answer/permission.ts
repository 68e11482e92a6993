// On what the use of a person's data rests, in words.
import type { LawfulBasis } from '../model/system-event.js';

/** `basis` undefined: on the person's own grant, which is told as `granted`. */
export function permissionOf(basis: LawfulBasis | undefined, granted: string): string {
  return basis === undefined ? granted : `on a declared basis (${basis.replaceAll('_', ' ')})`;
}
