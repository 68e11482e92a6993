// The planner against an oracle that tries everything, on drawn problems: what must hold holds, what is refused is impossible, and what the
// bounded beam costs is measured.
import { describe, expect, it } from 'vitest';
import type { PlanCandidate, PlanProblem } from '../../model/plan.js';
import { paceRules } from './constraints.js';
import { planStops, type Planned } from './planner.js';
import { walkMinutes } from './schedule.js';

const minute = 60_000;
const hour = 60 * minute;

function drawsOf(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4_294_967_296) * n);
  };
}

function drawn(seed: number, many: number): PlanProblem {
  const below = drawsOf(seed * 7919);
  const windows = Array.from({ length: 1 + below(2) }, (_, day) => ({
    from: day * 24 * hour + 9 * hour,
    until: day * 24 * hour + (12 + below(7)) * hour,
  }));
  const candidates: PlanCandidate[] = Array.from({ length: many }, (_, at) => {
    const contribution = (below(400) - 200) / 100;
    return {
      item: `p${at}`,
      latitude: 55.95 + below(200) / 10_000,
      longitude: -3.2 + below(300) / 10_000,
      minutes: 20 + below(100),
      price: below(8) === 0 ? null : below(4) * 400,
      currency: below(9) === 0 ? 'GBP' : 'EUR',
      open: windows.flatMap(({ from, until }) => {
        const opens = from + below(3) * hour;
        const closes = Math.min(until, opens + (1 + below(6)) * hour);
        return below(6) === 0 || opens >= closes ? [] : [[opens, closes] as const];
      }),
      score: contribution,
      reasons: [{ kind: 'usual', contribution }],
    };
  });
  const some = (share: number): string[] => candidates.filter(() => below(100) < share).map(({ item }) => item);
  return {
    windows,
    start: below(3) === 0 ? null : { latitude: 55.95, longitude: -3.19 },
    end: below(3) === 0 ? null : { latitude: 55.96, longitude: -3.18 },
    candidates,
    constraints: {
      budget: below(3) === 0 ? null : 400 * (1 + below(7)),
      currency: 'EUR',
      pace: (['slow', 'normal', 'fast'] as const)[below(3)] ?? 'normal',
      mustSee: some(18),
      avoid: some(8),
    },
    paceNamed: true,
    done: [],
    here: null,
    doneInWindow: 0,
    before: [],
    lost: [],
  };
}

/** What is wrong with a plan, told from the problem alone. */
function violations(problem: PlanProblem, { stops }: Planned): string[] {
  const wrong: string[] = [];
  const { budget, currency, mustSee, avoid, pace } = problem.constraints;
  const items = stops.map(({ candidate }) => candidate.item);
  for (const item of mustSee)
    if (!items.includes(item) && !problem.done.some((stop) => stop.item === item)) wrong.push(`${item} is missing`);
  for (const item of items) if (avoid.includes(item)) wrong.push(`${item} is avoided`);
  if (new Set(items).size < items.length) wrong.push('twice');
  const spent = [...problem.done, ...stops.map(({ candidate }) => candidate)].reduce((sum, { price }) => sum + (price ?? 0), 0);
  if (budget !== null && spent > budget) wrong.push('too dear');
  if (budget !== null && stops.some(({ candidate: { price, currency: own } }) => price === null || (price > 0 && own !== currency)))
    wrong.push('a price that cannot be counted');
  const rule = paceRules[pace];
  let free = problem.windows[0]?.from ?? 0;
  let at = problem.here ?? problem.start;
  let window = 0;
  const counts = problem.windows.map((_, index) => (index === 0 ? problem.doneInWindow : 0));
  for (const { candidate, arriveAt, leaveAt, window: own } of stops) {
    if (own > window) {
      free = problem.windows[own]?.from ?? 0;
      at = problem.start;
    }
    if (own < window) wrong.push('back in time');
    window = own;
    counts[own] = (counts[own] ?? 0) + 1;
    if (arriveAt < free + walkMinutes(at, candidate, rule) * minute) wrong.push(`${candidate.item} is not reached by then`);
    if (leaveAt - arriveAt < Math.ceil((candidate.minutes * rule.visitPercent) / 100) * minute)
      wrong.push(`${candidate.item} is too short`);
    if (!candidate.open.some(([from, until]) => from <= arriveAt && leaveAt <= until)) wrong.push(`${candidate.item} is closed`);
    if (leaveAt + walkMinutes(problem.end, candidate, rule) * minute > (problem.windows[own]?.until ?? 0))
      wrong.push('too late for the end');
    free = leaveAt;
    at = candidate;
  }
  if (counts.some((count) => count > rule.stopsMax)) wrong.push('too many for the pace');
  return wrong;
}

