// The registry of one tenant: which event types exist, for which purposes, and which lawful bases the deployment has declared.
// Undeclared does not exist. Everything in it came from events, so a replay sees the same registry at the same position.
// Invariant: what it says of a position never changes any more, so events that are folded again find what they found at first.
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

/** The registry as it was at one position. */
interface View {
  readonly byName: ReadonlyMap<string, KnownType>;
  readonly declared: ReadonlyMap<string, Declared>;
  readonly byPurpose: ReadonlyMap<Purpose, readonly Declared[]>;
}

/** After everything that has been folded. */
const now = Number.POSITIVE_INFINITY;

export class Registry {
  /** Oldest first: what an event was when it was folded is asked again when its person is folded again. */
  readonly #types: Table<readonly TypeRow[]>;
  readonly #bases: Table<readonly Declared[]>;
  #now: View = { byName: new Map(), declared: new Map(), byPurpose: new Map() };
  /** Position of the newest change: beyond it, what holds now held. */
  #changedAt = -1;
  /** The older view that was asked for last, and the positions at which it held: a history is gone through in order. */
  #then: { readonly after: number; readonly through: number; readonly view: View } | undefined;

  constructor(types: Table<readonly TypeRow[]>, bases: Table<readonly Declared[]>) {
    this.#types = types;
    this.#bases = bases;
    this.load();
  }

  /** Reads both tables again (after opening or a wipe). */
  load(): void {
    this.#now = this.#viewAt(now);
    this.#then = undefined;
    this.#changedAt = Math.max(-1, ...this.#changes());
  }

  /** The type of that name or alias, as the event at `position` found it; undefined: it does not exist. */
  known(name: string, position: number = now): KnownType | undefined {
    return this.#at(position).byName.get(name);
  }

  list(): EventType[] {
    return [...new Set(this.#now.byName.values())].map((known) => known.type);
  }

  declared(typeName: string, purpose: Purpose): Declared | undefined {
    return this.#now.declared.get(keyOf(typeName, purpose));
  }

  /** Every basis declared for a purpose, oldest first, as the event at `position` found them. */
  declaredFor(purpose: Purpose, position: number = now): readonly Declared[] {
    return this.#at(position).byPurpose.get(purpose) ?? [];
  }

  /** Is any event type kept by law? */
  get hasObligations(): boolean {
    return [...this.#now.declared.values()].some(({ keepDays }) => keepDays !== undefined);
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
    this.#types.set(type.name, [...(this.#types.get(type.name) ?? []), { type, since: position }]);
    this.load();
  }

  foldBasis(declaration: BasisDeclaration, position: number): void {
    const key = keyOf(declaration.eventType, declaration.purpose);
    const { basis, reason, keepDays, keepFrom } = declaration;
    const row: Declared = {
      basis,
      reason,
      since: position,
      ...(keepDays === undefined ? {} : { keepDays }),
      ...(keepFrom === 'year_end' ? { keepFrom } : {}),
    };
    this.#bases.set(key, [...(this.#bases.get(key) ?? []), row]);
    this.load();
  }

  /** Canonical lines of every registration and declaration, older ones as well. */
  *dump(): Iterable<string> {
    for (const [, rows] of this.#types.rows()) for (const row of rows) yield `type\t${canonicalJson(row)}`;
    for (const [key, rows] of this.#bases.rows()) for (const row of rows) yield `basis\t${JSON.stringify(key)}\t${canonicalJson(row)}`;
  }

  #at(position: number): View {
    if (position > this.#changedAt) return this.#now;
    const held = this.#then;
    if (held !== undefined && position > held.after && position <= held.through) return held.view;
    let [after, through] = [-1, now];
    for (const change of this.#changes()) {
      if (change < position) after = Math.max(after, change);
      else through = Math.min(through, change);
    }
    const view = this.#viewAt(position);
    this.#then = { after, through, view };
    return view;
  }

  #viewAt(position: number): View {
    const types = newestOf(this.#types, position).map(([, { type }]) => knownOf(type));
    const byName = new Map<string, KnownType>();
    for (const known of types) for (const alias of known.type.aliases ?? []) byName.set(alias, known);
    // A type's own name comes before what another one is called as well.
    for (const known of types) byName.set(known.type.name, known);
    const bases = newestOf(this.#bases, position);
    const byPurpose = new Map<Purpose, Declared[]>();
    for (const [key, row] of bases) {
      const purpose = key.slice(key.indexOf('\u0000') + 1);
      if (!isPurpose(purpose)) continue;
      const list = byPurpose.get(purpose);
      if (list === undefined) byPurpose.set(purpose, [row]);
      else list.push(row);
    }
    return { byName, declared: new Map(bases), byPurpose };
  }

  /** Positions at which anything changed. */
  *#changes(): Iterable<number> {
    for (const table of [this.#types, this.#bases]) for (const [, rows] of table.rows()) for (const { since } of rows) yield since;
  }
}

const keyOf = (typeName: string, purpose: string): string => `${typeName}\u0000${purpose}`;

/** Of each row what held at a position, in log order. */
function newestOf<T extends { readonly since: number }>(table: Table<readonly T[]>, position: number): (readonly [string, T])[] {
  const found: (readonly [string, T])[] = [];
  for (const [key, rows] of table.rows()) {
    const row = rows.findLast(({ since }) => since < position);
    if (row !== undefined) found.push([key, row]);
  }
  return found.sort(([, one], [, other]) => one.since - other.since);
}

function knownOf(type: EventType): KnownType {
  const purposes: (readonly [Purpose, 'consent' | 'declared'])[] = [];
  for (const [purpose, how] of Object.entries(type.purposes)) if (isPurpose(purpose) && how !== undefined) purposes.push([purpose, how]);
  return { type, purposes };
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
