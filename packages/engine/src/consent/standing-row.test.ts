// What the store holds of a standing is the standing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purposes } from '../model/purpose.js';
import type { Stand, Standing } from './standing.js';
import { chosenAt, epochOf, isGrantedAt, isRestricted, packStanding, placeOf, sinceOf, standAt, unpackStanding } from './standing-row.js';

const number = fc.integer({ min: 0, max: 2 ** 48 });
const stand: fc.Arbitrary<Stand> = fc.record(
  {
    choice: fc.constantFrom('granted', 'denied', 'withdrawn', 'objected', 'lapsed'),
    since: number,
    at: number,
    receivedAt: number,
    signal: fc.constant(true),
    refusedUntil: number,
  },
  { requiredKeys: ['choice', 'since', 'at', 'receivedAt'] },
);
const standing: fc.Arbitrary<Standing> = fc.record(
  { epoch: number, stands: fc.dictionary(fc.constantFrom(...purposes), stand), restricted: fc.constant(true) },
  { requiredKeys: ['epoch', 'stands'] },
);

describe('the row of a standing', () => {
  it('gives the standing back, also from the store', () => {
    fc.assert(
      fc.property(standing, (given) => {
        const row: number[] = JSON.parse(JSON.stringify(packStanding(given)));
        expect(unpackStanding(row)).toEqual({ ...given, stands: { ...given.stands } });
      }),
    );
  });

  it('answers what the gate asks as the standing would', () => {
    fc.assert(
      fc.property(standing, fc.constantFrom(...purposes), (given, purpose) => {
        const row = packStanding(given);
        const place = placeOf(row, purpose);
        const held = given.stands[purpose];
        expect(standAt(row, place)).toEqual(held);
        expect(isGrantedAt(row, place)).toBe(held?.choice === 'granted');
        expect([sinceOf(row, place), chosenAt(row, place)]).toEqual([held?.since ?? -1, held?.at ?? Infinity]);
        expect([epochOf(row), isRestricted(row)]).toEqual([given.epoch, given.restricted === true]);
      }),
    );
  });

  it('grants nothing where nothing stands', () => {
    expect(isGrantedAt(undefined, placeOf(undefined, 'train'))).toBe(false);
    expect(standAt(undefined, -1)).toBeUndefined();
    expect([epochOf(undefined), isRestricted(undefined)]).toEqual([-1, false]);
  });
});
