// Calendar buckets: a day is counted in whole days since 1970-01-01 UTC, so that decay is applied at read and sums stay integers.

export const dayMs = 86_400_000;

/** Day index (integer) of a time in ms since 1970 UTC. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / dayMs);
}
