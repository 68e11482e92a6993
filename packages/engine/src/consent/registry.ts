// The registry of one tenant: which event types exist, for which purposes, and which lawful bases the deployment has declared.
// Undeclared does not exist. Everything in it came from events, so a replay sees the same registry at the same position.
import { dateOf, momentOf } from '../base/calendar.js';
import { canonicalJson } from '../base/canonical-json.js';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { EventType } from '../model/event-type.js';
import type { BasisDeclaration, LawfulBasis } from '../model/system-event.js';
import { bitOf, isPurpose, type Purpose, type PurposeMask } from '../model/purpose.js';
import type { Table } from '../ports/tables.js';

export interface Declared {
  readonly basis: LawfulBasis;
  readonly reason: string;
  readonly since: number;
  /** Of a legal obligation: for so many days the event is kept, whatever else is destroyed. */
  readonly keepDays?: number;
  /** From the end of the calendar year in which it happened; absent: from when it happened. */
  readonly keepFrom?: 'year_end';
}

/** What obliges to keep an event, and for how long. */
export interface Obligation {
  readonly name: string;
  readonly purpose: Purpose;
  /** The last day (since 1970 UTC) on which it is kept. */
  readonly untilDay: number;
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

  /** Is any event type kept by law? */
  get hasObligations(): boolean {
    return [...this.#declared.values()].some(({ keepDays }) => keepDays !== undefined);
  }

  /** The longest obligation to keep an event of that type that was kept for these purposes; undefined: nothing obliges to. */
  obligation(typeName: string, mask: PurposeMask, occurredAt: number): Obligation | undefined {
    let longest: Obligation | undefined;
    for (const [purpose] of this.known(typeName)?.purposes ?? []) {
      const declared = this.declared(typeName, purpose);
      if (declared?.keepDays === undefined || declared.basis !== 'legal_obligation' || (mask & bitOf(purpose)) === 0) continue;
      const from = declared.keepFrom === 'year_end' ? yearEndOf(occurredAt) : dayOf(occurredAt);
      const untilDay = from + declared.keepDays;
      if (longest === undefined || untilDay > longest.untilDay) longest = { name: declared.reason, purpose, untilDay };
    }
    return longest;
  }

  foldType(type: EventType, position: number): void {
    this.#types.set(type.name, { type, since: position });
    this.#index(type);
  }

  foldBasis(declaration: BasisDeclaration, position: number): void {
    const key = `${declaration.eventType}\u0000${declaration.purpose}`;
    const { basis, reason, keepDays, keepFrom } = declaration;
    const row: Declared = {
      basis,
      reason,
      since: position,
      ...(keepDays === undefined ? {} : { keepDays }),
      ...(keepFrom === 'year_end' ? { keepFrom } : {}),
    };
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

/** How far the clocks of a place may be ahead of UTC: there it is the next year first, and an event may have been there. */
const aheadMsMax = 14 * 3_600_000;

/** The last day of the calendar year. */
function yearEndOf(occurredAt: number): number {
  const { year } = dateOf(occurredAt + aheadMsMax);
  return dayOf(momentOf({ year: year + 1, month: 1, day: 1, ms: 0 })) - 1;
}

/** Only a legal obligation keeps an event, for whole days. */
export function isKeepPeriod({ basis, keepDays, keepFrom }: BasisDeclaration): boolean {
  if (keepDays === undefined) return keepFrom === undefined;
  return basis === 'legal_obligation' && Number.isInteger(keepDays) && keepDays > 0 && keepDays <= limits.keepDaysMax;
}

/** Does a declaration say what holds already? */
export function isSameBasis(held: Declared, { basis, reason, keepDays, keepFrom = 'event' }: BasisDeclaration): boolean {
  return held.basis === basis && held.reason === reason && held.keepDays === keepDays && (held.keepFrom ?? 'event') === keepFrom;
}
