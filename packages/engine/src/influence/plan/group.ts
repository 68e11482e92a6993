// A problem with what the other members of a group put in: their constraints, and their interest in places. Pure, so that a plan can be
// replayed from its record and the parts of members, for as long as those are there.
import { ok, type Result } from '../../base/result.js';
import type { PlanCandidate, PlanJoined, PlanProblem, PlanReason } from '../../model/plan.js';
import { strictest } from './constraints.js';

/** What it adds to the log odds of a place that somebody looked at it lately: a setting, ours. */
export const interestOdds = 1;

/** Fails with plan_currency. */
export function withMembers(problem: PlanProblem, parts: readonly PlanJoined[]): Result<PlanProblem> {
  if (parts.length === 0) return ok(problem);
  const { budget, currency, pace, mustSee, avoid } = problem.constraints;
  const own = { ...(budget === null || currency === null ? {} : { budget: { amount: budget, currency } }), mustSee, avoid };
  // A pace that nobody has named is no wish.
  const named = problem.paceNamed ? { ...own, pace } : own;
  const constraints = strictest([named, ...parts.map(({ wishes }) => wishes)]);
  if (!constraints.ok) return constraints;
  const candidates = problem.candidates.map((candidate) => {
    const interested = parts.filter(({ interests }) => interests.includes(candidate.item)).length;
    return interested === 0 ? candidate : withReason(candidate, { kind: 'group_interest', contribution: interested * interestOdds });
  });
  return ok({ ...problem, constraints: constraints.value, candidates });
}

export function withReason(candidate: PlanCandidate, reason: PlanReason): PlanCandidate {
  return { ...candidate, score: candidate.score + reason.contribution, reasons: [...candidate.reasons, reason] };
}
