// Rejects: counted by kind, without values, in bounded memory and two bounded files.
import { expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { limits } from '../base/limits.js';
import { safeField } from './reject-field.js';
import { Rejects } from './rejects.js';
import { TokenBucket } from './token-bucket.js';

test('places hold words of ours alone', () => {
  const declared = (word: string): boolean => word === 'product_id';
  expect(safeField('/properties/product_id', declared)).toBe('/properties/product_id');
  expect(safeField('/properties/ann@example.org', declared)).toBe('/properties/-');
  expect(safeField('/items/17/attributes/ann', declared)).toBe('/items/*/attributes/-');
  expect(safeField('', declared)).toBeNull();
  expect(safeField(undefined, declared)).toBeNull();
});

test('same kinds are one row; a source that may be about somebody is left out', () => {
  const clock = new ManualClock();
  const rejects = new Rejects(clock);
  const first = clock.now();
  rejects.note({ code: 'no_grant', type: 'item.viewed', key: 'key_a', source: 'analytics.js' });
  clock.advance(10);
  rejects.note({ code: 'no_grant', type: 'item.viewed', key: 'key_a', source: 'analytics.js' });
  rejects.note({ code: 'event_shape', field: '/userId', source: 'ann@example.org' });
  rejects.note({ code: 'event_shape', field: '/userId', source: 'phone-491701234567' });
  expect(rejects.list('no_grant', 10)).toEqual([
    {
      code: 'no_grant',
      field: null,
      type: 'item.viewed',
      key: 'key_a',
      source: 'analytics.js',
      count: 2,
      firstAt: first,
      lastAt: first + 10,
    },
  ]);
  expect(rejects.list('event_shape', 10)).toMatchObject([{ source: null, count: 2 }]);
  expect(rejects.list(null, 1)).toHaveLength(1);
});

test('kinds are bounded: the oldest goes', () => {
  const rejects = new Rejects(new ManualClock());
  for (let at = 0; at <= limits.rejectKindsMax; at += 1) rejects.note({ code: 'duplicate', key: `k${at}` });
  const rows = rejects.list(null, 2 * limits.rejectKindsMax);
  expect(rows).toHaveLength(limits.rejectKindsMax);
  expect(rows.some(({ key }) => key === 'k0')).toBe(false);
});

test('what was written is there after a restart; increments add up; the file has two generations', () => {
  const clock = new ManualClock();
  const disk = new MemoryDisk();
  const rejects = new Rejects(clock, disk);
  rejects.note({ code: 'duplicate' });
  clock.advance(limits.rejectFlushMs);
  rejects.note({ code: 'duplicate' });
  rejects.close();
  expect(new Rejects(clock, disk).list(null, 5)).toMatchObject([{ code: 'duplicate', count: 2 }]);

  const key = 'k'.repeat(2_000);
  for (let round = 0; round < 2_600; round += 1) {
    rejects.note({ code: 'no_grant', key });
    rejects.flush();
  }
  const sizes = ['access/rejects.jsonl', 'access/rejects.1.jsonl'].map((path) => disk.open(path).size());
  expect(sizes.every((size) => size > 0 && size < limits.rejectFileBytesMax + 10_000)).toBe(true);
  expect(disk.list('access').filter((name) => name.startsWith('rejects'))).toHaveLength(2);
});

test('a bucket gives a second at once, and then its rate', () => {
  const bucket = new TokenBucket(10, 0);
  const taken = (nowMs: number): number => {
    let count = 0;
    while (bucket.take(nowMs)) count += 1;
    return count;
  };
  expect([taken(0), taken(0), taken(100), taken(1_100), taken(99_000)]).toEqual([10, 0, 1, 10, 10]);
});
