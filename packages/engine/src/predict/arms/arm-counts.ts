// Trials and wins of actions: integer counts per (segment, action) and calendar bucket. The model beneath Thompson sampling.
// Erasure class `exact`: every count can be taken back, and nothing decays in place; age is weighed when it is read, by integer weights.
// Rewards come late: a trial counts when the person saw the action, its win whenever that comes, both in the bucket of the decision.
// Hierarchy: the posterior of a segment starts from what is known of the action everywhere, as if seen in at most `priorTrialsMax` trials;
// so a segment of which nothing is known behaves like all, and one with much evidence of its own goes by that.
import { assert } from '../../base/assert.js';
import { digamma, trigamma } from '../../base/special-functions.js';
import { newestWeight, weightOfAge } from './age-weight.js';

const priorTrialsMax = 30;

/** A Beta posterior. */
export interface Posterior {
  readonly alpha: number;
  readonly beta: number;
}

export interface Logit {
  /** Mean and standard deviation of ln(p / (1 - p)) under the posterior. */
  mean: number;
  deviation: number;
}

/** [trials, wins] */
type Pair = [trials: number, wins: number];

export class ArmCounts {
  /** segment -> action -> bucket -> counts; segment '' holds everybody. */
  readonly #segments = new Map<string, Map<string, Map<number, Pair>>>();

  /** Counts `trials` and `wins` (integers, also negative to take back) of an action in a segment and in all. `bucket`: integer. */
  add(segment: string, action: string, bucket: number, trials: number, wins: number): void {
    this.#add('', action, bucket, trials, wins);
    if (segment !== '') this.#add(segment, action, bucket, trials, wins);
  }

  /** The posterior of an action for a segment, as of a bucket; `decays`: older buckets weigh less. */
  posterior(segment: string, action: string, now: number, decays: boolean): Posterior {
    const [trials, wins] = this.read('', action, now, decays);
    const alpha = 1 + wins;
    const beta = 1 + trials - wins;
    if (segment === '') return { alpha, beta };
    const [ownTrials, ownWins] = this.read(segment, action, now, decays);
    // Without the segment's own trials, or they would count twice.
    const restAlpha = alpha - ownWins;
    const rest = alpha + beta - ownTrials;
    const strength = Math.min(priorTrialsMax, rest);
    const mean = restAlpha / rest;
    return { alpha: strength * mean + ownWins, beta: strength * (1 - mean) + ownTrials - ownWins };
  }

  /** Weighed trials and wins; with decay as if the newest bucket counted whole. */
  read(segment: string, action: string, now: number, decays: boolean): readonly [trials: number, wins: number] {
    let trials = 0;
    let wins = 0;
    for (const [bucket, pair] of this.#segments.get(segment)?.get(action) ?? []) {
      const weight = decays ? weightOfAge(now - bucket) : 1;
      trials += weight * pair[0];
      wins += weight * pair[1];
    }
    return decays ? [trials / newestWeight, wins / newestWeight] : [trials, wins];
  }

  *dump(): Iterable<string> {
    for (const [segment, actions] of sorted(this.#segments))
      for (const [action, buckets] of sorted(actions))
        for (const [bucket, [trials, wins]] of [...buckets].sort(([a], [b]) => a - b))
          yield `${JSON.stringify(segment)}\t${JSON.stringify(action)}\t${bucket}\t${trials}\t${wins}`;
  }

  #add(segment: string, action: string, bucket: number, trials: number, wins: number): void {
    let actions = this.#segments.get(segment);
    if (actions === undefined) this.#segments.set(segment, (actions = new Map<string, Map<number, Pair>>()));
    let buckets = actions.get(action);
    if (buckets === undefined) actions.set(action, (buckets = new Map<number, Pair>()));
    let pair = buckets.get(bucket);
    if (pair === undefined) buckets.set(bucket, (pair = [0, 0]));
    pair[0] += trials;
    pair[1] += wins;
    assert(
      Number.isSafeInteger(pair[0]) && pair[1] >= 0 && pair[1] <= pair[0],
      'wins are among the trials, and what is taken back was counted',
    );
    if (pair[0] > 0) return;
    buckets.delete(bucket);
    if (buckets.size === 0) actions.delete(action);
    if (actions.size === 0) this.#segments.delete(segment);
  }
}

/**
 * A Beta posterior on the scale of log-odds, by its exact first two moments, as if normal there. Skew of few trials is lost:
 * probabilities of
 * being best are off by up to .07 then (tested). It decides how fast is learned, never what is logged.
 */
export function logitOf({ alpha, beta }: Posterior): Logit {
  return { mean: digamma(alpha) - digamma(beta), deviation: Math.sqrt(trigamma(alpha) + trigamma(beta)) };
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
