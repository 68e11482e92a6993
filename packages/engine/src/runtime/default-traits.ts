// The traits of every profile: what a person did lately, when, and how often.
import { limits } from '../base/limits.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Registry } from '../consent/registry.js';
import { itemOf } from '../predict/next-item.js';
import { recentItems } from '../understand/current-visit.js';
import { counter, lastValue, recency, sequence, window, type Trait } from '../understand/trait.js';

export function defaultTraits(registry: Registry): Trait[] {
  return traitsOver((event) => itemOf(event, registry));
}

function traitsOver(item: (event: BehaviourEvent) => string | undefined): Trait[] {
  return [
    counter('events_by_day', 'personalise'),
    recency('last_seen', 'personalise'),
    sequence(recentItems, 'personalise', limits.sequenceMax, item),
    window('items_7_days', 'personalise', 7, item),
    lastValue('last_query', 'personalise', 'query'),
  ];
}

/** Names, kinds and purposes alone. */
export const builtInTraits: readonly Pick<Trait, 'name' | 'kind' | 'purpose'>[] = traitsOver(() => undefined);
