// Chance in decisions is keyed, never a running stream: draw = PRF(salt, decision id, index). The same decision always draws the same (law
// 6).

export interface Draw {
  /** The index-th draw of a decision: a uint32. */
  uint32(decisionId: string, index: number): number;
}
