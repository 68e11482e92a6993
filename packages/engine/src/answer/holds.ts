// Legal holds, folded: somebody, by name and with a reason, has said that nothing of a person is to be destroyed, because it is needed for
// a legal claim (GDPR art. 17(3)(e)). A hold stands in the person's stream and goes with an erasure, which then seals apart what it would
// destroy; what is sealed apart is listed by the store of what is kept, under the id of the hold.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, type LegalHold, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';

export interface HoldRow extends Omit<LegalHold, 'hold'> {
  readonly subject: string;
  /** When it was placed, ms since 1970 UTC. */
  readonly at: number;
}

export class Holds implements FoldPart {
  readonly name = 'hold';
  readonly hears = isSystemType;
  readonly #rows: Table<HoldRow>;

  constructor(rows: Table<HoldRow>) {
    this.#rows = rows;
  }

  get(hold: string): Readonly<HoldRow> | undefined {
    return this.#rows.get(hold);
  }

  /** Every hold that nobody has ended, in order of their ids. */
  list(): Iterable<readonly [string, Readonly<HoldRow>]> {
    return this.#rows.rows();
  }

  /** Ids of the holds on any of these. */
  on(subjects: readonly string[]): string[] {
    return [...this.#rows.rows()].filter(([, row]) => subjects.includes(row.subject)).map(([hold]) => hold);
  }

  apply({ subject, type, properties, occurredAt }: BehaviourEvent): void {
    if (subject === null) return;
    if (type === systemTypes.holdPlaced) {
      const { hold, by, reason } = properties['placed'] as LegalHold; // written by the engine
      this.#rows.set(hold, { subject, by, reason, at: occurredAt });
    } else if (type === systemTypes.holdEnded) this.#rows.delete((properties['ended'] as LegalHold).hold); // as above
  }

  withdraw(): void {
    // a claim rests on no purpose
  }

  forget(subject: string): void {
    for (const hold of this.on([subject])) this.#rows.delete(hold);
  }

  *dump(): Iterable<string> {
    for (const [hold, row] of this.#rows.rows()) yield `${JSON.stringify(hold)}\t${canonicalJson(row)}`;
  }
}
