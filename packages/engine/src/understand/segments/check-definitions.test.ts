// What definitions may not be, so that they never fail, nor count twice, while they are folded.
import { expect, test } from 'vitest';
import { noDefinitions, type CutPointSpec, type Definitions, type Predicate } from '../../model/definitions.js';
import { checkDefinitions } from './check-definitions.js';

const acts = { name: 'acts', kind: 'counter', purpose: 'personalise' } as const;
const problems = (definitions: Partial<Definitions>): string[] =>
  checkDefinitions({ ...noDefinitions, ...definitions }, [acts]).map(({ code, field }) => `${code} ${field}`);
const cuts = (...measures: CutPointSpec['measures']): string[] =>
  problems({ cutPoints: [{ name: 'rfm', purpose: 'personalise', days: 30, bands: 3, measures }] });
const segment = (when: Predicate): string[] => problems({ segments: [{ name: 's', purpose: 'personalise', when }] });

const measure = { name: 'often', as: 'count', trait: 'acts', of: ['a', 'b'] } as const;

test('measures have names of their own, and none that every object has', () => {
  expect(cuts(measure, { ...measure, name: 'seldom' })).toEqual([]);
  expect(cuts(measure, measure)).toEqual(['name_taken /cutPoints/0/measures/1/name']);
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(cuts({ ...measure, name })).toEqual(['shape /cutPoints/0/measures/0/name']);
});

test('an event type that is named twice would count twice', () => {
  expect(cuts({ ...measure, of: ['a', 'a'] })).toEqual(['shape /cutPoints/0/measures/0/of']);
  expect(segment({ count: 'acts', of: ['a', 'b'], days: 7 })).toEqual([]);
  expect(segment({ not: { count: 'acts', of: ['a', 'a'], days: 7 } })).toEqual(['shape /segments/0/when/not/of']);
});
