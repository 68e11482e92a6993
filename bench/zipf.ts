// Draws from 0 .. n-1 with probability proportional to 1 / (k + 1): a few are very popular, most are rare.
import type { SeededRandom } from './seeded-random.js';

export class Zipf {
  readonly #upTo: Float64Array;
  readonly #random: SeededRandom;

  constructor(n: number, random: SeededRandom) {
    this.#random = random;
    this.#upTo = new Float64Array(n);
    let sum = 0;
    for (let k = 0; k < n; k += 1) {
      sum += 1 / (k + 1);
      this.#upTo[k] = sum;
    }
  }

  draw(): number {
    const upTo = this.#upTo;
    const mark = this.#random.share() * (upTo[upTo.length - 1] ?? 0);
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] ?? 0) > mark) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
