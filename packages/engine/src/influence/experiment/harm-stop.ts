// The harm stop: a guardrail outcome (an opt-out, a complaint, a return) is watched among those who are influenced against the holdout, all
// together and in each declared group. When the lower bound of harm exceeds what is allowed, what does the harm stops by itself;
// only a named human starts it again.
// Anytime-valid, one-sided: whenever and however often one looks, at level `alpha` it never fires without harm, all tests together. Half of
// the level goes to all people, half is shared by the groups.
import { effectOf, type Effect, type Sums } from './confidence-sequence.js';

export interface HarmRule {
  /** Difference in the rate of the guardrail outcome (0..1) that is still allowed. */
  readonly allowed: number;
  /** Chance that it ever fires without harm. */
  readonly alpha: number;
}

export interface HarmCounts {
  readonly treated: Sums;
  readonly holdout: Sums;
}

/** Where harm shows: null is everybody. */
export interface Harm {
  readonly group: string | null;
  readonly effect: Effect;
}

/** The first harm that is proven, everybody first, groups by name; undefined: none is. */
export function harmIn(all: HarmCounts, groups: ReadonlyMap<string, HarmCounts>, rule: HarmRule): Harm | undefined {
  const tested = (group: string | null, { treated, holdout }: HarmCounts, alpha: number): Harm | undefined => {
    // One side of a two-sided sequence at twice the level.
    const effect = effectOf(treated, holdout, Math.min(0.5, 2 * alpha));
    return effect !== undefined && effect.low > rule.allowed ? { group, effect } : undefined;
  };
  const overall = tested(null, all, groups.size === 0 ? rule.alpha : rule.alpha / 2);
  if (overall !== undefined) return overall;
  for (const group of [...groups.keys()].sort()) {
    const counts = groups.get(group);
    const harm = counts === undefined ? undefined : tested(group, counts, rule.alpha / 2 / groups.size);
    if (harm !== undefined) return harm;
  }
  return undefined;
}
