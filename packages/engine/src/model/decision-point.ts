// A decision point: a named place where the host asks.

export interface DecisionPoint {
  readonly name: string;
  readonly kind: 'rank';
  /** Answers given when the request names no limit. */
  readonly limit: number;
  /** Share of decisions drawn uniformly from the best candidates, in parts per million: what makes propensities mean something. */
  readonly uniformPpm: number;
}
