import { expect, test } from 'vitest';
import { isotonic, plattLine, type ScoredLabel } from './calibration.js';

let state = 3;
const share = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4_294_967_296;
};
const truth = (score: number): number => 1 / (1 + Math.exp(-(0.5 * score - 1)));
const held: ScoredLabel[] = Array.from({ length: 20_000 }, () => {
  const score = share() * 12 - 6;
  return { score, label: share() < truth(score) ? 1 : 0 };
});

test('a line and steps both find the probabilities behind scores that are too sure', () => {
  for (const calibrate of [plattLine(held), isotonic(held)]) {
    for (let score = -4; score <= 4; score += 0.5) expect(Math.abs(calibrate(score) - truth(score))).toBeLessThan(0.08);
    let before = 0;
    for (let score = -9; score <= 9; score += 0.01) {
      const now = calibrate(score);
      expect(now).toBeGreaterThanOrEqual(before);
      expect(now).toBeLessThan(1);
      expect(now).toBeGreaterThan(0);
      before = now;
    }
  }
});

test('rows of one score are one step, in whichever order they come', () => {
  const rows = (...labels: (0 | 1)[]): ScoredLabel[] => labels.map((label) => ({ score: 0, label }));
  for (const each of [rows(0, 0, 0, 1, 1, 1), rows(1, 1, 1, 0, 0, 0), rows(0, 1, 0, 1, 0, 1)]) expect(isotonic(each)(0)).toBe(0.5);
  const two = Array.from({ length: 1_000 }, (_, at): ScoredLabel => {
    const score = at % 2 === 0 ? -1 : 1;
    return { score, label: at % 10 < (score < 0 ? 4 : 6) ? 1 : 0 };
  });
  const shareAt = (score: number): number => {
    const labels = two.filter((row) => row.score === score).map(({ label }) => label);
    return labels.reduce<number>((sum, label) => sum + label, 0) / labels.length;
  };
  for (const score of [-1, 1]) expect(isotonic(two)(score)).toBeCloseTo(shareAt(score), 12);
});

test('pooling adjacent violators, worked by hand', () => {
  const calibrate = isotonic([
    { score: 1, label: 0 },
    { score: 2, label: 1 },
    { score: 3, label: 0 },
    { score: 4, label: 1 },
  ]);
  expect(calibrate(2.5)).toBe(0.5); // 2 and 3 are pooled
  expect(calibrate(0)).toBeCloseTo(0.1, 12); // half a row of five
  expect(calibrate(9)).toBeCloseTo(0.9, 12);
});
