// Planted faults: each makes a figure worse on purpose, to show that the figure can tell. bench/README.md says which turns red.
import { Complaint } from './complaint.js';

export const faults = [
  'shuffle-ranking',
  'skip-learning',
  'lone-events',
  'slow-rank',
  'slow-event',
  'repeat-ids',
  'lost-answers',
  'stale-rank',
  'forgotten-posting',
  'float-sum',
  'first-seen-id',
  'no-admission',
  'slow-choice',
  'late-withdrawal',
  'no-words',
  'slow-seal',
  'guessed-change',
  'lost-reason',
  'forgotten-trip',
  'uncalibrated',
  'endless-custom',
  'wrong-propensity',
  'slow-choose',
  'fixed-time',
  'lost-arm',
  'deaf-loop',
  'kept-choice',
] as const;

export type Fault = (typeof faults)[number];

/** The fault that the environment names, if any. Child processes inherit it. */
export function plantedFault(): Fault | null {
  const named = process.env['ETHOGRAM_BENCH_FAULT'] ?? '';
  if (named === '') return null;
  const found = faults.find((fault) => fault === named);
  if (found === undefined) throw new Complaint(2, `ETHOGRAM_BENCH_FAULT=${named} is not one of: ${faults.join(', ')}`);
  return found;
}

/** Keeps the thread busy. */
export function burn(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
