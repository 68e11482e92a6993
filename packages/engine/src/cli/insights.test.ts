import { expect, test } from 'vitest';
import { headOf } from './insights.js';

test('says how much was looked at, and what a finding is worth', () => {
  const head = (found: number, tests: number, people: number | null): string =>
    headOf({ findings: Array.from({ length: found }, () => ({ q: 0.01 })), tests, rate: 0.05, people });
  expect(head(0, 0, null)).toBe('Nothing could be tested yet. Who may be looked at for analytics: fewer than 5 people.');
  expect(head(0, 1, 40)).toBe('Nothing stands out: 1 test over 40 people.');
  expect(head(1, 12, 40)).toBe('1 of 12 tests over 40 people stands out; of such findings at most 5 % are expected to be chance.');
  expect(head(3, 12, 40)).toBe('3 of 12 tests over 40 people stand out; of such findings at most 5 % are expected to be chance.');
});
