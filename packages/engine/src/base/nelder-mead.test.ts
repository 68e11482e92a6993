import { expect, test } from 'vitest';
import { solveSymmetric } from './linear-system.js';
import { minimise } from './nelder-mead.js';

test('finds the minimum of a bent valley (Rosenbrock), the same each time', () => {
  const valley = ([x = 0, y = 0]: readonly number[]): number => (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
  const options = { step: 0.5, tolerance: 1e-14, evaluationsMax: 2_000 };
  const found = minimise(valley, [-1.2, 1], options);
  expect(found.at[0]).toBeCloseTo(1, 5);
  expect(found.at[1]).toBeCloseTo(1, 5);
  expect(minimise(valley, [-1.2, 1], options)).toEqual(found);
});

test('ends at its bound on evaluations', () => {
  const found = minimise(([x = 0]) => x, [0], { step: 1, tolerance: 0, evaluationsMax: 50 });
  expect(found.evaluations).toBeLessThan(60);
});

test('solves a symmetric system, and gives 0 where a column is doubled', () => {
  const a = [Float64Array.of(4, 0, 0), Float64Array.of(2, 3, 0), Float64Array.of(4, 2, 4)];
  const x = solveSymmetric(a, Float64Array.of(8, 8, 8));
  expect(x[2]).toBe(0);
  expect([4 * (x[0] ?? 0) + 2 * (x[1] ?? 0), 2 * (x[0] ?? 0) + 3 * (x[1] ?? 0)]).toEqual([expect.closeTo(8, 12), expect.closeTo(8, 12)]);
});
