// The traits of every profile: what a person did lately, when, and how often.
import { limits } from '../base/limits.js';
import type { Registry } from '../consent/registry.js';
import { itemOf } from '../predict/next-item.js';
import { recentItems } from '../understand/current-visit.js';
import { counter, lastValue, recency, sequence, window, type TextOf, type Trait } from '../understand/trait.js';

export function defaultTraits(registry: Registry): Trait[] {
  return traitsOver((event, position) => itemOf(event, position, registry));
}

function traitsOver(item: TextOf): Trait[] {
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
