// Our exponential and logarithm against those of the runtime, which are right to about one unit in the last place.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exp, log } from './exact-math.js';

const relativeMax = 1e-13;

test('exp follows the runtime over its whole range', () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709.7, noNaN: true }), (x) => {
      expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(relativeMax * Math.exp(x));
    }),
    { numRuns: 2000 },
  );
});

test('log follows the runtime for every positive number', () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true }), (x) => {
      expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(relativeMax * Math.abs(Math.log(x)));
    }),
    { numRuns: 2000 },
  );
});

test('log keeps its relative precision beside one, where it is nearly zero', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (x) => {
      expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(relativeMax * Math.abs(Math.log(x)));
    }),
    { numRuns: 2000 },
  );
});

test('the edges', () => {
  expect([exp(0), exp(-Infinity), exp(-746), exp(Infinity), exp(710), exp(NaN)]).toEqual([1, 0, 0, Infinity, Infinity, NaN]);
  expect([log(1), log(0), log(-1), log(Infinity), log(NaN)]).toEqual([0, -Infinity, NaN, Infinity, NaN]);
  expect(exp(-745)).toBe(Math.exp(-745));
  expect(log(5e-324)).toBeCloseTo(Math.log(5e-324), 10);
});

test('known bits: a change of the arithmetic is a change of every score', () => {
  const view = new DataView(new ArrayBuffer(8));
  const hex = (x: number): string => {
    view.setFloat64(0, x);
    return view.getBigUint64(0).toString(16);
  };
  expect([exp(1), exp(-1 / 70), log(10), log(186670)].map(hex)).toMatchInlineSnapshot(`
    [
      "4005bf0a8b14576a",
      "3fef8bcdaa59085a",
      "40026bb1bbb55516",
      "40284631a9233cad",
    ]
  `);
});
