// What is kept of people who were erased, because a law obliges the deployment to keep it, or because a named human holds it for a claim:
// sealed apart from the log, under a key for each class. Nothing is folded or learned from it; the engine reads it for nobody but who names
// the class. Invariant: what `keep` resolved for is on stable storage; of a class that `destroy` resolved for no key is left, and no byte.
import type { Purpose } from '../model/purpose.js';

/** Why something is kept, and how long: what has the same ground, and ends on the same day, is one class. */
export interface KeptGround {
  /** `obligation`: a law, for events of one type, up to a day. `hold`: a named human, until one ends it. */
  readonly kind: 'obligation' | 'hold';
  /** The obligation, as it was declared; of a hold its id. */
  readonly name: string;
  /** Of an obligation: whose events, and the purpose that it was declared for. */
  readonly eventType: string | null;
  readonly purpose: Purpose | null;
  /** The last day on which it is kept, in days since 1970-01-01 UTC; null: until somebody ends it. */
  readonly untilDay: number | null;
}

export interface KeptEvent {
  /** Where it stood in the log. */
  readonly position: number;
  readonly mask: number;
  readonly bytes: Uint8Array;
}

export interface KeptClass extends KeptGround {
  readonly id: number;
  readonly events: number;
}

export interface KeptStore {
  /**
   * Adds events to their classes; what a class holds already is left as it is. Throws CodedError disk_full; a class that had no space for
   * all is then as it was.
   */
  keep(what: readonly { readonly ground: KeptGround; readonly events: readonly KeptEvent[] }[]): Promise<void>;
  /** By id, ascending. */
  list(): readonly KeptClass[];
  /** In the order in which they were kept; undefined: there is no such class. Throws CodedError log_damaged. */
  read(id: number): readonly KeptEvent[] | undefined;
  /** Destroys keys and bytes of these classes. Resolves with how many events, when nothing of them is left. */
  destroy(ids: readonly number[]): Promise<number>;
}
