// Which reasons speak for a stop, the strongest first. A contribution is log odds up to a constant of the query, so its sign says nothing
// by itself: where nobody is known to have been anywhere, "how many go there" would speak for every place. For a stop speaks what it has
// more of than the places that were considered have in the mean. Non-goal: what the score is made of; that is the reasons themselves.
import type { PlanReason, PlanReasonKind, PlanRecord, PlanStop } from '../../model/plan.js';

/** Less than this is the rounding of sums. */
const leastMore = 1e-9;

export function speakingFor({ problem: { candidates } }: Pick<PlanRecord, 'problem'>, { reasons }: PlanStop): PlanReason[] {
  const sums = new Map<PlanReasonKind, number>();
  for (const each of candidates) for (const { kind, contribution } of each.reasons) sums.set(kind, (sums.get(kind) ?? 0) + contribution);
  const more = ({ kind, contribution }: PlanReason): number => contribution - (sums.get(kind) ?? 0) / Math.max(1, candidates.length);
  return reasons.filter((reason) => more(reason) > leastMore).sort((a, b) => more(b) - more(a));
}
