// A decision point: a named place where the host asks.
import type { Channel } from './choice.js';

export interface DecisionPoint {
  readonly name: string;
  readonly kind: 'rank';
  /** Answers given when the request names no limit. */
  readonly limit: number;
  /** Name of a model of kind `baskets` that is to score instead of the next-item model. */
  readonly model?: string;
  /** Share of decisions drawn uniformly from the best candidates, in parts per million: what makes propensities mean something. */
  readonly uniformPpm: number;
  /**
   * The lists of this point carry offers: each that is answered to somebody known counts, on this channel, against the caps and the fatigue
   * of every choice point. Absent: they count nowhere.
   */
  readonly countsAs?: Channel;
}
