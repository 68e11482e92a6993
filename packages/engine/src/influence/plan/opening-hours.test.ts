// Opening hours: what is read, what is not, and what they are on the calendar.
import { describe, expect, it } from 'vitest';
import { openWithin, parseHours } from './opening-hours.js';

const at = (text: string): number => Date.parse(text);
const told = (text: string, from: string, until: string, offset = 0): string[] | undefined => {
  const week = parseHours(text);
  if (week === undefined) return undefined;
  return openWithin(week, { from: at(from), until: at(until) }, offset).map(
    ([opens, closes]) => `${new Date(opens).toISOString().slice(8, 16)} ${new Date(closes).toISOString().slice(8, 16)}`,
  );
};

describe('opening hours', () => {
  // 2026-11-30 is a Monday.
  it('are those of the day of the week, within the window', () => {
    expect(told('Mo-Fr 09:00-17:00; Sa 10:00-12:00', '2026-11-30T08:00Z', '2026-11-30T20:00Z')).toEqual(['30T09:00 30T17:00']);
    expect(told('Mo-Fr 09:00-17:00; Sa 10:00-12:00', '2026-12-05T11:00Z', '2026-12-06T20:00Z')).toEqual(['05T11:00 05T12:00']);
    expect(told('09:00-12:00,13:00-17:00', '2026-11-30T10:00Z', '2026-11-30T14:00Z')).toEqual(['30T10:00 30T12:00', '30T13:00 30T14:00']);
    expect(told('Sa-Mo 10:00-11:00', '2026-11-30T00:00Z', '2026-12-01T23:59Z')).toEqual(['30T10:00 30T11:00']);
  });

  it('a later rule replaces an earlier one for its days', () => {
    expect(told('Mo-Su 09:00-17:00; Mo off', '2026-11-30T00:00Z', '2026-12-01T23:00Z')).toEqual(['01T09:00 01T17:00']);
    expect(told('Mo-Su 09:00-17:00; Mo,Tu closed', '2026-11-30T00:00Z', '2026-12-01T23:00Z')).toEqual([]);
  });

  it('may reach beyond midnight, from the day before too, and join', () => {
    expect(told('Su 22:00-02:00', '2026-11-30T00:00Z', '2026-11-30T12:00Z')).toEqual(['30T00:00 30T02:00']);
    expect(told('24/7', '2026-11-30T08:00Z', '2026-12-01T08:00Z')).toEqual(['30T08:00 01T08:00']);
  });

  it('are local', () => {
    expect(told('09:00-17:00', '2026-11-30T00:00Z', '2026-11-30T23:00Z', 120)).toEqual(['30T07:00 30T15:00']);
    expect(told('Mo 00:00-02:00', '2026-11-29T20:00Z', '2026-11-30T23:00Z', 120)).toEqual(['29T22:00 30T00:00']);
  });

  it('what cannot be read is not guessed', () => {
    for (const text of [
      '',
      'PH off',
      'Mo-Fr',
      'Mo 9-17',
      'Apr-Oct 09:00-17:00',
      'Mo sunrise-sunset',
      'Xx 09:00-10:00',
      'Mo 09:00-25:61',
      `Mo 09:00-10:00${';'.repeat(600)}`,
    ])
      expect(parseHours(text), text).toBeUndefined();
  });
});
