// What this browser keeps about its person: what they chose and when, and, only while something is granted, an id drawn here.
// Read from the store at each use, so that what one tab is told holds in all of them.
import type { Choices } from './purpose.js';
import type { Store } from './store.js';

export interface Person {
  /** When they chose, ms; absent: never asked. */
  readonly at?: number;
  readonly choices?: Choices;
  /** Did the browser send Global Privacy Control when they chose? */
  readonly gpc?: boolean;
  /** Absent while nothing is granted. */
  readonly id?: string;
  readonly user?: string | undefined;
}

const key = 'ethogram';
/**
 * Where stands by when the server has heard of what was chosen, ms. Beside the person, not in them: a tab learns late of what another one
 * wrote, and must not write back a grant that was taken back.
 */
export const heardKey = 'ethogram.heard';

export function personIn(store: Store): Person {
  try {
    // What stands there was written below; a page that writes something else there harms itself alone.
    return JSON.parse(store.get(key) ?? '{}') as Person;
  } catch {
    return {};
  }
}

export function keepPerson(store: Store, person: Person | null): void {
  if (person) store.set(key, JSON.stringify(person));
  else store.remove(key);
  // Of what was said before, or by a clock that has been set back since: it is learned anew.
  store.remove(heardKey);
}

/** 128 random bits. Not randomUUID, which pages without TLS do not have. */
export function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
