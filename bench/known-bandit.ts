// A made-up logged bandit whose every policy has a known value: 10 actions, 4 situations, people of one to three decisions who are alike.
// The logging policy and the policy asked about differ and depend on the situation; rewards are 0 or 1.
import type { Logged, TargetPolicy } from 'ethogram/internal/influence/offpolicy/logged';
import { SeededRandom } from './seeded-random.js';

const actions = 10;
const groups = 4;

export interface KnownBandit {
  readonly logged: Logged;
  readonly target: TargetPolicy;
  /** The policy's true value: expected reward of a decision. */
  readonly truth: number;
}

/** The same world for every seed; only the log is drawn anew. */
export function knownBandit(seed: number, decisions: number): KnownBandit {
  const world = new SeededRandom(77);
  const rates = Array.from({ length: groups * actions }, () => 0.03 + 0.27 * world.share());
  const loggingOf = softmaxes(world, 1);
  const targetOf = softmaxes(world, 1.5);
  let truth = 0;
  for (let cell = 0; cell < groups * actions; cell += 1) truth += ((targetOf[cell] ?? 0) * (rates[cell] ?? 0)) / groups;
  const random = new SeededRandom(seed * 7919 + 1);
  const action = new Int32Array(decisions);
  const reward = new Float64Array(decisions);
  const propensity = new Float64Array(decisions);
  const group = new Int32Array(decisions);
  const cluster = new Int32Array(decisions);
  let person = -1;
  let left = 0;
  let keenness = 1;
  for (let row = 0; row < decisions; row += 1) {
    if (left === 0) {
      person += 1;
      left = 1 + random.below(3);
      keenness = 0.6 + 0.8 * random.share();
    }
    left -= 1;
    const situation = random.below(groups);
    let at = random.share();
    let arm = 0;
    for (; arm < actions - 1; arm += 1) {
      at -= loggingOf[situation * actions + arm] ?? 0;
      if (at < 0) break;
    }
    const cell = situation * actions + arm;
    action[row] = arm;
    group[row] = situation;
    cluster[row] = person;
    propensity[row] = loggingOf[cell] ?? 0;
    reward[row] = random.share() < keenness * (rates[cell] ?? 0) ? 1 : 0; // keenness has mean 1
  }
  const logged: Logged = { actions, action, reward, propensity, group, groups, cluster, clusters: person + 1 };
  const target: TargetPolicy = (row, out) => {
    const from = (group[row] ?? 0) * actions;
    for (let arm = 0; arm < actions; arm += 1) out[arm] = targetOf[from + arm] ?? 0;
  };
  return { logged, target, truth };
}

function softmaxes(random: SeededRandom, spread: number): number[] {
  const out: number[] = [];
  for (let situation = 0; situation < groups; situation += 1) {
    const weights = Array.from({ length: actions }, () => Math.exp(spread * (2 * random.share() - 1)));
    const all = weights.reduce((sum, each) => sum + each, 0);
    for (const weight of weights) out.push(weight / all);
  }
  return out;
}
