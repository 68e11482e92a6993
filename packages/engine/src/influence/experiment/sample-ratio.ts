// Sample-ratio alarm: are people shared out over the arms as planned? When not, something lost them on the way, and no effect of the
// experiment can be believed (Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments, 2019).
// It is read at any time, so it has to hold at all times: a Bayes factor of multinomial counts, shares drawn from a Dirichlet distribution
// around those planned against those themselves. Of fair experiments at most one in 1,000 ever comes to a factor of 1,000, however often
// one looks (Ville's inequality). A test at one time at p = .001 would alarm in some in a hundred of them.
// Source: Lindon and Malek, Anytime-valid inference for multinomial count data (NeurIPS 2022), section 3.
import { log, exp } from '../../base/exact-math.js';
import { logGamma } from '../../base/log-gamma.js';

export const sampleRatioAlarm = 0.001;
/** Weight of the Dirichlet distribution, in people: shares off by about .05 are looked for first. Others are found later. */
const concentration = 100;

export interface SampleRatio {
  /** Holds whenever one looks: one over the Bayes factor, at most 1. */
  readonly p: number;
  readonly alarm: boolean;
}

/** `weights`: planned shares, positive, in any unit. */
export function sampleRatio(counts: readonly number[], weights: readonly number[]): SampleRatio {
  const n = counts.reduce((sum, each) => sum + each, 0);
  const all = weights.reduce((sum, each) => sum + each, 0);
  let logFactor = logGamma(concentration) - logGamma(concentration + n);
  counts.forEach((count, arm) => {
    const share = (weights[arm] ?? 0) / all;
    logFactor += logGamma(concentration * share + count) - logGamma(concentration * share) - count * log(share);
  });
  const p = Math.min(1, exp(-logFactor));
  return { p, alarm: p < sampleRatioAlarm };
}
