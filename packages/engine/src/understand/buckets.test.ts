// Buckets against maps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToBucket,
  bucketsByType,
  bucketsOf,
  dropOldBuckets,
  keptBuckets,
  newestBucket,
  raiseBucket,
  uniteBuckets,
  type Buckets,
} from './buckets.js';

type Deed = readonly [type: string, bucket: number, amount: number];
const deeds = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.integer({ min: 0, max: 12 }), fc.constantFrom(1, 1, 2, -3, 2 ** 40)),
  { maxLength: 60 },
);

function fold(list: readonly Deed[]): Buckets {
  const buckets: Buckets = [];
  for (const [type, bucket, amount] of list) addToBucket(buckets, type, bucket, amount);
  return buckets;
}

/** Types as they came, buckets ascending. */
function added(list: readonly Deed[], keep: (type: string, bucket: number) => boolean = () => true): [string, number[]][] {
  const types = [...new Set(list.map(([type]) => type))];
  const told = types.map((type): [string, number[]] => {
    const own = list.filter((each) => each[0] === type && keep(type, each[1]));
    const buckets = [...new Set(own.map(([, bucket]) => bucket))].sort((a, b) => a - b);
    const sumOf = (bucket: number): number => own.reduce((sum, each) => (each[1] === bucket ? sum + each[2] : sum), 0);
    return [type, buckets.flatMap((bucket) => [bucket, sumOf(bucket)])];
  });
  return told.filter(([, numbers]) => numbers.length > 0);
}

describe('buckets', () => {
  it('add up, whatever the order, and of two ids as of one', () => {
    fc.assert(
      fc.property(deeds, deeds, (one, other) => {
        const buckets = fold(one);
        expect(bucketsByType(buckets)).toEqual(added(one));
        expect(bucketsOf(buckets, 'a')).toEqual(added(one).find(([type]) => type === 'a')?.[1] ?? []);
        expect(newestBucket(buckets)).toBe(Math.max(...one.map(([, bucket]) => bucket)));
        expect(bucketsByType(uniteBuckets(buckets, fold(other)))).toEqual(added([...one, ...other]));
      }),
    );
  });

  it('keep what a cut and a span leave', () => {
    fc.assert(
      fc.property(deeds, fc.integer({ min: 0, max: 13 }), (list, from) => {
        expect(bucketsByType(keptBuckets(fold(list), (bucket) => bucket >= from) ?? [])).toEqual(
          added(list, (_, bucket) => bucket >= from),
        );
        const buckets = fold(list);
        for (const [type] of bucketsByType(fold(list))) dropOldBuckets(buckets, type, (bucket, newest) => bucket <= newest - 3);
        const newestOf = (type: string): number => Math.max(...list.map((each) => (each[0] === type ? each[1] : 0)));
        expect(bucketsByType(buckets)).toEqual(added(list, (type, bucket) => bucket > newestOf(type) - 3));
      }),
    );
  });

  it('raised, are the highest', () => {
    fc.assert(
      fc.property(deeds, (list) => {
        const buckets: Buckets = [];
        for (const [type, bucket, amount] of list) raiseBucket(buckets, type, bucket, amount);
        const highest = (type: string): number[] => {
          const [first] = list.filter((each) => each[0] === type).sort((a, b) => b[1] - a[1] || b[2] - a[2]);
          return first === undefined ? [] : [first[1], first[2]];
        };
        expect(bucketsByType(buckets)).toEqual([...new Set(list.map(([type]) => type))].map((type) => [type, highest(type)]));
      }),
    );
  });
});
