// The profile: a subject's traits, one row a person. A trait sees only events that may be used for its purpose; a withdrawal of that
// purpose removes it whole.
import { canonicalJson } from '../base/canonical-json.js';
import { dayOf } from '../base/day.js';
import type { BehaviourEvent } from '../model/event.js';
import { bitOf, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Rows, Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';
import type { Trait, TraitValues } from './trait.js';

export interface ProfileRow {
  /** The retention cut (calendar day) that the traits reflect. */
  cut: number;
  traits: TraitValues;
}

export class Profiles implements FoldPart {
  readonly name = 'profile';
  readonly #rows: Rows<ProfileRow>;
  readonly #meta: Table<number>;
  readonly #traits: readonly Trait[];
  #cutDay: number;

  constructor(rows: Rows<ProfileRow>, meta: Table<number>, traits: readonly Trait[]) {
    this.#rows = rows;
    this.#meta = meta;
    this.#traits = traits;
    this.#cutDay = meta.get('profileCutDay') ?? 0;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.retentionCut) {
      const day = event.properties['day'];
      if (typeof day === 'number' && day > this.#cutDay) {
        this.#cutDay = day;
        this.#meta.set('profileCutDay', day);
      }
      return;
    }
    // What is older than the cut counts no more, whenever it comes: so traits are a function of the set of events alone.
    if (event.subject === null || isSystemType(event.type) || dayOf(event.occurredAt) < this.#cutDay) return;
    let row: ProfileRow | undefined;
    for (const trait of this.#traits) {
      // [C20]
      if ((event.mask & bitOf(trait.purpose)) === 0) continue;
      row ??= this.#current(event.subject);
      trait.fold(row.traits, event, position);
    }
  }

  /** The traits of a subject under a purpose, with the retention cut applied; undefined when there are none. */
  read(subject: string): Readonly<ProfileRow> | undefined {
    const row = this.#rows.get(subject);
    if (row === undefined) return undefined;
    const current = row.cut === this.#cutDay ? row : this.#trimmed(row);
    // A row of which the cut left nothing is no row: it is not there either when the log is folded anew.
    return Object.keys(current.traits).length === 0 ? undefined : current;
  }

  /** The traits of all these ids together, as if their events had come under one; undefined when there are none. */
  union(subjects: readonly string[]): Readonly<ProfileRow> | undefined {
    const rows = subjects.flatMap((subject) => this.read(subject) ?? []);
    if (rows.length <= 1) return rows[0];
    const people = rows.map(({ traits }) => traits);
    const united = this.#traits.map((trait) => [trait.name, trait.union(people)] as const);
    return { cut: this.#cutDay, traits: Object.fromEntries(united.filter(([, value]) => value !== undefined)) };
  }

  /** The traits of these ids as they are told; those without a value are not there. */
  view(subjects: readonly string[]): Readonly<Record<string, unknown>> {
    return this.#view(this.union(subjects)?.traits ?? {});
  }

  /** Ids of whom there are traits, in order, after one of them. */
  *subjects(after = ''): Iterable<string> {
    for (const [subject] of this.#rows.rows(after)) if (subject !== after) yield subject;
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    const gone = this.#traits.filter((trait) => (purposes & bitOf(trait.purpose)) !== 0);
    if (gone.length === 0 || this.#rows.get(subject) === undefined) return;
    const row = this.#current(subject);
    // [C21]
    for (const trait of gone) delete row.traits[trait.name];
    if (Object.keys(row.traits).length === 0) this.#rows.delete(subject);
  }

  forget(subject: string): void {
    this.#rows.delete(subject);
  }

  *dump(): Iterable<string> {
    yield `cut\t${this.#cutDay}`;
    for (const [subject] of this.#rows.rows()) {
      const row = this.read(subject);
      if (row !== undefined) yield `${JSON.stringify(subject)}\t${canonicalJson(this.#view(row.traits))}`;
    }
  }

  #view(values: Readonly<TraitValues>): Record<string, unknown> {
    const told = this.#traits.map((trait) => [trait.name, trait.view(values)] as const);
    return Object.fromEntries(told.filter(([, value]) => value !== undefined));
  }

  #current(subject: string): ProfileRow {
    const row = this.#rows.edit(subject, () => ({ cut: this.#cutDay, traits: {} }));
    if (row.cut !== this.#cutDay) this.#cut(row);
    return row;
  }

  #trimmed(row: Readonly<ProfileRow>): ProfileRow {
    const copy = structuredClone(row);
    this.#cut(copy);
    return copy;
  }

  #cut(row: ProfileRow): void {
    row.cut = this.#cutDay;
    for (const trait of this.#traits) trait.cut(row.traits, this.#cutDay);
  }
}
