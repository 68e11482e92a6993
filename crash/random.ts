// A small seeded random source, so that an image is a function of (trace, cut, seed) and a failing one can be built again.
// Not for secrets, and not the engine's keyed `Random`: crash tooling must not depend on what it tests.

export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
}

/** Counts in steps of an odd constant and mixes each count by two multiply-and-shift rounds. */
export function seededRandom(seed: number): SeededRandom {
  let count = Math.imul(seed | 0, 0x2c1b3c6d) ^ 0x5bd1e995;
  const next = (): number => {
    count = (count + 0x61c88647) | 0;
    let bits = count;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 4_294_967_296;
  };
  return { next, below: (bound) => Math.floor(next() * bound) };
}
