import { expect, test } from 'vitest';
import { entropySuite } from '../ports/entropy.suite.js';
import { SeededEntropy } from './seeded-entropy.js';

entropySuite('seeded', () => new SeededEntropy(7));

test('one seed, one sequence', () => {
  const given = (seed: number): string => {
    const entropy = new SeededEntropy(seed);
    return [entropy.bytes(5), entropy.bytes(32)].join();
  };
  expect(given(1)).toBe(given(1));
  expect(given(1)).not.toBe(given(2));
});
