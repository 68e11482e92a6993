import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf, isoText, momentOf, monthsLater } from './calendar.js';

test('text and date are those of Date, from the year 0 to 9999', () => {
  const range = { min: -62_167_219_200_000, max: 253_402_300_799_999 };
  fc.assert(
    fc.property(fc.integer(range), (moment) => {
      expect(isoText(moment)).toBe(new Date(moment).toISOString());
      expect(momentOf(dateOf(moment))).toBe(moment);
    }),
    { numRuns: 2000, seed: 3 },
  );
});

test.each([
  ['2026-01-31T10:00:00.000Z', 1, '2026-02-28T10:00:00.000Z'],
  ['2024-01-31T10:00:00.000Z', 1, '2024-02-29T10:00:00.000Z'],
  ['2026-08-31T23:59:59.999Z', 1, '2026-09-30T23:59:59.999Z'],
  ['2026-12-15T00:00:00.000Z', 1, '2027-01-15T00:00:00.000Z'],
  ['2026-11-30T08:00:00.000Z', 3, '2027-02-28T08:00:00.000Z'],
  ['2026-02-28T08:00:00.000Z', 1, '2026-03-28T08:00:00.000Z'],
])('%s and %i months is %s', (from, months, to) => {
  expect(isoText(monthsLater(Date.parse(from), months))).toBe(to);
});
