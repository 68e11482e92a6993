// What a choice says of its chances: never none, nor all of them, where that is not so.
import { expect, test } from 'vitest';
import type { ChoiceRecord } from '../model/choice.js';
import { tellChoice } from './why-choice.js';

const record: ChoiceRecord = {
  id: 'd',
  point: 'nudge',
  kind: 'choose',
  mode: 'contextual',
  subject: null,
  epoch: null,
  at: 0,
  position: 0,
  policy: 'choose/2',
  learner: 'thompson',
  segment: '',
  features: [],
  halfLifeDays: null,
  bucket: 0,
  era: 0,
  objective: { outcome: 'order' },
  candidates: [],
  excluded: [],
  floorPpm: 0,
  uniformPpm: 1_000,
  trials: 0,
  draw: 0,
  action: 'a',
  held: null,
  channel: 'page',
  text: null,
  propensity: 1,
  experiment: null,
};

test.each([
  [[1], 'with a probability of 100.0 % from 1 action,'],
  [[0.5, 0.5], 'with a probability of 50.0 % from 2 actions,'],
  [[0.0004, 0.9996], 'with a probability of less than 0.1 % from 2 actions,'],
  [[0.9996, 0.0004], 'with a probability of more than 99.9 % from 2 actions,'],
])('of %j it is told truly what was drawn with which chance', (chances, told) => {
  const candidates = chances.map((probability, at) => ({ action: 'ab'.charAt(at), mean: 0, deviation: 1, probability }));
  expect(tellChoice({ ...record, candidates, propensity: chances[0] ?? 0 }).summary).toContain(told);
});
