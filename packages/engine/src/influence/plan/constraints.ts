// What several people wish of one plan, together: the strictest of each. Budgets: the lowest. Pace: the slowest. Must-sees: all of them.
// What one of them avoids is in nobody's plan. Amounts of different currencies are never compared: that is refused.
import { fail, ok, type Result } from '../../base/result.js';
import { paces, type Constraints, type Pace, type Wishes } from '../../model/plan.js';

export interface PaceRule {
  /** Stops in one window at most. */
  readonly stopsMax: number;
  readonly metresPerMinute: number;
  /** How long a visit takes, against its usual length. */
  readonly visitPercent: number;
}

/** Ours: 3, 4 and 5 km/h on foot, a quarter more or a fifth less time at each stop. */
export const paceRules: Readonly<Record<Pace, PaceRule>> = {
  slow: { stopsMax: 3, metresPerMinute: 50, visitPercent: 125 },
  normal: { stopsMax: 5, metresPerMinute: 67, visitPercent: 100 },
  fast: { stopsMax: 8, metresPerMinute: 83, visitPercent: 80 },
};

/** Fails with plan_currency when two budgets cannot be compared. */
export function strictest(all: readonly Wishes[]): Result<Constraints> {
  let budget: number | null = null;
  let currency: string | null = null;
  let pace: Pace | undefined;
  const mustSee = new Set<string>();
  const avoid = new Set<string>();
  for (const wishes of all) {
    if (wishes.budget !== undefined) {
      if (currency !== null && currency !== wishes.budget.currency) return fail('plan_currency', '/budget/currency');
      currency = wishes.budget.currency;
      budget = budget === null ? wishes.budget.amount : Math.min(budget, wishes.budget.amount);
    }
    if (wishes.pace !== undefined && (pace === undefined || paces.indexOf(wishes.pace) < paces.indexOf(pace))) pace = wishes.pace;
    for (const item of wishes.mustSee ?? []) mustSee.add(item);
    for (const item of wishes.avoid ?? []) avoid.add(item);
  }
  return ok({ budget, currency, pace: pace ?? 'normal', mustSee: [...mustSee].sort(), avoid: [...avoid].sort() });
}
