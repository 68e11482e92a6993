// Cumulative regret of the learners in made-up worlds, and the slope of its logarithm over that of time. The learners are the engine's own:
// counts or ridge sums, probability of being best, floor, draw. Regret is expected: best rate less the rate of what was drawn.
import { ArmCounts } from 'ethogram/internal/predict/arms/arm-counts';
import { ArmRidges, featuresOf } from 'ethogram/internal/predict/arms/arm-ridges';
import { probabilitiesOf, scoreByCounts, scoreByRidge } from 'ethogram/internal/influence/choose/choice-policy';
import { drawn } from 'ethogram/internal/influence/choose/floor';
import { SeededRandom } from './seeded-random.js';

/** Share of decisions that the floor takes at first. */
const floorShare = 0.02;
/** Outcomes come in batches of this share of all so far: rewards are late. */
const lateShare = 1 / 256;

/** Regret up to each of the checkpoints (ascending), in wins. */
export type World = (seed: number, checkpoints: readonly number[]) => number[];

export const uniformWorld: World = (seed, checkpoints) => {
  const { random, rates, best } = ratedWorld(seed);
  return course(checkpoints, () => best - (rates[random.below(rates.length)] ?? 0));
};

/** Ten actions with rates drawn from .05 to .35. */
export const thompsonWorld: World = (seed, checkpoints) => {
  const { random, rates, best } = ratedWorld(seed);
  const names = rates.map((_, arm) => `a${arm}`);
  const counts = new ArmCounts();
  const trials = new Int32Array(names.length);
  const wins = new Int32Array(names.length);
  let vector = probabilitiesOf(
    scoreByCounts(counts, names, () => '', 0, false),
    floorShare,
    0,
    0,
  );
  let told = 0;
  let waiting = 0;
  return course(checkpoints, () => {
    const arm = drawn(vector, names.length, random.uint32());
    const rate = rates[arm] ?? 0;
    trials[arm] = (trials[arm] ?? 0) + 1;
    if (random.share() < rate) wins[arm] = (wins[arm] ?? 0) + 1;
    waiting += 1;
    if (waiting >= 1 + told * lateShare) {
      names.forEach((name, at) => {
        if ((trials[at] ?? 0) > 0) counts.add('', name, 0, trials[at] ?? 0, wins[at] ?? 0);
      });
      trials.fill(0);
      wins.fill(0);
      told += waiting;
      waiting = 0;
      vector = probabilitiesOf(
        scoreByCounts(counts, names, () => '', 0, false),
        floorShare,
        told,
        0,
      );
    }
    return best - rate;
  });
};

/**
 * Five actions whose rates are linear in three features and differ in which features they go by; requests come from 64 situations. What is
 * chosen in a situation is computed anew when outcomes have come in.
 */
export const ridgeWorld: World = (seed, checkpoints) => {
  const random = new SeededRandom(seed * 104_729 + 5);
  const [arms, dimensions, situations] = [5, 3, 64];
  const slopes = Array.from({ length: arms * dimensions }, () => 0.3 * (random.share() - 0.5));
  const levels = Array.from({ length: arms }, () => 0.3 + 0.1 * random.share());
  const names = levels.map((_, arm) => `a${arm}`);
  const world = Array.from({ length: situations }, () => {
    const given = Array.from({ length: dimensions }, () => (random.below(129) - 64) / 64);
    const rates = levels.map((level, arm) => {
      const rate = given.reduce((sum, each, at) => sum + each * (slopes[arm * dimensions + at] ?? 0), level);
      return Math.max(0, Math.min(1, rate));
    });
    return { x: featuresOf(given, dimensions + 1), rates, best: Math.max(...rates), vector: null as Float64Array | null };
  });
  const ridges = new ArmRidges(dimensions + 1, false);
  let waiting: { readonly name: string; readonly x: readonly number[]; readonly won: boolean }[] = [];
  let told = 0;
  return course(checkpoints, () => {
    const situation = world[random.below(situations)];
    if (situation === undefined) return 0;
    const { x, rates, best } = situation;
    situation.vector ??= probabilitiesOf(scoreByRidge(ridges, names, x, 0), floorShare, told, 0);
    const arm = drawn(situation.vector, arms, random.uint32());
    const rate = rates[arm] ?? 0;
    waiting.push({ name: names[arm] ?? '', x, won: random.share() < rate });
    if (waiting.length >= 1 + told * lateShare) {
      for (const each of waiting) {
        ridges.observe(each.name, 0, each.x, 1);
        if (each.won) ridges.win(each.name, 0, each.x, 1);
      }
      told += waiting.length;
      waiting = [];
      for (const each of world) each.vector = null;
    }
    return best - rate;
  });
};

function ratedWorld(seed: number): { random: SeededRandom; rates: number[]; best: number } {
  const random = new SeededRandom(seed * 104_729 + 3);
  const rates = Array.from({ length: 10 }, () => 0.05 + 0.3 * random.share());
  return { random, rates, best: Math.max(...rates) };
}

function course(checkpoints: readonly number[], step: () => number): number[] {
  const at: number[] = [];
  let regret = 0;
  let steps = 0;
  for (const checkpoint of checkpoints) {
    for (; steps < checkpoint; steps += 1) regret += step();
    at.push(regret);
  }
  return at;
}

/** Least-squares slope of log10 of the mean regret over log10 of time. */
export function regretSlope(checkpoints: readonly number[], means: readonly number[]): number {
  const xs = checkpoints.map((each) => Math.log10(each));
  const ys = means.map((each) => Math.log10(each));
  const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;
  const [mx, my] = [mean(xs), mean(ys)];
  let product = 0;
  let square = 0;
  xs.forEach((x, i) => {
    product += (x - mx) * ((ys[i] ?? 0) - my);
    square += (x - mx) * (x - mx);
  });
  return product / square;
}
