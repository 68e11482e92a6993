// Sample-ratio alarm: are people shared out over the arms as planned? When not, something lost them on the way, and no effect of the
// experiment can be believed. Pearson's chi-square test of counts against weights; alarm below p = .001.
// Source: Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments (2019).
import { chiSquareTail } from '../../base/special-functions.js';

export const sampleRatioAlarm = 0.001;

export interface SampleRatio {
  readonly p: number;
  readonly alarm: boolean;
}

/** `weights`: planned shares, positive, in any unit. No alarm before five are expected in each arm. */
export function sampleRatio(counts: readonly number[], weights: readonly number[]): SampleRatio {
  const n = counts.reduce((sum, each) => sum + each, 0);
  const all = weights.reduce((sum, each) => sum + each, 0);
  let statistic = 0;
  let least = Infinity;
  counts.forEach((count, arm) => {
    const expected = (n * (weights[arm] ?? 0)) / all;
    least = Math.min(least, expected);
    statistic += ((count - expected) * (count - expected)) / expected;
  });
  if (least < 5) return { p: 1, alarm: false };
  const p = chiSquareTail(statistic, counts.length - 1);
  return { p, alarm: p < sampleRatioAlarm };
}
