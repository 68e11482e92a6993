// Traits from their definitions: the built-in kinds, and what only definitions use: sums of a number property and counts by the hour.
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { BehaviourEvent } from '../model/event.js';
import type { TraitSpec } from '../model/definitions.js';
import type { Purpose } from '../model/purpose.js';
import { addToBucket, bucketsByType, dropOldBuckets, keptBuckets, uniteBuckets, type Buckets } from './buckets.js';
import { counter, defineTrait, lastValue, recency, sequence, window, type TextOf, type Trait } from './trait.js';

const hourMs = 3_600_000;

/** `item`: the item that an event acted on, if any. */
export function traitOf(spec: TraitSpec, item: TextOf): Trait {
  const { name, purpose } = spec;
  switch (spec.kind) {
    case 'counter':
      return counter(name, purpose);
    case 'recency':
      return recency(name, purpose);
    case 'sum':
      return sum(name, purpose, spec.property, spec.scale);
    case 'hours':
      return hours(name, purpose, spec.days);
    case 'sequence':
      return sequence(name, purpose, spec.max, spec.types === true ? (event) => event.type : textOf(spec.property, item));
    case 'window':
      return window(name, purpose, spec.days, textOf(spec.property, item));
    case 'last_value':
      return lastValue(name, purpose, spec.property);
  }
}

function textOf(property: string | undefined, item: TextOf): TextOf {
  if (property === undefined) return item;
  return (event) => {
    const given = event.properties[property];
    return typeof given === 'string' ? given : undefined;
  };
}

/**
 * What a number property adds up to per event type and calendar day, in integers of 1/scale: no order of addition can show. What is no
 * safe integer then is left out.
 */
function sum(name: string, purpose: Purpose, property: string, scale: number): Trait {
  return buckets(
    name,
    'sum',
    purpose,
    (event) => {
      const given = event.properties[property];
      const amount = typeof given === 'number' ? Math.round(given * scale) : 0;
      return Number.isSafeInteger(amount) && amount !== 0 ? [dayOf(event.occurredAt), amount] : undefined;
    },
    (bucket) => bucket,
    limits.counterDays,
  );
}

/** Events per type and hour (hours since 1970 UTC) within the newest `days` days of that type. */
function hours(name: string, purpose: Purpose, days: number): Trait {
  const hourOf = (event: BehaviourEvent): [number, number] => [Math.floor(event.occurredAt / hourMs), 1];
  return buckets(name, 'hours', purpose, hourOf, (bucket) => Math.floor(bucket / 24), days);
}

function buckets(
  name: string,
  kind: 'sum' | 'hours',
  purpose: Purpose,
  pick: (event: BehaviourEvent) => [bucket: number, amount: number] | undefined,
  dayIn: (bucket: number) => number,
  days: number,
): Trait {
  const isOld = (bucket: number, newest: number): boolean => dayIn(bucket) <= dayIn(newest) - days;
  return defineTrait<Buckets>({
    name,
    kind,
    purpose,
    fold: (value, event) => {
      const picked = pick(event);
      if (picked === undefined) return value;
      const list = value ?? [];
      addToBucket(list, event.type, ...picked);
      dropOldBuckets(list, event.type, isOld);
      return list;
    },
    cut: (value, day) => keptBuckets(value, (bucket) => dayIn(bucket) >= day),
    unite: (value, other) => {
      const both = uniteBuckets(value, other);
      for (const [type] of bucketsByType(other)) dropOldBuckets(both, type, isOld);
      return both;
    },
    view: (value) => Object.fromEntries(bucketsByType(value)),
  });
}
