// Counts of people as they may be told: never fewer than limits.evidencePeopleMin, and else rounded down to a multiple of it, so that two
// reports with one person between them say the same, or one step more.
import { limits } from '../../base/limits.js';

export function peopleCount(count: number): string {
  const least = limits.evidencePeopleMin;
  return count < least ? `fewer than ${least}` : `at least ${count - (count % least)}`;
}
