// Ridge sums of every action of a point, by calendar bucket, and all buckets together as of one bucket, weighed by age in integers.
// Erasure class `exact`. The first feature is always 1: an action's own level.
import { must } from '../../base/assert.js';
import { newestWeight, weightOfAge } from './age-weight.js';
import { featureUnit, quantised, RidgeSums } from './ridge-sums.js';

/** Features of a request, with the constant. */
export const ridgeFeaturesMax = 32;

interface Arm {
  readonly buckets: Map<number, RidgeSums>;
  /** All buckets as of `asOf`; rebuilt when that moves. */
  all: RidgeSums;
}

export class ArmRidges {
  readonly #arms = new Map<string, Arm>();
  readonly #features: number;
  readonly #decays: boolean;
  readonly #unseen: RidgeSums;
  #asOf = 0;
  #trials = 0;
  #wins = 0;

  /** `features` with the constant. */
  constructor(features: number, decays: boolean) {
    this.#features = features;
    this.#decays = decays;
    this.#unseen = this.#combined();
  }

  /** Trials in all, of any age. */
  get trials(): number {
    return this.#trials;
  }

  /** Adds (1) or takes back (-1) a trial. `x`: of `featuresOf`. */
  observe(action: string, bucket: number, x: readonly number[], times: 1 | -1): void {
    let arm = this.#arms.get(action);
    if (arm === undefined) this.#arms.set(action, (arm = { buckets: new Map<number, RidgeSums>(), all: this.#combined() }));
    let sums = arm.buckets.get(bucket);
    if (sums === undefined) arm.buckets.set(bucket, (sums = new RidgeSums(this.#features)));
    sums.observe(x, times);
    const weight = this.#weight(bucket);
    if (weight > 0) arm.all.observe(x, times * weight);
    arm.all.refresh();
    this.#trials += times;
    if (sums.count > 0) return;
    arm.buckets.delete(bucket);
    if (arm.buckets.size === 0) this.#arms.delete(action);
  }

  /** Adds (1) or takes back (-1) the win of a trial that stays observed until after. */
  win(action: string, bucket: number, x: readonly number[], times: 1 | -1): void {
    const arm = must(this.#arms.get(action), 'a win has its trial');
    must(arm.buckets.get(bucket), 'a win has its trial').reward(x, times);
    arm.all.reward(x, times * this.#weight(bucket));
    arm.all.refresh();
    this.#wins += times;
  }

  /** Expected reward of an action and its standard error, as of a bucket. Written to `out`. */
  estimate(action: string, bucket: number, x: readonly number[], out: { mean: number; deviation: number }): void {
    if (bucket !== this.#asOf) this.#moveTo(bucket);
    (this.#arms.get(action)?.all ?? this.#unseen).estimate(x, out);
    const rate = (this.#wins + 1) / (this.#trials + 4);
    out.deviation *= Math.sqrt(rate * (1 - rate) * (this.#decays ? newestWeight : 1));
  }

  *dump(): Iterable<string> {
    for (const [action, { buckets }] of [...this.#arms].sort(([a], [b]) => (a < b ? -1 : 1)))
      for (const [bucket, sums] of [...buckets].sort(([a], [b]) => a - b)) yield `${JSON.stringify(action)}\t${bucket}\t${sums.dump()}`;
  }

  #combined(): RidgeSums {
    return new RidgeSums(this.#features, this.#decays ? newestWeight : 1);
  }

  #weight(bucket: number): number {
    return this.#decays ? weightOfAge(this.#asOf - bucket) : 1;
  }

  #moveTo(bucket: number): void {
    this.#asOf = bucket;
    if (!this.#decays) return;
    for (const arm of this.#arms.values()) {
      arm.all = this.#combined();
      for (const [each, sums] of arm.buckets) arm.all.addAll(sums, this.#weight(each));
      arm.all.refresh();
    }
  }
}

/** A request's features as the sums take them: quantised, the constant first, as many as the point says. */
export function featuresOf(given: readonly number[], features: number): number[] {
  const x = [featureUnit];
  for (let at = 0; at < features - 1; at += 1) x.push(quantised(given[at] ?? 0));
  return x;
}
