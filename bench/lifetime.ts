// How much will a customer spend in the unseen time? Expected purchases (BG/NBD) times expected value (gamma-gamma), against what they spent in
// as many days before. Fitted on what was known when the unseen time began.
import { LifetimeValue } from 'ethogram/internal/predict/lifetime/lifetime-value';
import type { PurchaseHistory } from 'ethogram/internal/predict/lifetime/purchase-history';
import type { Fault } from './fault.js';
import { purchaseDays } from './next-purchase.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import type { InvoiceLine } from './shop.js';

export function lifetime(lines: readonly InvoiceLine[], unseenFrom: number, fault: Fault | null): { mae: number; baseline_mae: number } {
  const horizon = lines.reduce((latest, { day }) => Math.max(latest, day), 0) + 1 - unseenFrom;
  const people = [...purchaseDays(lines)].flatMap(([id, days]) => {
    const past = days.filter(({ day }) => day < unseenFrom);
    const [first, ...repeats] = past;
    if (first === undefined) return [];
    const spent = (from: number, to: number): number =>
      days.reduce((sum, { day, value }) => sum + (day >= from && day < to ? value : 0), 0);
    const history: PurchaseHistory = {
      id,
      repeats: repeats.length,
      lastAfterDays: (past.at(-1)?.day ?? first.day) - first.day,
      ageDays: unseenFrom - first.day,
      repeatValue: repeats.length === 0 ? 0 : repeats.reduce((sum, { value }) => sum + value, 0) / repeats.length,
    };
    return [{ history, before: spent(unseenFrom - horizon, unseenFrom), truth: spent(unseenFrom, unseenFrom + horizon) }];
  });
  const histories = people.map(({ history }) => history);
  const model = LifetimeValue.fit(histories, fault === 'endless-custom' ? 10 * horizon : horizon);
  say(`lifetime: ${people.length} people, ${horizon} days; ${[...model.dump()].join(', ')}`);
  let [missed, missedBefore] = [0, 0];
  for (const { history, before, truth } of people) {
    missed += Math.abs(model.score(history) - truth);
    missedBefore += Math.abs(before - truth);
  }
  return { mae: rounded(missed / people.length, 2), baseline_mae: rounded(missedBefore / people.length, 2) };
}
