// The policy of a choice: from what has been learned to the probability of each eligible action. Pure arithmetic on integers learned from
// the log, so it is the same wherever it is computed; no chance is in it. Chance enters once, by the keyed draw from this vector.
import type { ArmCounts } from '../../predict/arms/arm-counts.js';
import { logitOf } from '../../predict/arms/arm-counts.js';
import type { ArmRidges } from '../../predict/arms/arm-ridges.js';
import { BestProbabilities } from './best-probabilities.js';
import { floorAt, raiseToFloor } from './floor.js';

/** How choices are made now; their records say which way held. */
export const choosePolicy = 'choose/2';
/** Until then a visit that was over counted as the current one, and probabilities were summed up over a coarser grid. */
export const firstChoosePolicy = 'choose/1';

const best = new BestProbabilities();

export interface Scored {
  /** The scale of the learner: log-odds for counts, reward for ridge. */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/** `segmentFor`: by the counts of which segment an action is judged. */
export function scoreByCounts(
  counts: ArmCounts,
  actions: readonly string[],
  segmentFor: (action: string) => string,
  bucket: number,
  decays: boolean,
): Scored {
  const means = new Float64Array(actions.length);
  const deviations = new Float64Array(actions.length);
  actions.forEach((action, at) => {
    const { mean, deviation } = logitOf(counts.posterior(segmentFor(action), action, bucket, decays));
    means[at] = mean;
    deviations[at] = deviation;
  });
  return { means, deviations };
}

export function scoreByRidge(ridges: ArmRidges, actions: readonly string[], x: readonly number[], bucket: number): Scored {
  const means = new Float64Array(actions.length);
  const deviations = new Float64Array(actions.length);
  const out = { mean: 0, deviation: 0 };
  actions.forEach((action, at) => {
    ridges.estimate(action, bucket, x, out);
    means[at] = out.mean;
    deviations[at] = out.deviation;
  });
  return { means, deviations };
}

/** Probability of each action: of being the best, not below the floor; mixed with a uniform share (parts per million). */
export function probabilitiesOf(
  scored: Scored,
  floorShare: number,
  trials: number,
  uniformPpm: number,
  policy: string = choosePolicy,
): Float64Array {
  const count = scored.means.length;
  const isFirst = policy === firstChoosePolicy;
  const out = best.compute(scored.means, scored.deviations, count, new Float64Array(count), { isFirst });
  raiseToFloor(out, count, floorAt(floorShare, count, trials));
  if (uniformPpm > 0) raiseToFloor(out, count, uniformPpm / 1_000_000 / count);
  return out;
}
