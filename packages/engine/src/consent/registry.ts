// The registry of one tenant: which event types exist, for which purposes, and which lawful bases the deployment has declared.
// Undeclared does not exist. Everything in it came from events, so a replay sees the same registry at the same position.
import { canonicalJson } from '../base/canonical-json.js';
import type { EventType } from '../model/event-type.js';
import type { BasisDeclaration, LawfulBasis } from '../model/system-event.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import type { Table } from '../ports/tables.js';

export interface Declared {
  readonly basis: LawfulBasis;
  readonly reason: string;
  readonly since: number;
}

export interface TypeRow {
  readonly type: EventType;
  readonly since: number;
}

/** A registered type, ready for the hot path. */
export interface KnownType {
  readonly type: EventType;
  /** Purposes with how they may hold, in registry order. */
  readonly purposes: readonly (readonly [Purpose, 'consent' | 'declared'])[];
}

export class Registry {
  readonly #types: Table<TypeRow>;
  readonly #bases: Table<Declared>;
  #byName = new Map<string, KnownType>();
  #declared = new Map<string, Declared>();
  #byPurpose = new Map<Purpose, Declared[]>();

  constructor(types: Table<TypeRow>, bases: Table<Declared>) {
    this.#types = types;
    this.#bases = bases;
    this.load();
  }

  /** Reads both tables again (after opening or a wipe). */
  load(): void {
    this.#byName = new Map();
    this.#declared = new Map();
    for (const [, row] of this.#types.rows()) this.#index(row.type);
    for (const [key, row] of this.#bases.rows()) this.#declared.set(key, row);
    this.#indexPurposes();
  }

  /** The type of that name or alias; undefined: it does not exist. */
  known(name: string): KnownType | undefined {
    return this.#byName.get(name);
  }

  list(): EventType[] {
    return [...new Set(this.#byName.values())].map((known) => known.type);
  }

  declared(typeName: string, purpose: Purpose): Declared | undefined {
    return this.#declared.get(`${typeName}\u0000${purpose}`);
  }

  /** Every basis declared for a purpose, oldest first. */
  declaredFor(purpose: Purpose): readonly Declared[] {
    return this.#byPurpose.get(purpose) ?? [];
  }

  foldType(type: EventType, position: number): void {
    this.#types.set(type.name, { type, since: position });
    this.#index(type);
  }

  foldBasis(declaration: BasisDeclaration, position: number): void {
    const key = `${declaration.eventType}\u0000${declaration.purpose}`;
    const row: Declared = { basis: declaration.basis, reason: declaration.reason, since: position };
    this.#bases.set(key, row);
    this.#declared.set(key, row);
    this.#indexPurposes();
  }

  /** Canonical lines of the declared bases. */
  *dumpBases(): Iterable<string> {
    for (const [key, row] of this.#bases.rows()) yield `basis\t${JSON.stringify(key)}\t${canonicalJson(row)}`;
  }

  #indexPurposes(): void {
    this.#byPurpose = new Map();
    const rows = [...this.#declared].sort(([, a], [, b]) => a.since - b.since);
    for (const [key, row] of rows) {
      const purpose = key.slice(key.indexOf('\u0000') + 1);
      if (!isPurpose(purpose)) continue;
      const list = this.#byPurpose.get(purpose);
      if (list === undefined) this.#byPurpose.set(purpose, [row]);
      else list.push(row);
    }
  }

  #index(type: EventType): void {
    const purposes: (readonly [Purpose, 'consent' | 'declared'])[] = [];
    for (const [purpose, how] of Object.entries(type.purposes)) if (isPurpose(purpose) && how !== undefined) purposes.push([purpose, how]);
    const known: KnownType = { type, purposes };
    for (const name of [type.name, ...(type.aliases ?? [])]) this.#byName.set(name, known);
  }
}
