// Cut points tell nobody's own amount, of whichever sign it is.
import { expect, test } from 'vitest';
import { cutsOf } from './cut-points.js';

const amounts = Array.from({ length: 20 }, (_, person) => 12_345 + 1_111 * person);

test('a cut is rounded to two digits, upwards, also where refunds are more than purchases', () => {
  expect(cutsOf(amounts, 2)).toEqual([23_000]);
  const owed = amounts.map((amount) => -amount);
  const cuts = cutsOf(owed, 2);
  expect(cuts).toEqual([-23_000]);
  expect(owed).not.toContain(cuts[0]);
});
