// Against published values (Abramowitz & Stegun, tables 26.1, 6.1, 26.8) and identities.
import { describe, expect, it } from 'vitest';
import { logGamma } from './log-gamma.js';
import { chiSquareTail, digamma, logNormalCdf, normalCdf, normalQuantile, trigamma } from './special-functions.js';

describe('special functions', () => {
  it('normal distribution', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 12);
    expect(normalCdf(-1.959963984540054)).toBeCloseTo(0.025, 12);
    expect(normalCdf(3.5)).toBeCloseTo(0.9997673709209645, 12);
    expect(normalCdf(-6) / 9.865876450376946e-10).toBeCloseTo(1, 9);
    expect(logNormalCdf(-30)).toBeCloseTo(-454.3212439955, 6);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    for (const x of [2.9999999, 3.0000001]) expect(normalCdf(x)).toBeCloseTo(0.9986501019683699, 8);
  });

  it('gamma family', () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5723649429247001, 11);
    expect(logGamma(101)).toBeCloseTo(363.7393755555635, 9);
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 11);
    expect(trigamma(1)).toBeCloseTo(1.6449340668482264, 11);
    expect(trigamma(0.5)).toBeCloseTo(4.934802200544679, 10);
  });

  it('chi-square', () => {
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 10);
    expect(chiSquareTail(10.827566170662733, 1)).toBeCloseTo(0.001, 10);
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 10);
    expect(chiSquareTail(2, 2)).toBeCloseTo(Math.exp(-1), 10);
  });
});
