// The uniform slice: a small share of decisions is a uniform draw from the best candidates, so that every answer has a known, positive
// probability and the log can be evaluated afterwards. Draws are keyed by the decision's id and stand in the record.
import { assert, must } from '../base/assert.js';

const uint32Range = 4_294_967_296;

/** Does the first draw fall into the slice? */
export function inSlice(draw: number, uniformPpm: number): boolean {
  return draw * 1_000_000 < uniformPpm * uint32Range;
}

/** The first `length` places of a uniform permutation of 0..n-1 (Fisher-Yates), one draw a place. */
export function permute(n: number, length: number, draws: readonly number[]): number[] {
  const order = Array.from({ length: n }, (_, index) => index);
  for (let place = 0; place < length; place += 1) {
    const draw = must(draws[place], 'a draw for each place');
    const other = place + Math.floor((draw / uint32Range) * (n - place));
    const held = must(order[place], 'a place within the order');
    order[place] = must(order[other], 'a place within the order');
    order[other] = held;
  }
  return order.slice(0, length);
}

/**
 * Probability of each place given the places before it, under the mixture: with share e a uniform permutation of n, else the policy's own
 * order 0, 1, 2, ... `order` is what was answered.
 */
export function propensities(order: readonly number[], n: number, uniformPpm: number): number[] {
  const share = uniformPpm / 1_000_000;
  let policy = 1 - share;
  let uniform = share;
  const out: number[] = [];
  order.forEach((candidate, place) => {
    assert(place < n, 'no more places than candidates');
    const before = policy + uniform;
    if (candidate !== place) policy = 0;
    uniform /= n - place;
    out.push((policy + uniform) / before);
  });
  return out;
}
