// In which order are the stops of a course visited? A beam over their orders: each step costs its distance and gains by how often people took
// it. Invariant: no place twice; first and last stay; ties by number of the place. Exact while no more (stops taken, last stop) are open than
// the beam is wide: that is the dynamic programme of Held and Karp, 1962.
// The choice of the stops is made before (their score does not depend on order, and most of the gain of a joint search is in the choice).
import { log } from '../../base/exact-math.js';
import { limits } from '../../base/limits.js';
import type { PlaceModel } from './place-model.js';
import type { CourseQuery } from './place-features.js';

/** Weights of the two costs of a step: log of its kilometres (+ 0.1), and minus the log of its share of the steps from there. */
export interface RouteWeights {
  readonly distance: number;
  readonly habit: number;
}

/** The set of stops that are taken is one exact integer, which bounds how many there may be. */
const bits = Array.from({ length: limits.routeStopsMax }, (_, at) => {
  let power = 1;
  for (let n = 0; n < at; n++) power *= 2;
  return power;
});

interface Partial {
  readonly last: number;
  readonly before: Partial | null;
  /** Sum of 2^stop over the stops so far. */
  readonly taken: number;
  readonly cost: number;
}

/** The course that is most likely meant: first, stops in order, last. */
export function courseOf(model: PlaceModel, query: CourseQuery, route: RouteWeights): number[] {
  return inOrder(model, query, stopsOf(model, query), route);
}

/** The places that most likely stand between the ends, in the order of their numbers. */
export function stopsOf(model: PlaceModel, query: CourseQuery): number[] {
  const best = model.ranked(query).slice(0, Math.min(limits.routeStopsMax, Math.max(0, query.length - 2)));
  return best.map(({ place }) => place).sort((a, b) => a - b);
}

/** The ends with these stops (by number, ascending) in the cheapest order found. */
export function inOrder(model: PlaceModel, query: CourseQuery, stops: readonly number[], route: RouteWeights): number[] {
  const count = stops.length;
  // Costs of the steps between stops; row `count`: from the first place, column `count`: to the last one.
  const costs = [...stops, query.from].map((from) => [...stops, query.to].map((to) => stepCost(model, route, from, to)));
  const nowhere: Partial = { last: count, before: null, taken: 0, cost: 0 };
  let beam: Partial[] = [nowhere];
  for (let done = 0; done < count; done++) {
    const next: Partial[] = [];
    for (const before of beam) {
      for (let stop = 0; stop < count; stop++) {
        if (Math.floor(before.taken / (bits[stop] ?? 1)) % 2 === 1) continue;
        const cost = before.cost + (costs[before.last]?.[stop] ?? 0) + (done === count - 1 ? (costs[stop]?.[count] ?? 0) : 0);
        next.push({ last: stop, before, taken: before.taken + (bits[stop] ?? 0), cost });
      }
    }
    // Of two that have taken the same stops and stand at the same one only the cheaper can win; sorting is stable, so ties go by number.
    beam = cheapest(next.sort((a, b) => a.cost - b.cost));
  }
  const order: number[] = [];
  for (let at: Partial | null = beam[0] ?? nowhere; at !== null && at.before !== null; at = at.before) order.push(stops[at.last] ?? 0);
  return [query.from, ...order.reverse(), query.to];
}

function cheapest(sorted: readonly Partial[]): Partial[] {
  const seen = new Set<number>();
  const kept: Partial[] = [];
  for (const one of sorted) {
    const state = one.taken * limits.routeStopsMax + one.last;
    if (seen.has(state)) continue;
    seen.add(state);
    kept.push(one);
    if (kept.length === limits.routeBeamWidth) break;
  }
  return kept;
}

function stepCost({ features, counts }: PlaceModel, route: RouteWeights, from: number, to: number): number {
  const taken = ((counts.steps[from * counts.places + to] ?? 0) + 0.5) / ((counts.visits[from] ?? 0) + 5);
  return route.distance * log(0.1 + features.km(from, to)) - route.habit * log(taken);
}
