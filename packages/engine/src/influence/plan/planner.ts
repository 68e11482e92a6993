// The planner: which candidates become stops, and when. A pure function of the problem: the same stops, bit for bit, on every Node.
//
// It begins with the must-sees in orders in which they fit (must-sees.ts, exact), or, when a plan is changed, with what still fits of it;
// then a beam inserts one candidate after the other wherever it fits, and the best of all that was met is the plan. What it begins with
// is in every plan, so no must-see is ever lost for a better score, and what still fits is kept. Worth of a stop: the share of people who
// would go there, counted in millionths, so that sums do not depend on their order.
// Invariant: budget, hours, pace, must-sees and what is avoided hold in every plan; where they cannot, there is none, and the reason.
// Non-goal: the best of all plans. The beam is bounded (limits.planBeamWidth); planner.test.ts measures what that costs.
import { exp } from '../../base/exact-math.js';
import { limits } from '../../base/limits.js';
import type { PlanCandidate, PlanProblem, PlanRefusal, PlanRule } from '../../model/plan.js';
import { mustSeeOrders } from './must-sees.js';
import { Schedule, type Moment, type Timed } from './schedule.js';

export interface Planned {
  readonly stops: readonly Timed[];
  readonly refused: PlanRefusal | null;
  /** Of each candidate, and each lost one, that is no stop. */
  readonly rules: ReadonlyMap<string, PlanRule>;
}

interface Route {
  readonly order: readonly PlanCandidate[];
  readonly timed: readonly Timed[];
  /** Before each stop, and after the last. */
  readonly moments: readonly Moment[];
  readonly worth: number;
  readonly spent: number;
  readonly ends: number;
  readonly walked: number;
}

export function planStops(problem: PlanProblem): Planned {
  return new Planner(problem).run();
}

class Planner {
  readonly #problem: PlanProblem;
  readonly #schedule: Schedule;
  readonly #rules = new Map<string, PlanRule>();
  readonly #usable: readonly PlanCandidate[];
  readonly #worths = new Map<string, number>();
  readonly #spentBefore: number;
  readonly #capacity: number;

