// Choosing, and judging a choice from a log: click rates of the Open Bandit Dataset and what other policies would have earned on it,
// coverage of the intervals where the truth is known, growth of regret, and what a choice and an update cost.
import { probabilitiesOf, scoreByRidge } from 'ethogram/internal/influence/choose/choice-policy';
import { drawn } from 'ethogram/internal/influence/choose/floor';
import { evaluate } from 'ethogram/internal/influence/offpolicy/estimate';
import type { Logged, TargetPolicy } from 'ethogram/internal/influence/offpolicy/logged';
import { ArmRidges, featuresOf } from 'ethogram/internal/predict/arms/arm-ridges';
import { regretSlope, ridgeWorld, thompsonWorld, uniformWorld, type World } from './bandit-regret.js';
import { Complaint } from './complaint.js';
import { burn, type Fault } from './fault.js';
import { knownBandit } from './known-bandit.js';
import { meanReward, part, readOpenBanditLog } from './open-bandit-log.js';
import { percentile, rounded } from './percentile.js';
import { Progress, say } from './progress.js';
import { SeededRandom } from './seeded-random.js';

const campaigns = [
  { name: 'men', actions: 34 },
  { name: 'women', actions: 46 },
] as const;

export async function bandit(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const { small, fault } = options;
  if (!small && options.data === null) throw new Complaint(2, 'bandit needs --data with the files of the Open Bandit Dataset');
  const logged: Record<string, number> = {};
  const ope: object[] = [];
  for (const { name, actions } of campaigns) {
    const [random, bts] =
      small || options.data === null
        ? [made(name, actions, 1), made(name, actions, 2)]
        : [readOpenBanditLog(options.data, `random-${name}`, actions), readOpenBanditLog(options.data, `bts-${name}`, actions)];
    logged[`random_${name}`] = rounded(meanReward(random), 5);
    logged[`bts_${name}`] = rounded(meanReward(bts), 5);
    const half = random.action.length / 2;
    const popular = mostClicked(part(random, 0, half));
    tell(ope, `random_${name} on random`, random, (_, out) => out.fill(1 / actions));
    tell(ope, `bts_${name} on random`, random, shares(bts, random));
    tell(ope, `random_${name} on bts`, bts, (_, out) => out.fill(1 / actions));
    tell(ope, `most_clicked_${name} on random`, part(random, half, random.action.length), (_, out) => {
      out.fill(0);
      out[popular] = 1;
    });
    tell(ope, `half_new_item_${name} on random`, random, (_, out) => out.fill(0.5 / actions));
  }
  const coverage = covered(small ? 60 : 1_000, small ? 600 : 2_000, fault);
  const slopes = await regrets(small);
  const costs = timed(small, fault);
  return { bench: 'bandit', logged, ope, coverage, regret_slope: slopes, ...costs };
}

function tell(ope: object[], target: string, logged: Logged, policy: TargetPolicy): void {
  for (const { estimator, value, interval, effectiveSample, refused } of evaluate(logged, policy)) {
    ope.push({
      target,
      estimator,
      value: value === null ? null : rounded(value, 5),
      ci: interval === null ? null : interval.map((each) => rounded(each, 5)),
      ess: rounded(effectiveSample, 1),
      refused,
    });
  }
}

/** The policy that chooses as often as the log did, by place on the page. */
function shares(log: Logged, asked: Logged): TargetPolicy {
  const counts = new Float64Array(log.groups * log.actions);
  const all = new Float64Array(log.groups);
  log.action.forEach((arm, row) => {
    const group = log.group[row] ?? 0;
    counts[group * log.actions + arm] = (counts[group * log.actions + arm] ?? 0) + 1;
    all[group] = (all[group] ?? 0) + 1;
  });
  return (row, out) => {
    const group = asked.group[row] ?? 0;
    for (let arm = 0; arm < log.actions; arm += 1) out[arm] = (counts[group * log.actions + arm] ?? 0) / (all[group] ?? 1);
  };
}

function mostClicked(log: Logged): number {
  const clicks = new Float64Array(log.actions);
  log.action.forEach((arm, row) => (clicks[arm] = (clicks[arm] ?? 0) + (log.reward[row] ?? 0)));
  return clicks.indexOf(Math.max(...clicks));
}

