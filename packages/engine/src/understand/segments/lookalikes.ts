// Lookalikes: who outside of a segment resembles those in it, and why. Log odds of binned features, added up as if they were independent
// (naive Bayes with half a person added to each side); computed when it is asked for, from those who may be looked at then, so that nothing
// of it has to be forgotten.
// Invariant: a feature counts only where at least limits.evidencePeopleMin people on either side have it; the reasons add up to the score.
import { log } from '../../base/exact-math.js';
import { limits } from '../../base/limits.js';
import { byteOrder } from '../../ports/tables.js';

export interface Featured {
  readonly subject: string;
  readonly isMember: boolean;
  readonly features: readonly string[];
}

export interface LookalikeReason {
  readonly feature: string;
  /** Natural logarithm of how much more frequent it is among members. */
  readonly contribution: number;
  readonly members: number;
  readonly others: number;
}

export interface Lookalike {
  readonly subject: string;
  readonly score: number;
  readonly reasons: readonly LookalikeReason[];
}

/** The best `most` by score, then by id. Empty when fewer than limits.evidencePeopleMin are in the segment, or outside of it. */
export function lookalikes(people: readonly Featured[], most: number): Lookalike[] {
  const members = people.filter(({ isMember }) => isMember).length;
  const others = people.length - members;
  if (members < limits.evidencePeopleMin || others < limits.evidencePeopleMin) return [];
  const counts = new Map<string, [inside: number, outside: number]>();
  for (const { isMember, features } of people) {
    for (const feature of features) {
      const count = counts.get(feature) ?? [0, 0];
      count[isMember ? 0 : 1] += 1;
      counts.set(feature, count);
    }
  }
  const weights = new Map<string, LookalikeReason>();
  for (const [feature, [inside, outside]] of counts) {
    if (inside < limits.evidencePeopleMin || outside < limits.evidencePeopleMin) continue;
    const contribution = log((inside + 0.5) / (members + 1)) - log((outside + 0.5) / (others + 1));
    weights.set(feature, { feature, contribution, members: inside, others: outside });
  }
  const scored = people.filter(({ isMember }) => !isMember).map(({ subject, features }) => score(subject, features, weights));
  return scored
    .filter(({ reasons }) => reasons.length > 0)
    .sort((a, b) => b.score - a.score || byteOrder(a.subject, b.subject))
    .slice(0, most);
}

function score(subject: string, features: readonly string[], weights: ReadonlyMap<string, LookalikeReason>): Lookalike {
  const reasons = features
    .flatMap((feature) => weights.get(feature) ?? [])
    .sort((a, b) => b.contribution - a.contribution || byteOrder(a.feature, b.feature));
  return { subject, score: reasons.reduce((sum, { contribution }) => sum + contribution, 0), reasons };
}
