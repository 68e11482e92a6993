// Known truths: a policy against its own log, a synthetic bandit whose values are known, and every refusal.
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../sim/seeded-random.js';
import { evaluate, type Estimate, type Estimator } from './estimate.js';
import type { Logged, TargetPolicy } from './logged.js';
import { must } from '../../base/assert.js';

const rates = [
  [0.05, 0.1, 0.2, 0.1],
  [0.3, 0.1, 0.05, 0.1],
];
const logging = [0.4, 0.3, 0.2, 0.1];
const target: TargetPolicy = (row, out) => out.set(row % 2 === 0 ? [0.1, 0.1, 0.7, 0.1] : [0.7, 0.1, 0.1, 0.1]);
const truth = 0.5 * (0.005 + 0.01 + 0.14 + 0.01) + 0.5 * (0.21 + 0.01 + 0.005 + 0.01);

function made(seed: number, n: number): Logged {
  const random = new SeededRandom(seed);
  const action = new Int32Array(n);
  const reward = new Float64Array(n);
  const propensity = new Float64Array(n);
  const group = Int32Array.from({ length: n }, (_, row) => row % 2);
  for (let row = 0; row < n; row += 1) {
    let at = random.uint32() / 4_294_967_296;
    let arm = 0;
    while (at >= must(logging[arm], 'it is there') && arm < 3) at -= must(logging[arm++], 'it is there');
    action[row] = arm;
    propensity[row] = must(logging[arm], 'it is there');
    reward[row] = random.uint32() / 4_294_967_296 < must(must(rates[row % 2], 'it is there')[arm], 'it is there') ? 1 : 0;
  }
  return {
    actions: 4,
    action,
    reward,
    propensity,
    group,
    groups: 2,
    cluster: Int32Array.from({ length: n }, (_, row) => row >> 1),
    clusters: n / 2,
  };
}

const of = (estimates: readonly Estimate[], estimator: Estimator): Estimate =>
  must(
    estimates.find((each) => each.estimator === estimator),
    'it is there',
  );

describe('off-policy evaluation', () => {
  it('of the logging policy itself is the mean of the log', () => {
    const logged = made(1, 2000);
    const mean = logged.reward.reduce((sum, each) => sum + each, 0) / 2000;
    const estimates = evaluate(logged, (_, out) => out.set(logging));
    expect(of(estimates, 'ips').value).toBeCloseTo(mean, 12);
    expect(of(estimates, 'snips').value).toBeCloseTo(mean, 12);
    expect(of(estimates, 'ips').effectiveSample).toBeCloseTo(2000, 6);
  });

  it('is unbiased and its intervals cover: 300 logs of a known bandit', () => {
    const covered: Record<string, number> = {};
    const sums: Record<string, number> = {};
    for (let seed = 1; seed <= 300; seed += 1) {
      for (const { estimator, value, interval } of evaluate(made(seed, 1000), target)) {
        sums[estimator] = (sums[estimator] ?? 0) + must(value, 'it is there');
        if (interval !== null && interval[0] <= truth && truth <= interval[1]) covered[estimator] = (covered[estimator] ?? 0) + 1;
      }
    }
    for (const estimator of ['ips', 'snips', 'dr', 'switch_dr']) {
      expect(must(sums[estimator], 'it is there') / 300, estimator).toBeCloseTo(truth, 2);
      expect(covered[estimator], estimator).toBeGreaterThan(0.92 * 300);
    }
    expect(covered['dm']).toBeUndefined();
  });

  it('intervals go by clusters: everything said twice by the same people is not twice the evidence', () => {
    const once = made(3, 1000);
    const both = <T extends Int32Array | Float64Array>(list: T, make: new (length: number) => T): T => {
      const out = new make(2000);
      out.set(list);
      out.set(list, 1000);
      return out;
    };
    const twice: Logged = {
      ...once,
      action: both(once.action, Int32Array),
      reward: both(once.reward, Float64Array),
      propensity: both(once.propensity, Float64Array),
      group: both(once.group, Int32Array),
      cluster: both(once.cluster, Int32Array),
    };
    const width = (logged: Logged): number => {
      const [low, high] = must(of(evaluate(logged, target), 'ips').interval, 'it is there');
      return high - low;
    };
    expect(width(twice)).toBeCloseTo(width(once), 10);
  });

  it('refuses what the log does not carry', () => {
    const logged = made(5, 1000);
    // half of the policy on an action that the log does not know
    expect(
      evaluate(logged, (_, out) => out.set([0.5, 0, 0, 0])).every(({ refused, value }) => refused === 'no_support' && value === null),
    ).toBe(true);
    // an action that the log knows, but never showed in this situation
    const never = { ...logged, actions: 5 };
    expect(
      of(
        evaluate(never, (_, out) => out.set([0, 0, 0, 0, 1])),
        'dr',
      ).refused,
    ).toBe('no_support');
    expect(
      of(
        evaluate(made(5, 300), (_, out) => out.set([0, 0, 0, 1])),
        'ips',
      ),
    ).toMatchObject({ refused: 'effective_sample', interval: null });
    expect(of(evaluate({ ...logged, cluster: logged.cluster.map((each) => each % 20), clusters: 20 }, target), 'ips').refused).toBe(
      'few_clusters',
    );
  });
});
