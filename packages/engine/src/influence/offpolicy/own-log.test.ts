// Which probabilities another policy has where: by the whole segment of a record, or by what the request said.
import { expect, test } from 'vitest';
import type { ChoiceRecord } from '../../model/choice.js';
import { ownLog, type PolicyTable } from './own-log.js';

function record(segment: string): ChoiceRecord {
  const candidates = ['a', 'b'].map((action) => ({ action, mean: 0, deviation: 1, probability: 0.5 }));
  return {
    id: segment,
    point: 'nudge',
    kind: 'choose',
    mode: 'personal',
    subject: 'ann',
    epoch: 0,
    at: 0,
    position: 0,
    policy: 'choose/2',
    learner: 'thompson',
    segment,
    features: [],
    halfLifeDays: null,
    bucket: 0,
    era: 0,
    objective: { outcome: 'order' },
    candidates,
    excluded: [],
    floorPpm: 0,
    uniformPpm: 1_000_000,
    trials: 0,
    draw: 0,
    action: 'a',
    held: null,
    channel: 'page',
    text: null,
    propensity: 0.5,
    experiment: null,
  };
}

test('a policy by segment is asked by the whole segment first, then by that of the request, then otherwise', () => {
  const segments = ['evening|looking', 'evening|deep', 'evening', 'noon|deep', '|deep', 'constructor'];
  const { target } = ownLog(segments.map((segment) => ({ record: record(segment), won: false })));
  const chances = (table: PolicyTable): number[] =>
    segments.map((_, row) => {
      const out = new Float64Array(2);
      target(table)(row, out);
      return out[0] ?? 0;
    });
  const otherwise = { a: 1 };
  expect(chances({ otherwise })).toEqual([1, 1, 1, 1, 1, 1]);
  expect(chances({ otherwise, segments: { evening: { b: 1 } } })).toEqual([0, 0, 0, 1, 1, 1]);
  expect(chances({ otherwise, segments: { evening: { b: 1 }, 'evening|deep': { a: 1, b: 3 } } })).toEqual([0, 0.25, 0, 1, 1, 1]);
});
