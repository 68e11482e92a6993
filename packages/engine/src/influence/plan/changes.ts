// What the planner found, as stops; and against the plan that it changes: what is kept, what moved, what went and why, what came.
import type { PlanChange, PlanProblem, PlanRule, PlanStop } from '../../model/plan.js';
import type { Planned } from './planner.js';

export function stopsOf({ done, before, constraints }: PlanProblem, { stops }: Planned): PlanStop[] {
  const arrivals = new Map(before.map(({ item, arriveAt }) => [item, arriveAt]));
  return [
    ...done,
    ...stops.map(({ candidate, arriveAt, leaveAt, walkMinutes }): PlanStop => {
      const was = arrivals.get(candidate.item);
      return {
        item: candidate.item,
        arriveAt,
        leaveAt,
        walkMinutes,
        price: candidate.price,
        mustSee: constraints.mustSee.includes(candidate.item),
        score: candidate.score,
        reasons: candidate.reasons,
        state: was === undefined ? 'new' : was === arriveAt ? 'kept' : 'moved',
      };
    }),
  ];
}

/** In the order of the plan that is changed, then of the new one; none when nothing was changed. */
export function changesOf(
  { before, done }: PlanProblem,
  stops: readonly PlanStop[],
  rules: ReadonlyMap<string, PlanRule>,
  closed: readonly string[],
): PlanChange[] {
  if (before.length === 0 && done.length === 0) return [];
  const states = new Map(stops.map(({ item, state }) => [item, state]));
  const changes: PlanChange[] = [];
  for (const { item } of before) {
    const state = states.get(item);
    if (state === 'moved') changes.push({ item, what: 'moved', because: 'disruption' });
    else if (state === undefined)
      changes.push({ item, what: 'removed', because: closed.includes(item) ? 'disruption' : (rules.get(item) ?? 'no_time') });
  }
  for (const { item, state } of stops) if (state === 'new') changes.push({ item, what: 'added', because: 'room' });
  return changes;
}
