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
  return canonicalJson(traits.map((trait) => trait.view(values) ?? null));
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
    expect(last.view(values)).toEqual([[200, 1, 'new']]);
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
    expect(values).toEqual({});
  });

  it('of several ids are what folding all their events under one id gives', () => {
    const deed = fc.record({
      at: fc.integer({ min: 0, max: 12 * dayMs }),
      item: fc.constantFrom('x', 'y', 'z'),
      who: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (events) => {
        const people: TraitValues[] = [{}, {}, {}];
        const all: TraitValues = {};
        for (const [position, { at, item, who }] of events.entries()) {
          const made: BehaviourEvent = {
            id: `${position}`,
            subject: 's',
            type: 'a',
            occurredAt: at,
            receivedAt: 0,
            source: 't',
            properties: { item },
            mask: 4,
          };
          for (const trait of traits) for (const values of [people[who] ?? {}, all]) trait.fold(values, made, position);
        }
        for (const trait of traits) {
          const united: TraitValues = {};
          const value = trait.union(people);
          if (value !== undefined) united[trait.name] = value;
          expect(canonicalJson(trait.view(united) ?? null), trait.name).toBe(canonicalJson(trait.view(all) ?? null));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are told in plain forms', () => {
    const values: TraitValues = {};
    const at = 3 * dayMs;
    const make = (occurredAt: number, item: string): BehaviourEvent => ({
      id: item,
      subject: 's',
      type: 'a',
      occurredAt,
      receivedAt: 0,
      source: 't',
      properties: { item },
      mask: 4,
    });
    for (const trait of traits) {
      trait.fold(values, make(at, 'x'), 7);
      trait.fold(values, make(at + dayMs, '__proto__'), 8);
      trait.fold(values, make(at - 5, 'x'), 9);
    }
    const [c, r, s, w] = traits.map((trait) => trait.view(JSON.parse(JSON.stringify(values))));
    expect(c).toEqual({ a: { 2: 1, 3: 1, 4: 1 } });
    expect(r).toEqual({ a: at + dayMs });
    expect(s).toEqual([
      [at - 5, 9, 'x'],
      [at, 7, 'x'],
      [at + dayMs, 8, '__proto__'],
    ]);
    expect(canonicalJson(w)).toBe('{"days":{"2":{"x":1},"3":{"x":1},"4":{"__proto__":1}},"newest":4}');
  });
});
