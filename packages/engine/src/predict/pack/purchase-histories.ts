// Purchase histories out of acts: days on which something was bought, and what a repeat day was worth.
import { dayOf } from '../../base/day.js';
import type { PurchaseHistory } from '../lifetime/purchase-history.js';
import type { Act } from './acts.js';

/** `day`: at which it is looked. undefined: nothing was bought. */
export function purchaseHistory(id: string, acts: readonly Act[], day: number): PurchaseHistory | undefined {
  const byDay = new Map<number, number>();
  for (const { at, value } of acts) if (dayOf(at) <= day) byDay.set(dayOf(at), (byDay.get(dayOf(at)) ?? 0) + value);
  const days = [...byDay.keys()].sort((a, b) => a - b);
  const [first, ...later] = days;
  if (first === undefined) return undefined;
  const worth = later.reduce((sum, each) => sum + (byDay.get(each) ?? 0), 0);
  return {
    id,
    repeats: later.length,
    lastAfterDays: (later.at(-1) ?? first) - first,
    ageDays: day - first,
    // Acts count hundredths.
    repeatValue: later.length === 0 ? 0 : worth / (100 * later.length),
  };
}
