// Propensities are true: over all draws, each answer comes up as often as its record says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inSlice, permute, propensities } from './uniform-slice.js';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });

describe('the uniform slice', () => {
  it('takes the share of draws that it says', () => {
    expect(inSlice(0, 10_000)).toBe(true);
    expect(inSlice(42_949_672, 10_000)).toBe(true);
    expect(inSlice(42_949_673, 10_000)).toBe(false);
    expect(inSlice(0, 0)).toBe(false);
    expect(inSlice(0xffffffff, 1_000_000)).toBe(true);
  });

  it('permutes without repeating', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(uint32, { minLength: 30, maxLength: 30 }), (n, draws) => {
        const order = permute(n, n, draws);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, index) => index));
      }),
    );
  });

  it('gives every list the product of its propensities: they sum to one over all lists', () => {
    const lists: number[][] = [];
    for (let a = 0; a < 4; a += 1)
      for (let b = 0; b < 4; b += 1) for (let c = 0; c < 4; c += 1) if (new Set([a, b, c]).size === 3) lists.push([a, b, c]);
    const total = lists.reduce((sum, list) => sum + propensities(list, 4, 200_000).reduce((product, p) => product * p, 1), 0);
    expect(total).toBeCloseTo(1, 12);
    const policy = propensities([0, 1, 2], 4, 200_000).reduce((product, p) => product * p, 1);
    expect(policy).toBeCloseTo(0.8 + 0.2 / 24, 12);
  });
});
