// To whom data of a person was disclosed, folded: who is owed a notice when it is erased, corrected or restricted (GDPR art. 19). It stands
// in the stream of the person and goes with an erasure, which first says what is owed (notices.ts).
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Disclosure } from '../model/request.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';

export class Recipients implements FoldPart {
  readonly name = 'recipient';
  readonly hears = isSystemType;
  readonly #rows: Table<readonly Disclosure[]>;

  constructor(rows: Table<readonly Disclosure[]>) {
    this.#rows = rows;
  }

  of(subject: string): readonly Disclosure[] {
    return this.#rows.get(subject) ?? [];
  }

  apply(event: BehaviourEvent): void {
    if (event.type !== systemTypes.recipientDisclosed || event.subject === null) return;
    const disclosure = event.properties['disclosure'] as Disclosure; // written by runtime/tellings.ts
    this.#rows.set(event.subject, [...this.of(event.subject), disclosure]);
  }

  withdraw(): void {
    // who was told rests on no purpose
  }

  forget(subject: string): void {
    this.#rows.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [subject, rows] of this.#rows.rows()) yield `${JSON.stringify(subject)}\t${canonicalJson(rows)}`;
  }
}
