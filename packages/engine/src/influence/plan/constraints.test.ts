// The strictest of what several people wish.
import { expect, test } from 'vitest';
import type { Wishes } from '../../model/plan.js';
import { strictest } from './constraints.js';

const euros = (amount: number): Wishes => ({ budget: { amount, currency: 'EUR' } });

test('the lowest budget, the slowest pace, every must-see and everything that somebody avoids hold', () => {
  const all: Wishes[] = [
    { ...euros(900), pace: 'fast', mustSee: ['b'] },
    { ...euros(400), mustSee: ['a', 'b'] },
    { pace: 'slow', avoid: ['c'] },
    euros(700),
  ];
  const held = { ok: true, value: { budget: 400, currency: 'EUR', pace: 'slow', mustSee: ['a', 'b'], avoid: ['c'] } };
  expect(strictest(all)).toEqual(held);
  expect(strictest(all.toReversed())).toEqual(held);
  expect(strictest([{ pace: 'fast' }, {}])).toMatchObject({ value: { pace: 'fast', budget: null, currency: null } });
  expect(strictest([])).toMatchObject({ value: { pace: 'normal', mustSee: [], avoid: [] } });
});

test('amounts of two currencies are never compared', () => {
  expect(strictest([euros(5), { budget: { amount: 5, currency: 'GBP' } }])).toMatchObject({ ok: false, code: 'plan_currency' });
});
