// How much a calendar bucket counts by its age: halves with each bucket, in integers, so that weighed sums stay exact. Applied when read.

const weights = [16, 8, 4, 2, 1] as const;

/** Weight of the newest bucket. */
export const newestWeight: number = weights[0];

/** Weight of a bucket that is `age` buckets old; what comes from later than now counts as now; older than four, nothing. */
export function weightOfAge(age: number): number {
  return weights[Math.max(0, age)] ?? 0;
}
