import { expect, test } from 'vitest';
import type { TraitSpec } from '../model/definitions.js';
import { retail } from '../packs/retail.js';
import type { TraitKind } from '../understand/trait.js';
import { traitName, traitValue, type Naming } from './portal-trait.js';
import { portalLanguages } from './portal-words.js';

const naming: Naming = { lang: 'en', type: (name) => portalLanguages.en.types[name] ?? name, item: (id) => id.toUpperCase() };
const bare = (text: string): string => text.replaceAll(/[\u2066-\u2069]/gu, '');

function told(kind: TraitKind, value: unknown, spec?: TraitSpec): string {
  return bare(traitValue(naming, kind, value, spec));
}

test('what a pack keeps of somebody is told in words: sums in whole units, counts by the hour, paths of what was done', () => {
  const [spent, path] = ['spent', 'shop_path'].map((name) => retail.traits?.find((trait) => trait.name === name));
  expect(told('sum', { 'order.completed': [20788, 90000, 20789, 1250] }, spent)).toBe('bought something: 912.5');
  expect(told('hours', { 'item.viewed': [498923, 4, 498930, 2], 'order.completed': [498923, 1] })).toBe(
    'looked at something: 6 and bought something: 1',
  );
  const stamps = [
    [1, 35, 'item.viewed'],
    [2, 36, 'order.completed'],
  ];
  expect(told('sequence', stamps, path)).toBe('looked at something and bought something');
  expect(told('sequence', [[1, 35, 'tea']])).toBe('TEA');
});

test('a trait without words of its own is called by its kind and its name, in each language', () => {
  expect(traitName(portalLanguages.en, 'recent_items', 'sequence')).toBe('What you looked at lately');
  for (const words of Object.values(portalLanguages)) {
    for (const { name, kind } of retail.traits ?? [])
      expect(bare(traitName(words, name, kind))).toMatch(new RegExp(`^.{4,}: ${name}$`, 'u'));
  }
});
