// Times read one after the other are what each alone is, whatever came before.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTime } from './time.js';

it('reads a time as if it were the first', () => {
  const known = new Map<unknown, number | undefined>([
    ['2026-11-30T12:00:00.001Z', 1_796_040_000_001],
    ['2026-11-30T12:00:00.002Z', 1_796_040_000_002],
    ['2026-11-30T13:00:00.002+01:00', 1_796_040_000_002],
    ['2026-11-30T12:00:00', undefined],
    ['2026-13-30T12:00:00Z', undefined],
    ['2028-02-29T00:00:00Z', 1_835_395_200_000],
    ['2026-02-29T00:00:00Z', undefined],
    ['2026-02-30T00:00:00Z', undefined],
    ['2026-11-31T12:00:00+01:00', undefined],
    ['2026-12-31T12:00:00Z', 1_798_718_400_000],
    ['', undefined],
    [undefined, undefined],
    [1_796_040_000_001, undefined],
  ]);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...known.keys()), { maxLength: 20 }), (texts) => {
      expect(texts.map(parseTime)).toEqual(texts.map((text) => known.get(text)));
    }),
  );
});