/**
 * Every order of every set, and every choice of window: the most worth, counted as the planner's stops are compared. null: none is allowed.
 */
function best(problem: PlanProblem, worth: (item: string) => number): number | null {
  const { budget, currency, mustSee, avoid, pace } = problem.constraints;
  const rule = paceRules[pace];
  const usable = problem.candidates.filter(
    ({ item, price, currency: own }) => !avoid.includes(item) && (budget === null || (price !== null && (price === 0 || own === currency))),
  );
  let found: number | null = null;
  const go = (
    taken: readonly string[],
    sum: number,
    spent: number,
    window: number,
    at: number,
    place: PlanProblem['start'],
    count: number,
  ): void => {
    if (mustSee.every((item) => taken.includes(item)) && (found === null || sum > found)) found = sum;
    const now = problem.windows[window];
    if (now === undefined) return;
    go(taken, sum, spent, window + 1, problem.windows[window + 1]?.from ?? 0, problem.start, 0);
    if (count === rule.stopsMax) return;
    for (const candidate of usable) {
      const price = candidate.price ?? 0;
      if (taken.includes(candidate.item) || (budget !== null && spent + price > budget)) continue;
      const minutes = Math.ceil((candidate.minutes * rule.visitPercent) / 100);
      const walked = at + walkMinutes(place, candidate, rule) * minute;
      for (const [opens, closes] of candidate.open) {
        const leave = Math.max(walked, opens) + minutes * minute;
        if (opens < now.from || leave > closes || leave + walkMinutes(problem.end, candidate, rule) * minute > now.until) continue;
        go([...taken, candidate.item], sum + worth(candidate.item), spent + price, window, leave, candidate, count + 1);
      }
    }
  };
  go([], 0, 0, 0, problem.windows[0]?.from ?? 0, problem.start, 0);
  return found;
}

