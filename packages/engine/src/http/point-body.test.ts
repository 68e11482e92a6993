// Law 5 where an experiment is told: nothing of fewer than five people, and one person more or less says nothing.
import { expect, test } from 'vitest';
import type { PairedSums } from '../influence/experiment/cuped.js';
import { reportOf, type Report } from '../influence/experiment/report.js';
import { toldReport } from './point-body.js';

const sums = (n: number, won: number): PairedSums => ({ n, sum: won, squares: won, before: 0, beforeSquares: 0, products: 0 });

function report(one: PairedSums, other: PairedSums, crossed = 0): Report {
  const arm = (name: string, people: PairedSums) => ({ name, weight: 1, people, groups: new Map([['x', people]]) });
  return reportOf(arm('learned', one), arm('uniform', other), crossed);
}

test('of fewer than five people in an arm nothing is counted, and nothing told that follows from their number', () => {
  expect(toldReport(report(sums(2, 1), sums(9, 3), 4))).toMatchObject({
    people: { learned: null, uniform: 5 },
    crossed: null,
    effect: null,
    sampleRatio: { p: null, alarm: false },
  });
  expect(JSON.stringify(toldReport(report(sums(2, 1), sums(9, 3))))).toBe(JSON.stringify(toldReport(report(sums(4, 0), sums(8, 3)))));
});

test('more are told in steps of five, rates to a hundredth of a percentage point', () => {
  const told = toldReport(report(sums(1004, 333), sums(1003, 100), 6));
  expect(told).toMatchObject({ people: { learned: 1000, uniform: 1000 }, crossed: 5, verdict: 'better' });
  expect(told.effect).toMatchObject({ n: 2005, difference: 0.232 });
  expect(told.groups).toMatchObject([{ group: 'x', effect: { n: 2005, difference: 0.232 } }]);
  expect(told.sampleRatio).toEqual({ p: 0.9822, alarm: false });
});
