// How likely does a visit end in what is aimed at (an order, a booking), by how often each kind of event came in it so far? Exact counts in
// fixed bins: erasure class `exact`. A visit is a run of acts without an idle gap; what came after the aim says nothing about it.
// Score: log odds.
import { limits } from '../../base/limits.js';
import type { Explanation } from '../learner.js';
import { BinnedCounts } from '../propensity/binned-counts.js';
import { FeatureBins } from '../propensity/feature-bins.js';
import type { LabelledRow } from '../propensity/feature-row.js';
import type { Act } from './acts.js';

const cuts = [0, 1, 2, 3, 5, 8, 13];

export class VisitOdds {
  readonly #types: readonly string[];
  readonly #target: string;
  readonly #counts: BinnedCounts;

  constructor(types: readonly string[], target: string) {
    this.#types = types.filter((type) => type !== target).sort();
    this.#target = target;
    this.#counts = new BinnedCounts(FeatureBins.fixed(this.#types.map((name) => ({ name, cuts }))));
  }

  change(before: readonly Act[], after: readonly Act[]): void {
    for (const visit of visitsIn(before)) this.#counts.forget(this.#row(visit));
    for (const visit of visitsIn(after)) this.#counts.learn(this.#row(visit));
  }

  /** Of the visit that goes on at `now`; when none does, of one in which nothing came so far. */
  explain(acts: readonly Act[], now: number): Explanation {
    const isOver = now - (acts.at(-1)?.at ?? -Infinity) > limits.visitIdleMs;
    return this.#counts.explain(this.#row(isOver ? [] : (visitsIn(acts).at(-1) ?? [])).values);
  }

  dump(): Iterable<string> {
    return this.#counts.dump();
  }

  #row(visit: readonly Act[]): LabelledRow {
    const aim = visit.findIndex(({ type }) => type === this.#target);
    const before = aim < 0 ? visit : visit.slice(0, aim);
    const values = this.#types.map((name) => before.filter(({ type }) => type === name).length);
    return { id: '', values, label: aim < 0 ? 0 : 1 };
  }
}

function visitsIn(acts: readonly Act[]): Act[][] {
  const visits: Act[][] = [];
  let last: Act | undefined;
  for (const act of acts) {
    if (last === undefined || act.at - last.at > limits.visitIdleMs) visits.push([]);
    visits.at(-1)?.push(act);
    last = act;
  }
  return visits;
}
