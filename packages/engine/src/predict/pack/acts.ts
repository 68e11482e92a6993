// What the models of packs know of one person: acts, newest limits.modelActsMax a model, in order of time. Each carries the purposes that
// it was kept for, so one row serves learning (`train`) and reading about the person themself (`personalise`), and each goes with its own.
// Invariant: a function of the set of events and their masks, never of their arrival.
import { limits } from '../../base/limits.js';
import type { ModelSpec } from '../../model/definitions.js';
import type { BehaviourEvent } from '../../model/event.js';
import type { PurposeMask } from '../../model/purpose.js';

export interface Act {
  /** ms since 1970 UTC */
  readonly at: number;
  readonly position: number;
  readonly type: string;
  /** The items it is about. */
  readonly items: readonly string[];
  /** In units of 1/100, an integer. */
  readonly value: number;
  readonly mask: PurposeMask;
}

const scale = 100;

/** The act that a model makes of an event of a type that it learns from; undefined: it says nothing to it. */
export function actOf(
  spec: ModelSpec,
  event: BehaviourEvent,
  position: number,
  item: string | undefined,
  mask: PurposeMask,
): Act | undefined {
  const act = { at: event.occurredAt, position, type: event.type, mask };
  switch (spec.kind) {
    case 'places':
      return item === undefined ? undefined : { ...act, items: [item], value: 0 };
    case 'baskets': {
      const items = itemsIn(event.properties[spec.list], spec.id);
      return items.length < 2 ? undefined : { ...act, items, value: 0 };
    }
    case 'propensity':
      return { ...act, items: [], value: 0 };
    case 'lifetime': {
      const given = event.properties[spec.value];
      const value = typeof given === 'number' ? Math.round(given * scale) : 0;
      return Number.isSafeInteger(value) ? { ...act, items: [], value } : undefined;
    }
  }
}

/** Puts an act where it belongs; the oldest goes beyond the limit. Changed in place. */
export function addAct(acts: Act[], act: Act): void {
  let at = acts.length;
  while (at > 0 && isAfter(acts[at - 1], act)) at -= 1;
  acts.splice(at, 0, act);
  if (acts.length > limits.modelActsMax) acts.shift();
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function isAfter(one: Act | undefined, other: Act): boolean {
  return one !== undefined && (one.at > other.at || (one.at === other.at && one.position > other.position));
}

function itemsIn(list: unknown, id: string): string[] {
  if (!Array.isArray(list)) return [];
  const items = new Set<string>();
  for (const each of list) {
    const value: unknown = isObject(each) ? each[id] : each;
    if (typeof value === 'string' && value !== '' && value.length <= limits.idCharsMax) items.add(value);
  }
  return [...items].sort().slice(0, limits.basketItemsMax);
}
