// How many people chose what, for each purpose: what their last choice is, not what it was before.
import type { Standing } from '../../consent/standing.js';
import { purposes, type Purpose } from '../../model/purpose.js';

export function peopleChoices(standings: readonly (Standing | undefined)[]): Map<Purpose, Map<string, number>> {
  const counts = new Map<Purpose, Map<string, number>>();
  for (const standing of standings) {
    for (const purpose of purposes) {
      const choice = standing?.stands[purpose]?.choice;
      if (choice === undefined) continue;
      const ofPurpose = counts.get(purpose) ?? new Map<string, number>();
      ofPurpose.set(choice, (ofPurpose.get(choice) ?? 0) + 1);
      counts.set(purpose, ofPurpose);
    }
  }
  return counts;
}