  constructor(problem: PlanProblem) {
    this.#problem = problem;
    this.#schedule = new Schedule(problem);
    const { candidates, lost, done, windows, doneInWindow } = problem;
    for (const { item, rule } of lost) this.#rules.set(item, rule);
    const visited = new Set(done.map(({ item }) => item));
    this.#usable = candidates.filter((candidate) => {
      if (visited.has(candidate.item)) return false;
      const rule = this.#ruleOf(candidate);
      if (rule !== undefined) this.#rules.set(candidate.item, rule);
      return rule === undefined;
    });
    this.#spentBefore = done.reduce((sum, { price }) => sum + (price ?? 0), 0);
    // More may have been done in this window than the pace allows, which has become slower since: that takes nothing from the next ones.
    const { stopsMax } = this.#schedule.pace;
    this.#capacity = Math.min(limits.planStopsMax, stopsMax * windows.length - Math.min(stopsMax, doneInWindow));
    const level = this.#usable.map(({ score }) => score).sort((a, b) => b - a)[Math.max(0, this.#capacity - 1)] ?? 0;
    for (const { item, score } of this.#usable) this.#worths.set(item, 1 + Math.round(1_000_000 / (1 + exp(level - score))));
  }

  run(): Planned {
    const { constraints, done } = this.#problem;
    const visited = new Set(done.map(({ item }) => item));
    const wanted = constraints.mustSee.filter((item) => !visited.has(item));
    const musts = this.#usable.filter(({ item }) => wanted.includes(item));
    const refused = this.#refusal(wanted, musts);
    if (refused !== null) return { stops: [], refused, rules: this.#rules };
    const kept = this.#kept(musts);
    const orders = kept === undefined ? mustSeeOrders(this.#schedule, musts) : [kept];
    if (orders.length === 0) return { stops: [], refused: this.#noRoom(musts), rules: this.#rules };
    const best = this.#grow(orders);
    for (const candidate of this.#usable) {
      if (best.order.includes(candidate)) this.#rules.delete(candidate.item);
      else if (!this.#rules.has(candidate.item)) this.#rules.set(candidate.item, this.#whyNot(best, candidate));
    }
    return { stops: best.timed, refused: null, rules: this.#rules };
  }

  /** What stands against a candidate whatever else is in the plan. */
  #ruleOf({ item, price, currency, open, minutes }: PlanCandidate): PlanRule | undefined {
    const { budget, currency: counted, avoid } = this.#problem.constraints;
    if (avoid.includes(item)) return 'avoided';
    if (budget !== null && price === null) return 'price_unknown';
    if (budget !== null && price !== 0 && currency !== counted) return 'currency';
    const needed = Math.ceil((minutes * this.#schedule.pace.visitPercent) / 100) * 60_000;
    return open.some(([from, until]) => until - from >= needed) ? undefined : 'not_open_then';
  }

  #refusal(wanted: readonly string[], musts: readonly PlanCandidate[]): PlanRefusal | null {
    const stopped = wanted.flatMap((item) => {
      if (musts.some((each) => each.item === item)) return [];
      return [{ item, rule: this.#rules.get(item) ?? ('not_known' as const) }];
    });
    const [first] = stopped;
    if (first !== undefined) return { rule: first.rule, items: stopped.filter(({ rule }) => rule === first.rule).map(({ item }) => item) };
    if (musts.length > limits.planMustSeesMax) return { rule: 'too_many', items: itemsOf(musts) };
    // Whatever else is planned or given up: it is what was done that stands against a plan.
    if (this.#isOver(this.#spentBefore))
      return { rule: 'over_budget', items: this.#problem.done.flatMap(({ item, price }) => (price !== null && price > 0 ? [item] : [])) };
    const price = musts.reduce((sum, each) => sum + (each.price ?? 0), this.#spentBefore);
    if (this.#isOver(price)) return { rule: 'over_budget', items: itemsOf(musts) };
    if (musts.length > this.#capacity) return { rule: 'pace', items: itemsOf(musts) };
    const alone = musts.find((each) => this.#schedule.of([each]) === undefined);
    return alone === undefined ? null : { rule: 'no_time', items: [alone.item] };
  }

  #noRoom(musts: readonly PlanCandidate[]): PlanRefusal {
    return { rule: 'no_time', items: itemsOf(musts) };
  }

  /**
   * What still fits of the plan that is changed, with every must-see: the least wanted goes first. undefined: there was none, or nothing.
   */
  #kept(musts: readonly PlanCandidate[]): PlanCandidate[] | undefined {
    const { before } = this.#problem;
    if (before.length === 0) return undefined;
    const kept = before.flatMap(({ item }) => this.#usable.filter((each) => each.item === item));
    const missing = musts.filter((must) => !kept.includes(must));
    for (;;) {
      const spent = [...kept, ...missing].reduce((sum, { price }) => sum + (price ?? 0), this.#spentBefore);
      const isOver = this.#isOver(spent);
      const route = isOver ? undefined : this.#withAll(kept, missing);
      if (route !== undefined) return route;
      const least = kept
        .filter((each) => !musts.includes(each))
        .sort((a, b) => this.#worth(a) - this.#worth(b) || (a.item < b.item ? 1 : -1))[0];
      if (least === undefined) return undefined;
      kept.splice(kept.indexOf(least), 1);
      this.#rules.set(least.item, isOver ? 'over_budget' : kept.length + missing.length >= this.#capacity ? 'pace' : 'no_time');
    }
  }

  /** An order with what is missing put in, each where it ends earliest. */
  #withAll(order: readonly PlanCandidate[], missing: readonly PlanCandidate[]): PlanCandidate[] | undefined {
    let now = [...order];
    if (now.length + missing.length > this.#capacity) return undefined;
    if (this.#schedule.of(now) === undefined) return undefined;
    for (const candidate of missing) {
      let best: { readonly order: PlanCandidate[]; readonly ends: number } | undefined;
      for (let at = 0; at <= now.length; at += 1) {
        const tried = now.toSpliced(at, 0, candidate);
        const ends = this.#schedule.of(tried)?.at(-1)?.leaveAt;
        if (ends !== undefined && (best === undefined || ends < best.ends)) best = { order: tried, ends };
      }
      if (best === undefined) return undefined;
      now = best.order;
    }
    return now;
  }

  /** The beam. */
  #grow(orders: readonly PlanCandidate[][]): Route {
    let beam = orders.slice(0, limits.planBeamWidth).flatMap((order) => this.#route(order) ?? []);
    let best = beam.reduce((one, other) => (isBefore(other, one) ? other : one));
    while (beam.length > 0) {
      const next: Route[] = [];
      for (const route of beam) {
        if (route.order.length >= this.#capacity) continue;
        for (const candidate of this.#usable) {
          if (route.order.includes(candidate) || this.#isOver(route.spent + (candidate.price ?? 0))) continue;
          for (let at = 0; at <= route.order.length; at += 1) {
            const grown = this.#with(route, candidate, at);
            if (grown !== undefined) next.push(grown);
          }
        }
      }
      beam = narrowed(next);
      const [first] = beam;
      if (first !== undefined && isBefore(first, best)) best = first;
    }
    return best;
  }

  #route(order: readonly PlanCandidate[]): Route | undefined {
    let route: Route | undefined = {
      order: [],
      timed: [],
      moments: [this.#schedule.begin()],
      worth: 0,
      spent: this.#spentBefore,
      ends: 0,
      walked: 0,
    };
    for (const [at, candidate] of order.entries()) route = route === undefined ? undefined : this.#with(route, candidate, at);
    return route;
  }

  /** The route with one more stop at a place of its order; what comes before it stays as it is. undefined: it does not fit. */
  #with(route: Route, candidate: PlanCandidate, place: number): Route | undefined {
    const timed = route.timed.slice(0, place);
    const moments = route.moments.slice(0, place + 1);
    let now = moments[place];
    for (const next of [candidate, ...route.order.slice(place)]) {
      const visit: Timed | undefined = now === undefined ? undefined : this.#schedule.next(now, next);
      if (now === undefined || visit === undefined) return undefined;
      timed.push(visit);
      now = this.#schedule.after(now, visit);
      moments.push(now);
    }
    return {
      order: route.order.toSpliced(place, 0, candidate),
      timed,
      moments,
      worth: route.worth + this.#worth(candidate),
      spent: route.spent + (candidate.price ?? 0),
      ends: now?.at ?? 0,
      walked: timed.reduce((sum, { walkMinutes }) => sum + walkMinutes, 0),
    };
  }

  #whyNot({ order, spent }: Route, candidate: PlanCandidate): PlanRule {
    if (this.#isOver(spent + (candidate.price ?? 0))) return 'over_budget';
    return order.length >= this.#capacity ? 'pace' : 'no_time';
  }

  #isOver(spent: number): boolean {
    const { budget } = this.#problem.constraints;
    return budget !== null && spent > budget;
  }

  #worth({ item }: PlanCandidate): number {
    return this.#worths.get(item) ?? 0;
  }
}

/** Of routes through the same places a few that end earliest; of all of them the best. */
function narrowed(routes: Route[]): Route[] {
  const kept: Route[] = [];
  const bySet = new Map<string, number>();
  const met = new Set<string>();
  for (const route of routes.sort((a, b) => (isBefore(a, b) ? -1 : 1))) {
    if (kept.length === limits.planBeamWidth) break;
    const items = itemsOf(route.order);
    const order = JSON.stringify(items);
    const set = JSON.stringify(items.sort());
    const many = bySet.get(set) ?? 0;
    if (met.has(order) || many === limits.planOrdersKept) continue;
    met.add(order);
    bySet.set(set, many + 1);
    kept.push(route);
  }
  return kept;
}

/** More worth, then the earlier end, then less walking, then the order of ids: a total order of routes. */
function isBefore(one: Route, other: Route): boolean {
  if (one.worth !== other.worth) return one.worth > other.worth;
  if (one.ends !== other.ends) return one.ends < other.ends;
  if (one.walked !== other.walked) return one.walked < other.walked;
  return JSON.stringify(itemsOf(one.order)) < JSON.stringify(itemsOf(other.order));
}

function itemsOf(candidates: readonly PlanCandidate[]): string[] {
  return candidates.map(({ item }) => item);
}
