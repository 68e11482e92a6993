import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { must } from '../base/assert.js';
import { decisionHeadIn, decisionIn, packDecision } from './decision-codec.js';
import type { DecisionRecord, Reason } from './decision.js';
import type { BehaviourEvent } from './event.js';

const item = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('__proto__', '0', 'ä', '\u{1f600}'));
const share = fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }).map((billionths) => billionths / 1e9 + 0);
const kind = fc.constantFrom<Reason['kind'][]>(
  'visits_like_yours',
  'went_on_to',
  'further_on',
  'bought_with',
  'other',
  'popular',
  'in_catalogue',
  'pinned',
);
const reason: fc.Arbitrary<Reason> = fc
  .record({ kind, contribution: share, item: fc.option(item), people: fc.option(fc.nat()) })
  .map(({ kind: of, contribution, item: about, people }) => ({
    kind: of,
    ...(about === null ? {} : { item: about }),
    contribution,
    ...(people === null ? {} : { people }),
  }));

/** Candidates with some of them shown, pins that are no candidates, reasons that rest on inputs and on others. */
const record: fc.Arbitrary<DecisionRecord> = fc
  .record({
    names: fc.uniqueArray(item, { maxLength: 12 }),
    scores: fc.array(share, { minLength: 12, maxLength: 12 }),
    pinned: fc.nat({ max: 3 }),
    shown: fc.nat({ max: 12 }),
    inputs: fc.array(item, { maxLength: 4 }),
    reasons: fc.array(fc.array(reason, { maxLength: 4 }), { minLength: 12, maxLength: 12 }),
    subject: fc.option(fc.string()),
  })
  .map(({ names, scores, pinned, shown, inputs, reasons, subject }) => {
    const pins = names.slice(0, pinned);
    const top = names.slice(pinned).map((name, at) => ({ item: name, score: scores[at] ?? 0 }));
    const answer = [...pins.map((name) => ({ item: name, score: 0 })), ...top.slice(0, shown).reverse()].map((each, at) => ({
      ...each,
      propensity: 1 / (at + 1),
      reasons: reasons[at] ?? [],
    }));
    return {
      id: 'd_1',
      point: 'home',
      kind: 'rank',
      mode: subject === null ? 'contextual' : 'personal',
      subject,
      epoch: subject === null ? null : 3,
      at: 5,
      position: 7,
      policy: 'rank/4',
      catalogueVersion: 2,
      inputs,
      limit: 20,
      filter: {},
      exclude: [],
      pins,
      excluded: { request: 1 },
      candidates: top.length,
      top,
      uniformPpm: 1,
      draws: [9],
      slice: 'policy',
      answer,
    };
  });

/** The event of a decision as it is read from the log again. */
function stored(decision: object, { id, subject, at }: DecisionRecord): BehaviourEvent {
  const properties: BehaviourEvent['properties'] = { decision: JSON.parse(JSON.stringify(decision)) };
  return { id, subject, type: 'decision.made', occurredAt: at, receivedAt: at, source: 'engine', properties, mask: 0xffff };
}

const given = must(fc.sample(record, { numRuns: 1, seed: 1 })[0], 'one was asked for');

describe('the record of a ranking', () => {
  it('comes out of the log as it went in, key by key', () => {
    fc.assert(
      fc.property(record, (drawn) => {
        expect(JSON.stringify(decisionIn(stored(packDecision(drawn), drawn)))).toBe(JSON.stringify(drawn));
      }),
    );
  });

  it('is read as it is where it was written before it was packed', () => {
    fc.assert(
      fc.property(record, (drawn) => {
        expect(JSON.stringify(decisionIn(stored(drawn, drawn)))).toBe(JSON.stringify(drawn));
      }),
    );
  });

  it('tells what stands at its head in both forms', () => {
    for (const form of [given, packDecision(given)])
      expect(decisionHeadIn(stored(form, given))).toMatchObject({ id: 'd_1', at: 5, point: 'home' });
  });

  it('takes less than half of the room', () => {
    const reasons: Reason[] = (['visits_like_yours', 'visits_like_yours', 'went_on_to', 'other'] as const).map((of, at) => ({
      kind: of,
      ...(of === 'other' ? {} : { item: `sku-${at}`, people: 12 }),
      contribution: 0.012345678,
    }));
    const top = Array.from({ length: 50 }, (_, at) => ({ item: `sku-${1000 + at}`, score: 0.012345678 }));
    const answer = top.slice(0, 20).map((each) => ({ ...each, propensity: 1, reasons }));
    const full = { ...given, inputs: ['sku-0', 'sku-1', 'sku-2'], pins: [], top, answer };
    expect(JSON.stringify(packDecision(full)).length / JSON.stringify(full).length).toBeLessThan(0.45);
  });

  it('does not take an item at another score than its candidate has', () => {
    const wrong = { ...given, top: [{ item: 'a', score: 1 }], answer: [{ item: 'a', score: 2, propensity: 1, reasons: [] }] };
    expect(() => packDecision(wrong)).toThrow('the score of a candidate');
  });
});
