import { expect, test } from 'vitest';
import type { RankedItem, Reason } from '../model/decision.js';
import { sentences } from './why.js';

function itemOf(...reasons: Reason[]): RankedItem {
  return { item: 'tea', score: 1, propensity: 1, reasons };
}

test('an item that was viewed in the visit itself is not told as both of two', () => {
  const own = itemOf(
    { kind: 'visits_like_yours', item: 'tea', people: 14, contribution: 0.5 },
    { kind: 'went_on_to', item: 'tea', contribution: 0.3 },
    { kind: 'visits_like_yours', item: 'pot', people: 7, contribution: 0.2 },
    { kind: 'went_on_to', item: 'pot', people: 5, contribution: 0.1 },
  );
  expect(sentences(own, (item) => item.toUpperCase())).toEqual([
    'Because you viewed it in this visit: 14 people with visits like this one viewed it, too.',
    'After a first look, a few people stayed with it.',
    'Because you viewed POT: 7 people with visits like this one viewed both.',
    'After POT, 5 people went on to it.',
  ]);
});

test("a host's own texts stand for every reason of their kind", () => {
  const own = itemOf({ kind: 'visits_like_yours', item: 'tea', people: 14, contribution: 0.5 });
  expect(sentences(own, (item) => item.toUpperCase(), { visits_like_yours: 'Wegen {item}: {people}' })).toEqual(['Wegen TEA: 14 people']);
});
