// A logged bandit: what was chosen with which probability, and what followed. The input of off-policy evaluation, from our own log or from
// somebody else's.

export interface Logged {
  /** Number of actions that the log knows: 0 .. actions-1. */
  readonly actions: number;
  readonly action: Int32Array;
  /** Reward of each decision, in the unit in which the value is wanted. */
  readonly reward: Float64Array;
  /** Probability with which the logging policy chose what it chose, in (0, 1]. */
  readonly propensity: Float64Array;
  /** A small integer that tells situations apart (a segment, a place on the page): what the reward model may go by. 0 .. groups-1. */
  readonly group: Int32Array;
  readonly groups: number;
  /** Whose decision it was, as an integer: decisions of one cluster are not independent. 0 .. clusters-1. */
  readonly cluster: Int32Array;
  readonly clusters: number;
}

/** The policy asked about: its probabilities of all actions in one decision's situation, written to `out`. */
export type TargetPolicy = (row: number, out: Float64Array) => void;
