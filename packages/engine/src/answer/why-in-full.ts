// Why, for the operator: the whole record, what each score is made of and that it adds up, what was left out by which rule, whether the
// answer follows from the record, and what would have changed it.
import type { DecisionRecord, ScoredItem } from '../model/decision.js';
import type { Counterfactual } from './counterfactual.js';
import { replay } from './replay.js';
import type { Why } from './why.js';

export interface WhyInFull extends Why {
  /** What does not follow from the record; empty when it is reproducible. */
  readonly problems: readonly string[];
  /** For each item that was answered: the sum of its contributions, beside its score. They differ by rounding at most. */
  readonly sums: readonly (ScoredItem & { readonly sum: number })[];
  /** Position of the correction that took away what it started from; null: none did. */
  readonly corrected: number | null;
  /** null: what it started from may be read no more, so it is not decided again. */
  readonly counterfactual: Counterfactual | null;
}

export function whyInFull(why: Why, corrected: number | undefined, counterfactual: Counterfactual | null): WhyInFull {
  return {
    ...why,
    problems: replay(why.decision),
    sums: sumsOf(why.decision),
    corrected: corrected ?? null,
    counterfactual,
  };
}

export function sumsOf({ answer }: DecisionRecord): (ScoredItem & { readonly sum: number })[] {
  return answer.map(({ item, score, reasons }) => ({ item, score, sum: reasons.reduce((sum, { contribution }) => sum + contribution, 0) }));
}
