// Off-policy evaluation: what would another policy have earned, judged by a log of decisions whose probabilities are known?
// Each estimate comes with an interval over clusters (people), the effective sample size and the largest weight; it is refused, not printed
// with a warning, when the log does not carry it: too few effective decisions, or a policy that does what the log never did.
//
// Sources: Horvitz and Thompson (1952), IPS; Swaminathan and Joachims, The self-normalized estimator (2015); Dudik, Langford and Li, Doubly
// robust policy evaluation (2011); Wang, Agarwal and Dudik, Optimal and adaptive off-policy evaluation (2017), Switch; cross-fitting as in
// Chernozhukov et al. (2018); Kish, Survey Sampling (1965), effective sample size.
// Non-goal: an interval for the direct method. Its error is the bias of its model, which no sample of its own shows.
import { assert } from '../../base/assert.js';
import { normalQuantile } from '../../base/special-functions.js';
import type { Logged, TargetPolicy } from './logged.js';
import { RewardModel } from './reward-model.js';

export const estimators = ['ips', 'snips', 'dm', 'dr', 'switch_dr'] as const;
export type Estimator = (typeof estimators)[number];

export type Refusal = 'effective_sample' | 'no_support' | 'few_clusters';

export interface Estimate {
  readonly estimator: Estimator;
  /** null when refused. */
  readonly value: number | null;
  /** 95 %; null when refused, or for the direct method. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly effectiveSample: number;
  readonly weightMax: number;
  /** Share of the policy's probability on what the log cannot speak of. */
  readonly unsupported: number;
  readonly refused: Refusal | null;
}

/** Below these an estimate is refused. */
export const offPolicyBounds = {
  effectiveSampleMin: 100,
  unsupportedMax: 0.01,
  clustersMin: 30,
  /** Switch: above this weight the model speaks instead. */
  switchWeightMax: 10,
} as const;

const z = normalQuantile(0.975);

interface Weights {
  readonly weight: Float64Array;
  readonly effectiveSample: number;
  readonly weightMax: number;
  readonly unsupported: number;
}

/** All estimators of the policy's value, with common weights. */
export function evaluate(logged: Logged, target: TargetPolicy): Estimate[] {
  const weights = weigh(logged, target);
  const refused = refusalOf(logged, weights);
  const told = { effectiveSample: weights.effectiveSample, weightMax: weights.weightMax, unsupported: weights.unsupported, refused };
  if (refused !== null) return estimators.map((estimator) => ({ estimator, value: null, interval: null, ...told }));
  const terms = termsOf(logged, target, weights.weight);
  return estimators.map((estimator) => {
    const { value, deviations } = estimated(estimator, logged, weights.weight, terms);
    if (estimator === 'dm') return { estimator, value, interval: null, ...told };
    const half = z * clusteredError(deviations, logged);
    return { estimator, value, interval: [value - half, value + half] as const, ...told };
  });
}

function weigh(logged: Logged, target: TargetPolicy): Weights {
  const n = logged.action.length;
  const weight = new Float64Array(n);
  const chances = new Float64Array(logged.actions);
  const trials = new Float64Array(logged.groups * logged.actions);
  const wanted = new Float64Array(logged.groups * logged.actions);
  let sum = 0;
  let squares = 0;
  let weightMax = 0;
  let beyond = 0;
  for (let row = 0; row < n; row += 1) {
    target(row, chances);
    const arm = logged.action[row] ?? 0;
    const propensity = logged.propensity[row] ?? 0;
    assert(propensity > 0 && propensity <= 1, 'what was chosen had a chance');
    const w = (chances[arm] ?? 0) / propensity;
    weight[row] = w;
    sum += w;
    squares += w * w;
    if (w > weightMax) weightMax = w;
    const cell = (logged.group[row] ?? 0) * logged.actions;
    trials[cell + arm] = (trials[cell + arm] ?? 0) + 1;
    let mass = 0;
    for (let each = 0; each < logged.actions; each += 1) {
      wanted[cell + each] = (wanted[cell + each] ?? 0) + (chances[each] ?? 0);
      mass += chances[each] ?? 0;
    }
    beyond += Math.max(0, 1 - mass); // on actions that the log does not know at all
  }
  for (let cell = 0; cell < wanted.length; cell += 1) if (trials[cell] === 0) beyond += wanted[cell] ?? 0;
  const effectiveSample = squares === 0 ? 0 : (sum * sum) / squares;
  return { weight, effectiveSample, weightMax, unsupported: n === 0 ? 1 : beyond / n };
}

