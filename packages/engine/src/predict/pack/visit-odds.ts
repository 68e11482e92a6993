// How likely does a visit end in what is aimed at (an order, a booking), by how often each kind of event came in it so far? Exact counts in
// fixed bins: erasure class `exact`. A visit is a run of acts without an idle gap; what came after the aim says nothing about it.
// One row for each state that a visit went through before its aim, from nothing on: the question is asked in the middle of visits, and
// whole ones tell how many events they had, not what one with so many will come to. Rows of a person: at most twice limits.modelActsMax.
// Source: landmarking (van Houwelingen, "Dynamic prediction by landmarking", Scandinavian Journal of Statistics 34, 2007). Score: log odds.
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
    for (const visit of visitsIn(before)) for (const row of this.#rows(visit)) this.#counts.forget(row);
    for (const visit of visitsIn(after)) for (const row of this.#rows(visit)) this.#counts.learn(row);
  }

  /** Of the visit that goes on at `now`; when none does, of one in which nothing came so far. */
  explain(acts: readonly Act[], now: number): Explanation {
    const isOver = now - (acts.at(-1)?.at ?? -Infinity) > limits.visitIdleMs;
    const visit = isOver ? [] : (visitsIn(acts).at(-1) ?? []);
    return this.#counts.explain(this.#rows(visit).at(-1)?.values ?? []);
  }

  dump(): Iterable<string> {
    return this.#counts.dump();
  }

  /** From nothing so far to the last state before the aim. */
  #rows(visit: readonly Act[]): LabelledRow[] {
    const aim = visit.findIndex(({ type }) => type === this.#target);
    const label = aim < 0 ? 0 : 1;
    let values = this.#types.map(() => 0);
    const rows: LabelledRow[] = [{ id: '', values, label }];
    for (const { type } of aim < 0 ? visit : visit.slice(0, aim)) {
      values = values.map((count, at) => (this.#types[at] === type ? count + 1 : count));
      rows.push({ id: '', values, label });
    }
    return rows;
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