describe('the planner', () => {
  it('keeps budget, hours, pace, must-sees and what is avoided, in every plan of 300 drawn problems', () => {
    let planned = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const problem = drawn(seed, 3 + (seed % 9));
      const plan = planStops(problem);
      if (plan.refused !== null) {
        expect(plan.stops).toEqual([]);
        continue;
      }
      expect(violations(problem, plan), `seed ${seed}`).toEqual([]);
      planned += 1;
      for (const { item } of problem.candidates)
        expect(plan.rules.has(item), `seed ${seed}: each place that is no stop has its rule`).toBe(
          !plan.stops.some(({ candidate }) => candidate.item === item),
        );
    }
    expect(planned).toBeGreaterThan(100);
    expect(planned).toBeLessThan(280);
  });

  it('refuses what is impossible, with a rule, and nothing else; its plans lose little against the best of all', () => {
    let [told, possible, refused] = [0, 0, 0];
    let exact = 0;
    for (let seed = 1; seed <= 150; seed += 1) {
      const problem = drawn(seed + 5_000, 3 + (seed % 3));
      const plan = planStops(problem);
      const reachable = best(problem, () => 1);
      expect(plan.refused === null, `seed ${seed}: ${JSON.stringify(plan.refused)}`).toBe(reachable !== null);
      if (plan.refused !== null) {
        refused += 1;
        expect(plan.refused.items.length).toBeGreaterThan(0);
        for (const item of plan.refused.items) expect(problem.constraints.mustSee).toContain(item);
        continue;
      }
      // All places equally wanted: what is counted is how many stops were found.
      const level = planStops({ ...problem, candidates: problem.candidates.map((each) => ({ ...each, score: 0, reasons: [] })) });
      told += level.stops.length;
      possible += reachable ?? 0;
      if (level.stops.length === reachable) exact += 1;
    }
    expect(refused).toBeGreaterThan(20);
    expect(exact).toBeGreaterThan(0.95 * (150 - refused));
    expect(told / possible).toBeGreaterThan(0.98);
  });

  it('finds out exactly whether up to six must-sees fit, in whatever order', () => {
    let [fit, none] = [0, 0];
    for (let seed = 1; seed <= 250; seed += 1) {
      const { windows, ...rest } = drawn(seed + 9_000, 4 + (seed % 3));
      const candidates = rest.candidates
        .filter(({ open }) => open.length > 0)
        .map((each) => ({ ...each, price: 0, minutes: Math.ceil(each.minutes / 2) }));
      const constraints = { ...rest.constraints, budget: null, avoid: [], mustSee: candidates.map(({ item }) => item) };
      const problem: PlanProblem = { ...rest, windows, candidates, constraints };
      const plan = planStops(problem);
      const possible = best(problem, () => 1) !== null;
      expect(plan.refused === null, `seed ${seed}: ${JSON.stringify(plan.refused)}`).toBe(possible);
      if (possible) fit += 1;
      else none += 1;
    }
    expect(Math.min(fit, none)).toBeGreaterThan(40);
  });

  it('is a function of the problem: the order of candidates does not matter', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const problem = drawn(seed, 8);
      const other = planStops({ ...problem, candidates: problem.candidates.toReversed() });
      expect(other.stops).toEqual(planStops(problem).stops);
    }
  });

  it('keeps what still fits of a plan that is changed, and says by which rule the rest went', () => {
    let kept = 0;
    for (let seed = 1; seed <= 90; seed += 1) {
      const problem = drawn(seed, 9);
      const first = planStops(problem);
      if (first.refused !== null || first.stops.length < 3) continue;
      const before = first.stops.map(({ candidate: { item }, arriveAt }) => ({ item, arriveAt }));
      expect(planStops({ ...problem, before }).stops, `seed ${seed}: nothing happened`).toEqual(first.stops);
      const gone = before[1]?.item ?? '';
      const lost = { item: gone, rule: 'closed' as const };
      const changed: PlanProblem = {
        ...problem,
        before,
        candidates: problem.candidates.filter(({ item }) => item !== gone),
        lost: [lost],
      };
      const plan = planStops(changed);
      if (problem.constraints.mustSee.includes(gone)) {
        expect(plan.refused).toEqual({ rule: 'closed', items: [gone] });
        continue;
      }
      expect(plan.refused).toBeNull();
      expect(violations(changed, plan)).toEqual([]);
      expect(plan.rules.get(gone)).toBe('closed');
      // Without one stop the others fit as well as they did.
      for (const { item } of before) if (item !== gone) expect(plan.stops.map(({ candidate }) => candidate.item)).toContain(item);
      kept += 1;
    }
    expect(kept).toBeGreaterThan(20);
  });

  it('takes nothing from the days to come when more was done today than a slower pace allows', () => {
    const open = [24, 48].map((day) => [(day + 9) * hour, (day + 18) * hour] as const);
    const candidates = Array.from({ length: 8 }, (_, at): PlanCandidate => {
      const place = { item: `p${at}`, latitude: 55.95, longitude: -3.19, minutes: 30, price: 0, currency: 'EUR', open };
      return { ...place, score: 0, reasons: [] };
    });
    const windows = [0, 24, 48].map((day) => ({ from: (day + 9) * hour, until: (day + 18) * hour }));
    const mustSee = candidates.slice(0, 6).map(({ item }) => item);
    const constraints = { budget: null, currency: null, pace: 'slow', mustSee, avoid: [] } as const;
    const plan = planStops({ ...drawn(1, 0), windows, start: null, end: null, candidates, constraints, doneInWindow: 5 });
    expect(plan.refused).toBeNull();
    expect(plan.stops.map(({ window }) => window)).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it('names what was done when that alone costs more than the budget', () => {
    const done = ['paid', 'free'].map((item) => {
      const stop = { item, arriveAt: 0, leaveAt: 0, walkMinutes: 0, price: item === 'paid' ? 500 : 0, mustSee: false };
      return { ...stop, score: 0, reasons: [], state: 'done' as const };
    });
    const { constraints, ...rest } = drawn(1, 6);
    const refused = (budget: number) => planStops({ ...rest, done, constraints: { ...constraints, budget, mustSee: [] } }).refused;
    expect(refused(400)).toEqual({ rule: 'over_budget', items: ['paid'] });
    expect(refused(500)).toBeNull();
  });
});