function refusalOf({ clusters }: Logged, { effectiveSample, unsupported }: Weights): Refusal | null {
  if (unsupported > offPolicyBounds.unsupportedMax) return 'no_support';
  if (effectiveSample < offPolicyBounds.effectiveSampleMin) return 'effective_sample';
  return clusters < offPolicyBounds.clustersMin ? 'few_clusters' : null;
}

interface Terms {
  /** Expected reward of what was chosen. */
  readonly chosen: Float64Array;
  /** Expected reward under the policy. */
  readonly direct: Float64Array;
}

function termsOf(logged: Logged, target: TargetPolicy, weight: Float64Array): Terms {
  const model = new RewardModel(logged);
  const n = logged.action.length;
  const chosen = new Float64Array(n);
  const direct = new Float64Array(n);
  const chances = new Float64Array(logged.actions);
  for (let row = 0; row < n; row += 1) {
    target(row, chances);
    chosen[row] = (weight[row] ?? 0) === 0 ? 0 : model.of(row, logged.action[row] ?? 0);
    let sum = 0;
    for (let arm = 0; arm < logged.actions; arm += 1) {
      const chance = chances[arm] ?? 0;
      if (chance > 0) sum += chance * model.of(row, arm);
    }
    direct[row] = sum;
  }
  return { chosen, direct };
}

/** The value, and each decision's part in its error. */
function estimated(
  estimator: Estimator,
  { reward }: Logged,
  weight: Float64Array,
  terms: Terms,
): { value: number; deviations: Float64Array } {
  const n = reward.length;
  const parts = new Float64Array(n);
  let total = 0;
  let weights = 0;
  for (let row = 0; row < n; row += 1) {
    const w = weight[row] ?? 0;
    const r = reward[row] ?? 0;
    const part = partOf(estimator, w, r, terms.chosen[row] ?? 0, terms.direct[row] ?? 0);
    parts[row] = part;
    total += part;
    weights += w;
  }
  if (estimator === 'snips') {
    const value = total / weights;
    for (let row = 0; row < n; row += 1) parts[row] = (((weight[row] ?? 0) * ((reward[row] ?? 0) - value)) / weights) * n;
    return { value, deviations: parts };
  }
  const value = total / n;
  for (let row = 0; row < n; row += 1) parts[row] = (parts[row] ?? 0) - value;
  return { value, deviations: parts };
}

function partOf(estimator: Estimator, weight: number, reward: number, chosen: number, direct: number): number {
  switch (estimator) {
    case 'ips':
    case 'snips':
      return weight * reward;
    case 'dm':
      return direct;
    case 'dr':
      return direct + weight * (reward - chosen);
    case 'switch_dr':
      return weight > offPolicyBounds.switchWeightMax ? direct : direct + weight * (reward - chosen);
  }
}

/** Standard error of the mean when decisions of one cluster go together (CR1). */
function clusteredError(deviations: Float64Array, { cluster, clusters }: Logged): number {
  const sums = new Float64Array(clusters);
  for (let row = 0; row < deviations.length; row += 1) {
    const own = cluster[row] ?? 0;
    sums[own] = (sums[own] ?? 0) + (deviations[row] ?? 0);
  }
  let squares = 0;
  for (let each = 0; each < clusters; each += 1) squares += (sums[each] ?? 0) * (sums[each] ?? 0);
  return Math.sqrt((squares * clusters) / (clusters - 1)) / deviations.length;
}
