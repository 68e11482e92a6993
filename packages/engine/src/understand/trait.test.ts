// Late events land where they belong: every trait is the same for every order of arrival (positions stay with their events).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../base/canonical-json.js';
import { dayMs } from '../base/day.js';
import type { BehaviourEvent } from '../model/event.js';
import { counter, lastValue, recency, sequence, window, type TraitValues } from './trait.js';

const pick = (event: BehaviourEvent): string | undefined =>
  typeof event.properties['item'] === 'string' ? event.properties['item'] : undefined;
const traits = [
  counter('c', 'personalise'),
  recency('r', 'personalise'),
  sequence('s', 'personalise', 5, pick),
  window('w', 'personalise', 3, pick),
  lastValue('l', 'personalise', 'item'),
];

const event = fc.record({
  at: fc.integer({ min: 0, max: 8 * dayMs }),
  type: fc.constantFrom('a', 'b'),
  item: fc.constantFrom('x', 'y', 'z'),
});

function foldAll(list: readonly { readonly position: number; readonly event: BehaviourEvent }[]): string {
  const values: TraitValues = {};
  for (const each of list) for (const trait of traits) trait.fold(values, each.event, each.position);
  return canonicalJson(values);
}

describe('traits', () => {
  it('do not depend on the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.integer(), (given, seed) => {
        const list = given.map(({ at, type, item }, position) => ({
          position,
          event: {
            id: `e${position}`,
            subject: 's',
            type,
            occurredAt: at,
            receivedAt: at,
            source: 't',
            properties: { item },
            mask: 4,
          } satisfies BehaviourEvent,
        }));
        const shuffled = [...list].sort((a, b) => ((a.position * 7919 + seed) % 31) - ((b.position * 7919 + seed) % 31));
        expect(foldAll(shuffled)).toBe(foldAll(list));
      }),
    );
  });

  it('keep the last value by event time, not by arrival', () => {
    const values: TraitValues = {};
    const make = (at: number, item: string): BehaviourEvent => ({
      id: item,
      subject: 's',
      type: 'a',
      occurredAt: at,
      receivedAt: 0,
      source: 't',
      properties: { item },
      mask: 4,
    });
    const last = lastValue('l', 'personalise', 'item');
    last.fold(values, make(200, 'new'), 1);
    last.fold(values, make(100, 'late'), 2);
    expect(values['l']).toEqual([[200, 1, 'new']]);
  });

  it('drop what a retention cut passes', () => {
    const values: TraitValues = {};
    for (const trait of traits)
      trait.fold(
        values,
        { id: '1', subject: 's', type: 'a', occurredAt: dayMs, receivedAt: 0, source: 't', properties: { item: 'x' }, mask: 4 },
        0,
      );
    for (const trait of traits) trait.cut(values, 2);
    expect(canonicalJson(values)).toBe(canonicalJson({ c: {}, l: [], r: {}, s: [], w: { days: {}, newest: 1 } }));
  });
});
