// Times of files: every form reads what it says, refuses what it does not, and no hour is guessed.
import { expect, test } from 'vitest';
import { offsetOf, timeReader, type TimeForm } from './import-time.js';

const at = Date.parse('2026-03-01T10:00:00Z');
const cases: readonly (readonly [TimeForm, unknown, number | undefined])[] = [
  ['auto', '2026-03-01T10:00:00Z', at],
  ['auto', at / 1000, at],
  ['auto', `${at}`, at],
  ['auto', '2026-03-01 10:00:00', undefined],
  ['auto', -1, undefined],
  ['iso', `${at}`, undefined],
  ['seconds', `${at / 1000}.5`, at + 500],
  ['milliseconds', at, at],
  ['microseconds', `${at}000`, at],
  ['ymd', '2026-03-01 10:00:00', at],
  ['ymd', '2026/3/1 10:00 UTC', at],
  ['ymd', '2026-03-01 12:00:00+02:00', at],
  ['ymd', '2026-03-01 12:00:00+24:00', undefined],
  ['ymd', '2026-03-01', at - 10 * 3_600_000],
  ['ymd', '2026-02-30', undefined],
  ['ymd', '2026-03/01', undefined],
  ['dmy', '01.03.2026 10:00', at],
  ['mdy', '03/01/2026 10:00', at],
  ['mdy', '13/01/2026', undefined],
  ['digits', '20260301100000', at],
  ['digits', 20_260_301, at - 10 * 3_600_000],
  ['digits', '20261301', undefined],
];

test.each(cases)('%s reads %s as %s', (form, value, ms) => {
  expect(timeReader(form)(value)).toBe(ms);
});

test('a zone is taken for times that name none, and only for those', () => {
  expect(offsetOf('+02:00')).toBe(120);
  expect(offsetOf('-0530')).toBe(-330);
  expect(offsetOf('Europe/Berlin')).toBeUndefined();
  expect(timeReader('ymd', 120)('2026-03-01 12:00:00')).toBe(at);
  expect(timeReader('ymd', 120)('2026-03-01 10:00:00Z')).toBe(at);
});
