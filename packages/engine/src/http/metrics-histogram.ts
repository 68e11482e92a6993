// A histogram of durations with fixed buckets: one short scan and three additions an observation, no allocation.
import { assert } from '../base/assert.js';

/** Upper bounds in seconds, ascending; +Inf comes by itself. From a quarter of a millisecond, an answer from memory, to a stalled disk. */
export const durationBounds: readonly number[] = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export class Histogram {
  readonly #bounds: Float64Array;
  /** Observations per bucket, not cumulative; the last is +Inf. Integers, exact up to 2^53. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[] = durationBounds) {
    assert(
      bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] ?? 0)),
      'bounds ascend',
    );
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** A duration in ms. */
  observeMs(ms: number): void {
    const seconds = ms / 1000;
    let at = 0;
    while (at < this.#bounds.length && seconds > (this.#bounds[at] ?? 0)) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** Cumulative counts by upper bound in seconds, the last one Infinity: as the text format wants them. */
  read(): { readonly buckets: readonly (readonly [bound: number, count: number])[]; readonly sum: number; readonly count: number } {
    let count = 0;
    const buckets = Array.from(this.#counts, (each, at) => {
      count += each;
      return [this.#bounds[at] ?? Infinity, count] as const;
    });
    return { buckets, sum: this.#sum, count };
  }
}
