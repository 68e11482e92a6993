// Makes probabilities of scores, on rows that the scores were not fitted on: Platt's line in log odds, or a monotone step function
// (isotonic) where there are enough rows for its steps. Erasure class `rederived`, with the model whose scores it reads.
// Sources: Platt, 1999, with his smoothed targets; Zadrozny and Elkan, KDD 2002, by pooling of adjacent violators (Ayer et al., 1955),
// rows of equal score as one (de Leeuw, Hornik and Mair, Journal of Statistical Software 32, 2009, the secondary approach to ties).
import { exp } from '../../base/exact-math.js';
import { solveSymmetric } from '../../base/linear-system.js';

export interface ScoredLabel {
  /** Log odds. */
  readonly score: number;
  readonly label: 0 | 1;
}

/** A score in, a probability in (0, 1) out; never falling. */
export type Calibration = (score: number) => number;

/** The probability of log odds. */
export function shareOf(score: number): number {
  return 1 / (1 + exp(-score));
}

const newtonSteps = 30;
const stepMax = 1;

/** probability = 1 / (1 + exp(-(slope * score + shift))). `slopeFixed`: only the level is learned, from few or shifted rows. */
export function plattLine(held: readonly ScoredLabel[], options: { readonly slopeFixed?: boolean } = {}): Calibration {
  const yes = held.reduce((sum, { label }) => sum + label, 0);
  const no = held.length - yes;
  const target = [1 / (no + 2), (yes + 1) / (yes + 2)];
  // From a flat line Newton's steps are safe: from a steep one they can overshoot for ever.
  let [slope, shift] = [options.slopeFixed === true ? 1 : 0, 0];
  for (let step = 0; step < newtonSteps; step++) {
    let [bySlope, byShift, slopes, cross, shifts] = [0, 0, 1e-9, 0, 1e-9];
    for (const { score, label } of held) {
      const share = 1 / (1 + exp(-(slope * score + shift)));
      const missed = (target[label] ?? 0) - share;
      const spread = share * (1 - share);
      bySlope += missed * score;
      byShift += missed;
      slopes += spread * score * score;
      cross += spread * score;
      shifts += spread;
    }
    if (options.slopeFixed === true) {
      shift += Math.max(-stepMax, Math.min(stepMax, byShift / shifts));
      continue;
    }
    const change = solveSymmetric([Float64Array.of(slopes, 0), Float64Array.of(cross, shifts)], Float64Array.of(bySlope, byShift));
    slope += Math.max(-stepMax, Math.min(stepMax, change[0] ?? 0));
    shift += Math.max(-stepMax, Math.min(stepMax, change[1] ?? 0));
  }
  const [a, b] = [Math.max(0, slope), shift];
  return (score) => shareOf(a * score + b);
}

/** The monotone function that is nearest to the labels, straight lines between the middles of its steps. */
export function isotonic(held: readonly ScoredLabel[]): Calibration {
  // Rows of one score are one step: their order says nothing.
  const levels = new Map<number, { weight: number; yes: number }>();
  for (const { score, label } of held) {
    const { weight, yes } = levels.get(score) ?? { weight: 0, yes: 0 };
    levels.set(score, { weight: weight + 1, yes: yes + label });
  }
  const blocks: { weight: number; yes: number; scores: number }[] = [];
  for (const [score, { weight, yes }] of [...levels].sort(([a], [b]) => a - b)) {
    blocks.push({ weight, yes, scores: weight * score });
    for (let last = blocks.at(-1), before = blocks.at(-2); last !== undefined && before !== undefined;) {
      if (before.yes * last.weight < last.yes * before.weight) break;
      before.weight += last.weight;
      before.yes += last.yes;
      before.scores += last.scores;
      blocks.pop();
      [last, before] = [before, blocks.at(-2)];
    }
  }
  // Never sure: half a row beyond the ends.
  const edge = 0.5 / (held.length + 1);
  const knots = blocks.map(({ weight, yes, scores }) => ({
    at: scores / weight,
    share: Math.min(1 - edge, Math.max(edge, yes / weight)),
  }));
  return (score) => {
    let [low, high] = [0, knots.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((knots[middle]?.at ?? 0) <= score) low = middle + 1;
      else high = middle;
    }
    const before = knots[low - 1];
    const after = knots[low];
    if (before === undefined || after === undefined) return (before ?? after)?.share ?? 0.5;
    return before.share + ((after.share - before.share) * (score - before.at)) / (after.at - before.at);
  };
}
