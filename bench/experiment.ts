// Experiments under known truth, with a look at every step: how often the always-valid interval, the naive t-test and the sample-ratio
// alarm are wrong when nothing differs; how soon the harm stop fires when something does harm, to all or to one group alone.
import { effectOf, type Sums } from 'ethogram/internal/influence/experiment/confidence-sequence';
import { harmIn } from 'ethogram/internal/influence/experiment/harm-stop';
import { sampleRatio } from 'ethogram/internal/influence/experiment/sample-ratio';
import type { Fault } from './fault.js';
import { percentile, rounded } from './percentile.js';
import { Progress } from './progress.js';
import { SeededRandom } from './seeded-random.js';

const rate = 0.1;
const groupNames = ['a', 'b', 'c', 'd'] as const;
const rule = { allowed: 0, alpha: 0.05 };

class Counts {
  n = 0;
  sum = 0;

  get squares(): number {
    return this.sum;
  }

  add(won: boolean): void {
    this.n += 1;
    if (won) this.sum += 1;
  }
}

export async function experiment(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const experiments = options.small ? 60 : 1_000;
  const people = options.small ? 1_500 : 10_000;
  let falsely = 0;
  let naively = 0;
  const progress = new Progress('A/A', experiments);
  for (let seed = 1; seed <= experiments; seed += 1) {
    const found = aa(seed, people, options.fault);
    if (found.always) falsely += 1;
    if (found.naive) naively += 1;
    progress.at(seed);
    if (seed % 10 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  progress.end();
  const ratios = sampleRatios(options.small ? 500 : 20_000, options.small ? 1_000 : 2_000, options.fault);
  const harm = (harmed: (group: string) => number): { fired: number; delay_p50: number | null } => harms(experiments, people, harmed);
  const none = harm(() => 0);
  const all = harm(() => 0.05);
  const one = harm((group) => (group === 'c' ? 0.1 : 0));
  return {
    bench: 'experiment',
    experiments,
    people,
    false_positive: { always_valid: rounded(falsely / experiments, 4), naive_t: rounded(naively / experiments, 4) },
    sample_ratio_alarm: { nominal: 0.001, ...ratios },
    harm: { none: none.fired, all: all.fired, all_delay_p50: all.delay_p50, one_group: one.fired, one_group_delay_p50: one.delay_p50 },
  };
}

/** One experiment in which nothing differs; both tests look after every person. */
function aa(seed: number, people: number, fault: Fault | null): { always: boolean; naive: boolean } {
  const random = new SeededRandom(seed * 31 + 1);
  const arms: [Counts, Counts] = [new Counts(), new Counts()];
  const found = { always: false, naive: false };
  for (let person = 0; person < people; person += 1) {
    arms[random.uint32() >>> 31 === 0 ? 0 : 1].add(random.share() < rate);
    const effect = effectOf(arms[0], arms[1], 0.05);
    if (effect === undefined) continue;
    found.naive ||= isNaivelyFound(arms[0], arms[1]);
    if (fault === 'fixed-time' ? found.naive : effect.low > 0 || effect.high < 0) found.always = true;
    if (found.always && found.naive) break;
  }
  return found;
}

/** Welch's t beyond 1.96, from as many people on as the other one. */
function isNaivelyFound(one: Sums, other: Sums): boolean {
  const part = ({ n, sum, squares }: Sums): number => (squares - (sum * sum) / n) / (n - 1) / n;
  const error = Math.sqrt(part(one) + part(other));
  return error > 0 && Math.abs(one.sum / one.n - other.sum / other.n) > 1.96 * error;
}

function sampleRatios(experiments: number, people: number, fault: Fault | null): { even: number; lost: number } {
  const random = new SeededRandom(5);
  let [even, lost] = [0, 0];
  for (let each = 0; each < experiments; each += 1) {
    const counts: [number, number] = [0, 0];
    const kept: [number, number] = [0, 0];
    for (let person = 0; person < people; person += 1) {
      const arm = random.uint32() >>> 31 === 0 ? 0 : 1;
      counts[arm] += 1;
      // A fifth of the second arm never arrives.
      if (arm === 0 || random.share() >= 0.2) kept[arm] += 1;
    }
    if (fault === 'lost-arm' ? sampleRatio(kept, [1, 1]).alarm : sampleRatio(counts, [1, 1]).alarm) even += 1;
    if (sampleRatio(kept, [1, 1]).alarm) lost += 1;
  }
  return { even: rounded(even / experiments, 5), lost: rounded(lost / experiments, 4) };
}

/** Share of runs in which the harm stop fires, looking after every person, and after how many people. */
function harms(runs: number, people: number, extra: (group: string) => number): { fired: number; delay_p50: number | null } {
  const delays: number[] = [];
  for (let seed = 1; seed <= runs; seed += 1) {
    const random = new SeededRandom(seed * 131 + 7);
    const all = { treated: new Counts(), holdout: new Counts() };
    const groups = new Map(groupNames.map((name) => [name as string, { treated: new Counts(), holdout: new Counts() }]));
    for (let person = 0; person < people; person += 1) {
      const name = groupNames[random.below(groupNames.length)] ?? 'a';
      const side = random.share() < 0.2 ? 'holdout' : 'treated';
      const hurt = random.share() < 0.05 + (side === 'treated' ? extra(name) : 0);
      all[side].add(hurt);
      groups.get(name)?.[side].add(hurt);
      if (harmIn(all, groups, rule) === undefined) continue;
      delays.push(person + 1);
      break;
    }
  }
  return { fired: rounded(delays.length / runs, 4), delay_p50: delays.length === 0 ? null : percentile(delays, 0.5) };
}
