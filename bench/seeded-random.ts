// A small seeded generator (xorshift128, Marsaglia 2003), so that every run of a bench sends the same things in the same order.
// Non-goal: secrecy, or long-range statistics.

export class SeededRandom {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #d = 0xb7e15162;

  constructor(seed: number) {
    this.#a = seed >>> 0;
    for (let warm = 0; warm < 16; warm += 1) this.uint32();
  }

  uint32(): number {
    const t = this.#a ^ (this.#a << 11);
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = (this.#d ^ (this.#d >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return this.#d;
  }

  /** In [0, 1). */
  share(): number {
    return this.uint32() / 4_294_967_296;
  }

  /** An integer in 0 .. n-1. */
  below(n: number): number {
    return Math.floor(this.share() * n);
  }

  /** Exponential with this mean: the gaps of a Poisson process. */
  gap(mean: number): number {
    return -Math.log(1 - this.share()) * mean;
  }

  /** Puts an array into a random order (Fisher-Yates), in place. */
  shuffle<T>(list: T[]): T[] {
    for (let last = list.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [list[last], list[other]] = [list[other] as T, list[last] as T]; // both lie within the list
    }
    return list;
  }
}
