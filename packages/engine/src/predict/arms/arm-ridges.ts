// Ridge sums of every action of a point, by calendar bucket, and what follows from all buckets together, weighed by age in integers.
// Erasure class `exact`. The first feature is always 1: an action's own level.
import { assert, must } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import { newestWeight, weightOfAge } from './age-weight.js';
import { RidgeEstimate } from './ridge-estimate.js';
import { featureUnit, quantised, RidgeSums, trianglePlaces, weigh } from './ridge-sums.js';

/** Features of a request, with the constant. */
export const ridgeFeaturesMax = 32;

interface Arm {
  readonly buckets: Map<number, RidgeSums>;
  /** As of `asOf`. */
  readonly estimate: RidgeEstimate;
  /** What of the estimate waits to be worked out until somebody asks: outcomes come in batches, and each would do it again. */
  stale: Stale;
}

/** Rewards move the coefficients only. */
type Stale = 'nothing' | 'coefficients' | 'factor';

export class ArmRidges {
  readonly #arms = new Map<string, Arm>();
  readonly #features: number;
  readonly #decays: boolean;
  readonly #unseen: RidgeEstimate;
  /** The weighed sums of an action's buckets while its estimate is worked out. One pair for all actions: it stays in the fast cache. */
  readonly #products: Float64Array;
  readonly #rewards: Float64Array;
  #asOf = 0;
  #trials = 0;
  #wins = 0;

  /** `features` with the constant. */
  constructor(features: number, decays: boolean) {
    this.#features = features;
    this.#decays = decays;
    this.#products = new Float64Array(trianglePlaces(features));
    this.#rewards = new Float64Array(features);
    this.#unseen = this.#estimate();
    this.#unseen.decompose(this.#products);
  }

  /** Trials in all, of any age. */
  get trials(): number {
    return this.#trials;
  }

  /** Adds (1) or takes back (-1) a trial. `x`: of `featuresOf`. */
  observe(action: string, bucket: number, x: readonly number[], times: 1 | -1): void {
    let arm = this.#arms.get(action);
    if (arm === undefined)
      this.#arms.set(action, (arm = { buckets: new Map<number, RidgeSums>(), estimate: this.#estimate(), stale: 'factor' }));
    let sums = arm.buckets.get(bucket);
    if (sums === undefined) arm.buckets.set(bucket, (sums = new RidgeSums(this.#features)));
    sums.observe(x, times);
    this.#trials += times;
    if (sums.count === 0) arm.buckets.delete(bucket);
    if (arm.buckets.size === 0) this.#arms.delete(action);
    else arm.stale = 'factor';
  }

  /** Adds (1) or takes back (-1) the win of a trial that stays observed until after. */
  win(action: string, bucket: number, x: readonly number[], times: 1 | -1): void {
    const arm = must(this.#arms.get(action), 'a win has its trial');
    must(arm.buckets.get(bucket), 'a win has its trial').reward(x, times);
    if (arm.stale === 'nothing') arm.stale = 'coefficients';
    this.#wins += times;
  }

  /** Expected reward of an action and its standard error, as of a bucket. Written to `out`. */
  estimate(action: string, bucket: number, x: readonly number[], out: { mean: number; deviation: number }): void {
    if (bucket !== this.#asOf) this.#moveTo(bucket);
    const arm = this.#arms.get(action);
    if (arm !== undefined && arm.stale !== 'nothing') this.#refresh(arm);
    (arm?.estimate ?? this.#unseen).estimate(x, out);
    const rate = (this.#wins + 1) / (this.#trials + 4);
    out.deviation *= Math.sqrt(rate * (1 - rate) * (this.#decays ? newestWeight : 1));
  }

  *dump(): Iterable<string> {
    for (const [action, { buckets }] of [...this.#arms].sort(([a], [b]) => (a < b ? -1 : 1)))
      for (const [bucket, sums] of [...buckets].sort(([a], [b]) => a - b)) yield `${JSON.stringify(action)}\t${bucket}\t${sums.dump()}`;
  }

  #estimate(): RidgeEstimate {
    return new RidgeEstimate(this.#features, this.#decays ? newestWeight : 1);
  }

  #weight(bucket: number): number {
    return this.#decays ? weightOfAge(this.#asOf - bucket) : 1;
  }

  #refresh(arm: Arm): void {
    const { buckets, estimate } = arm;
    const parts: [RidgeSums, number][] = [];
    let count = 0;
    for (const [bucket, sums] of buckets) {
      const weight = this.#weight(bucket);
      if (weight === 0) continue;
      parts.push([sums, weight]);
      count += weight * sums.count;
    }
    assert(count <= limits.ridgeTrialsMax, 'weighed sums of products stay exact integers');
    if (arm.stale === 'factor') {
      weigh(this.#products, 'products', parts);
      estimate.decompose(this.#products);
    }
    weigh(this.#rewards, 'rewards', parts);
    estimate.solve(this.#rewards);
    arm.stale = 'nothing';
  }

  #moveTo(bucket: number): void {
    this.#asOf = bucket;
    if (!this.#decays) return;
    for (const arm of this.#arms.values()) arm.stale = 'factor';
  }
}

/** A request's features as the sums take them: quantised, the constant first, as many as the point says. */
export function featuresOf(given: readonly number[], features: number): number[] {
  const x = [featureUnit];
  for (let at = 0; at < features - 1; at += 1) x.push(quantised(given[at] ?? 0));
  return x;
}
