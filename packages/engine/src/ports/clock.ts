// Time comes in by this door (law 6). Times are ms since 1970 UTC, integers.

export interface Clock {
  now(): number;
  /** Monotonic, for durations only; ms with fractions, never in state. */
  elapsedMs(): number;
  /** Runs `task` once after at least `ms`; the returned function cancels it. */
  after(ms: number, task: () => void): () => void;
  /** Gives way to other work and resumes soon after. */
  yield(): Promise<void>;
}
