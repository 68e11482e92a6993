import { expect, test } from 'vitest';
import type { TraitSpec } from '../model/definitions.js';
import { traitTold } from './trait-told.js';

const at = Date.parse('2026-12-01T11:17:19Z');
const day = Math.floor(at / 86_400_000);
const hour = Math.floor(at / 3_600_000);
const spent: TraitSpec = { name: 'spent', kind: 'sum', purpose: 'personalise', property: 'total', scale: 100 };

test('every kind of trait is told with its dates, and sums in whole units', () => {
  expect(traitTold('counter', { 'item.viewed': { [day]: 4, [day + 1]: 2 }, 'order.completed': { [day]: 1 } })).toBe(
    'item.viewed: 4 on 2026-12-01, 2 on 2026-12-02; order.completed: 1 on 2026-12-01',
  );
  expect(traitTold('recency', { 'item.viewed': at })).toBe('item.viewed: 2026-12-01T11:17:19.000Z');
  expect(
    traitTold('sequence', [
      [at, 35, 'tea'],
      [at, 36, 'pot'],
    ]),
  ).toBe('tea (2026-12-01T11:17:19.000Z); pot (2026-12-01T11:17:19.000Z)');
  expect(traitTold('last_value', [[at, 35, 12]])).toBe('12 (2026-12-01T11:17:19.000Z)');
  expect(traitTold('window', { newest: day, days: { [day]: { tea: 2, pot: 1 } } })).toBe('2026-12-01: tea (2), pot (1)');
  expect(traitTold('sum', { 'order.completed': [day, 90_050] }, spent)).toBe('order.completed: 900.5 on 2026-12-01');
  expect(traitTold('hours', { 'item.viewed': [hour, 4, hour + 13, 1] })).toBe(
    'item.viewed: 4 at 2026-12-01T11 h UTC, 1 at 2026-12-02T00 h UTC',
  );
});

test('what has another form is told as it is', () => {
  expect(traitTold('counter', 'x')).toBe('"x"');
  expect(traitTold('window', { newest: 1 })).toBe('{"newest":1}');
});
