// The reward model of off-policy evaluation: mean reward per (situation, action), each shrunk towards the action's and that towards all.
// Cross-fitted: what is said about a decision was learned from other folds of people, so that no decision vouches for itself.
import type { Logged } from './logged.js';

const folds = 5;
/** As if so many trials with the mean of the level above had been seen. */
const shrinkTrials = 20;

/** Expected rewards of all actions in a decision's situation, from the other folds. */
export class RewardModel {
  readonly #logged: Logged;
  /** fold -> group * actions + action -> expected reward */
  readonly #expected: readonly Float64Array[];

  constructor(logged: Logged) {
    this.#logged = logged;
    this.#expected = Array.from({ length: folds }, (_, fold) => expectedWithout(logged, fold));
  }

  /** Expected reward of `action` in the situation of decision `row`. */
  of(row: number, action: number): number {
    const { actions, cluster, group } = this.#logged;
    return this.#expected[(cluster[row] ?? 0) % folds]?.[(group[row] ?? 0) * actions + action] ?? 0;
  }
}

function expectedWithout({ actions, groups, action, reward, group, cluster }: Logged, without: number): Float64Array {
  const trials = new Float64Array(groups * actions);
  const sums = new Float64Array(groups * actions);
  const actionTrials = new Float64Array(actions);
  const actionSums = new Float64Array(actions);
  let all = 0;
  let allSum = 0;
  for (let row = 0; row < action.length; row += 1) {
    if ((cluster[row] ?? 0) % folds === without) continue;
    const arm = action[row] ?? 0;
    const cell = (group[row] ?? 0) * actions + arm;
    const value = reward[row] ?? 0;
    trials[cell] = (trials[cell] ?? 0) + 1;
    sums[cell] = (sums[cell] ?? 0) + value;
    actionTrials[arm] = (actionTrials[arm] ?? 0) + 1;
    actionSums[arm] = (actionSums[arm] ?? 0) + value;
    all += 1;
    allSum += value;
  }
  const mean = all === 0 ? 0 : allSum / all;
  const expected = new Float64Array(groups * actions);
  for (let arm = 0; arm < actions; arm += 1) {
    const armMean = ((actionSums[arm] ?? 0) + shrinkTrials * mean) / ((actionTrials[arm] ?? 0) + shrinkTrials);
    for (let at = 0; at < groups; at += 1) {
      const cell = at * actions + arm;
      expected[cell] = ((sums[cell] ?? 0) + shrinkTrials * armMean) / ((trials[cell] ?? 0) + shrinkTrials);
    }
  }
  return expected;
}