/** Share of logs whose 95 % interval holds the truth. */
function covered(logs: number, decisions: number, fault: Fault | null): Record<'ips' | 'snips' | 'dr', number> {
  const hits = { ips: 0, snips: 0, dr: 0 };
  const progress = new Progress('coverage', logs);
  for (let seed = 1; seed <= logs; seed += 1) {
    const { logged, target, truth } = knownBandit(seed, decisions);
    const judged = fault === 'wrong-propensity' ? { ...logged, propensity: logged.propensity.map((each) => each / 2) } : logged;
    for (const { estimator, interval } of evaluate(judged, target)) {
      if (estimator !== 'ips' && estimator !== 'snips' && estimator !== 'dr') continue;
      if (interval !== null && interval[0] <= truth && truth <= interval[1]) hits[estimator] += 1;
    }
    progress.at(seed);
  }
  progress.end();
  return { ips: rounded(hits.ips / logs, 4), snips: rounded(hits.snips / logs, 4), dr: rounded(hits.dr / logs, 4) };
}

async function regrets(small: boolean): Promise<Record<string, number>> {
  const seeds = small ? 3 : 20;
  const checkpoints = small ? [100, 1_000, 3_000] : [1_000, 3_162, 10_000, 31_623, 100_000, 316_228, 1_000_000];
  const slopes: Record<string, number> = {};
  const worlds: Record<string, World> = { thompson: thompsonWorld, ridge: ridgeWorld, uniform: uniformWorld };
  for (const [name, world] of Object.entries(worlds)) {
    const progress = new Progress(`regret, ${name}`, seeds);
    const means = checkpoints.map(() => 0);
    for (let seed = 1; seed <= seeds; seed += 1) {
      world(seed, checkpoints).forEach((regret, at) => (means[at] = (means[at] ?? 0) + regret / seeds));
      progress.at(seed);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    progress.end();
    say(`regret, ${name}, mean of ${seeds} seeds: ${checkpoints.map((t, at) => `T=${t}: ${(means[at] ?? 0).toFixed(1)}`).join(', ')}`);
    slopes[name] = rounded(regretSlope(checkpoints, means), 3);
  }
  return slopes;
}

/** A choice among 100 actions with 32 features, from features to the draw; and the update of one action by a trial and its win. */
function timed(small: boolean, fault: Fault | null): { choose_p99_us: number; update_p99_us: number } {
  const random = new SeededRandom(9);
  const names = Array.from({ length: 100 }, (_, arm) => `a${arm}`);
  const ridges = new ArmRidges(32, true);
  const chooses: number[] = [];
  const updates: number[] = [];
  const [warm, rounds] = small ? [100, 300] : [2_000, 20_000];
  for (let round = 0; round < warm + rounds; round += 1) {
    const given = Array.from({ length: 31 }, () => 2 * random.share() - 1);
    const draw = random.uint32();
    const won = random.share() < 0.1;
    const startMs = performance.now();
    if (fault === 'slow-choose') burn(1);
    const x = featuresOf(given, 32);
    const arm = drawn(probabilitiesOf(scoreByRidge(ridges, names, x, 3), 0.02, round, 10_000), names.length, draw);
    const chosenMs = performance.now();
    ridges.observe(names[arm] ?? '', 3, x, 1);
    const observedMs = performance.now();
    if (won) ridges.win(names[arm] ?? '', 3, x, 1);
    const endMs = performance.now();
    if (round < warm) continue;
    chooses.push((chosenMs - startMs) * 1000);
    updates.push((observedMs - chosenMs) * 1000);
    if (won) updates.push((endMs - observedMs) * 1000);
  }
  return { choose_p99_us: rounded(percentile(chooses, 0.99), 1), update_p99_us: rounded(percentile(updates, 0.99), 1) };
}

/** In the small form: a made-up log of the same shape. */
function made(name: string, actions: number, seed: number): Logged {
  const random = new SeededRandom(seed + name.length);
  const n = 2_000;
  return {
    actions,
    action: Int32Array.from({ length: n }, () => random.below(actions)),
    reward: Float64Array.from({ length: n }, () => (random.share() < 0.05 ? 1 : 0)),
    propensity: new Float64Array(n).fill(1 / actions),
    group: Int32Array.from({ length: n }, () => random.below(3)),
    groups: 3,
    cluster: Int32Array.from({ length: n }, (_, row) => row >> 1),
    clusters: n / 2,
  };
}
