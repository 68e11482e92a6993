// What the fold keeps for plans: what each person wishes of one (the newest `trip.planned` that may be used to personalise), and where the
// parts of a group plan stand that came from others than its asker.
// Invariant: a function of the set of a person's events; a part goes with the member whose stream it stands in, the plan with its asker.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { paces, type PlanJoined, type PlanRecord, type Pace, type Wishes } from '../model/plan.js';
import { bitOf, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import { limits } from '../base/limits.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';
import type { Placed } from '../understand/history.js';

/** The event type by which people say what they wish: budget (minor units) and currency, pace, must_see, avoid. */
export const wishedType = 'trip.planned';

export interface WishRow {
  readonly at: number;
  readonly position: number;
  readonly wishes: Wishes;
}

export class Plans implements FoldPart {
  readonly name = 'plan';
  readonly hears = (type: string): boolean => isSystemType(type) || type === wishedType;
  readonly #wishes: Table<WishRow>;
  /** Plan -> positions of the parts of members, ascending. */
  readonly #joined: Table<number[]>;

  constructor(wishes: Table<WishRow>, joined: Table<number[]>) {
    this.#wishes = wishes;
    this.#joined = joined;
  }

  /** The newest wish under any of these ids. */
  wishes(subjects: readonly string[]): Wishes | undefined {
    let newest: Readonly<WishRow> | undefined;
    for (const subject of subjects) {
      const row = this.#wishes.get(subject);
      if (row !== undefined && (newest === undefined || isNewer(row, newest))) newest = row;
    }
    return newest?.wishes;
  }

  /** Positions of what others than the asker put into a plan. */
  joined(plan: string): readonly number[] {
    return this.#joined.get(plan) ?? [];
  }

  apply(event: BehaviourEvent, position: number): void {
    const { subject, type } = event;
    if (subject === null) return;
    if (type === systemTypes.planJoined) {
      const row = this.#joined.edit(joinedIn(event).plan, () => []);
      row.push(position);
      row.sort((a, b) => a - b);
    } else if (type === wishedType && (event.mask & bitOf('personalise')) !== 0) {
      const wish: WishRow = { at: event.occurredAt, position, wishes: wishesIn(event.properties) };
      const held = this.#wishes.get(subject);
      if (held === undefined || isNewer(wish, held)) this.#wishes.set(subject, wish);
    }
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    if ((purposes & bitOf('personalise')) !== 0 && this.#wishes.get(subject) !== undefined) this.#wishes.delete(subject);
  }

  forget(subject: string, events: readonly Placed[]): void {
    if (this.#wishes.get(subject) !== undefined) this.#wishes.delete(subject);
    for (const { event, position } of events) {
      if (event.type !== systemTypes.planJoined) continue;
      const { plan } = joinedIn(event);
      const left = this.joined(plan).filter((each) => each !== position);
      // [C67]
      if (left.length === 0) this.#joined.delete(plan);
      else this.#joined.set(plan, left);
    }
  }

  *dump(): Iterable<string> {
    for (const [subject, row] of this.#wishes.rows()) yield `wish\t${JSON.stringify(subject)}\t${canonicalJson(row)}`;
    for (const [plan, positions] of this.#joined.rows()) yield `joined\t${JSON.stringify(plan)}\t${JSON.stringify(positions)}`;
  }
}

export function planIn(event: BehaviourEvent): PlanRecord {
  return event.properties['plan'] as PlanRecord; // written by runtime/planning.ts
}

export function joinedIn(event: BehaviourEvent): PlanJoined {
  return event.properties['joined'] as PlanJoined; // written by runtime/planning.ts
}

function isNewer(one: Pick<WishRow, 'at' | 'position'>, other: Pick<WishRow, 'at' | 'position'>): boolean {
  return one.at > other.at || (one.at === other.at && one.position > other.position);
}

/** What does not fit says nothing: an amount without its currency is no budget. */
function wishesIn(properties: BehaviourEvent['properties']): Wishes {
  const { budget, currency, pace, must_see: mustSee, avoid } = properties;
  const isBudget = Number.isSafeInteger(budget) && typeof budget === 'number' && budget >= 0 && typeof currency === 'string';
  return {
    ...(isBudget ? { budget: { amount: budget, currency } } : {}),
    ...(isPace(pace) ? { pace } : {}),
    ...listOf('mustSee', mustSee),
    ...listOf('avoid', avoid),
  };
}

function isPace(value: unknown): value is Pace {
  return paces.some((pace) => pace === value);
}

function listOf(name: 'mustSee' | 'avoid', value: unknown): Pick<Wishes, 'mustSee' | 'avoid'> {
  if (!Array.isArray(value)) return {};
  const items = value.filter((each): each is string => typeof each === 'string').slice(0, limits.planListMax);
  return items.length === 0 ? {} : { [name]: items };
}
