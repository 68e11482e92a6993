// The floor beneath the probabilities of a choice, and the draw from them.
// Why a floor: what can never be drawn can never be evaluated afterwards, and a learner that is sure too early never learns better.
// Why it sinks: a fixed floor costs the same share for ever, so regret would grow linearly with time. It sinks with the root of the
// evidence (as for epsilon-greedy with regret of order sqrt T) down to a least value, which bounds the largest weight of an estimate.
import { assert } from '../../base/assert.js';

const uint32Range = 4_294_967_296;
/** Trials of a point at which the floor begins to sink. */
const fullUntil = 1_000;
/** The floor of one action never sinks below this. */
export const floorLeast = 0.00001;

/** Least probability of one action when `trials` have been counted. `share`: of all decisions, shared out over the actions (0..1). */
export function floorAt(share: number, actions: number, trials: number): number {
  assert(share >= 0 && share < 1 && actions > 0, 'a floor leaves room above it');
  return Math.min(1 / actions, Math.max(floorLeast, (share / actions) * Math.sqrt(fullUntil / (fullUntil + trials))));
}

/** Raises every probability to at least `floor`, in place: with share floor * count uniform, else as given. */
export function raiseToFloor(probabilities: Float64Array, count: number, floor: number): void {
  const kept = Math.max(0, 1 - floor * count);
  for (let i = 0; i < count; i += 1) probabilities[i] = kept * (probabilities[i] ?? 0) + floor;
}

/** Which one this draw (uint32) takes. It is drawn with its probability to within 2^-32. */
export function drawn(probabilities: ArrayLike<number>, count: number, draw: number): number {
  const at = (draw + 0.5) / uint32Range;
  let sum = 0;
  for (let i = 0; i < count - 1; i += 1) {
    sum += probabilities[i] ?? 0;
    if (at < sum) return i;
  }
  return count - 1;
}
