// What every model of the engine can do, and the one thing that parts them: how an erased person leaves it.
// Invariant: parts add up to the score; the dump says all that a score depends on. The conformance suite (learner.suite.ts) holds each model
// to it. Non-goals: consent and the log. A fold part above opens the permit and hands down what it holds (next-item.ts shows how).

/**
 * `exact`: integer sums and lists, so that `forget` gives what would be there had the example never come, at once.
 * `rederived`: a function of a set of examples, computed again from the log at its next publication (rederived.ts).
 */
export type ErasureClass = 'exact' | 'rederived';

/** One additive piece of a score; `name` says which feature, item or event it stands for. */
export interface ScorePart {
  readonly name: string;
  readonly amount: number;
}

/** Why a query got its score: the parts add up to it, to rounding. */
export interface Explanation {
  readonly score: number;
  readonly parts: readonly ScorePart[];
}

/** The reading half: what a publication of a model can do. */
export interface Scorer<Query> {
  /** On the model's own scale, which its file names; calibration.ts makes probabilities of them. */
  score(query: Query): number;
  explain(query: Query): Explanation;
  /** Canonical lines: equal for any two histories that leave the same examples. */
  dump(): Iterable<string>;
  /** Bytes held, an upper estimate. */
  bytes(): number;
}

export interface Learner<Example, Query> extends Scorer<Query> {
  readonly erasure: ErasureClass;
  learn(example: Example): void;
  /** Takes back an example that was learned. */
  forget(example: Example): void;
}

/** Parts in the order of their size, for reading. */
export function largestFirst(parts: readonly ScorePart[]): ScorePart[] {
  return parts.toSorted((a, b) => Math.abs(b.amount) - Math.abs(a.amount) || (a.name < b.name ? -1 : 1));
}
