// A propensity as it is published: boosted trees and FTRL over the same bins, blended and calibrated on the newest part of the training rows,
// which neither was fitted on. Then both are fitted again on everything. Erasure class `rederived`. Score: calibrated log odds.
// Invariant: a function of the set of rows. Explanation: the blended parts, and what calibration added.
import { exp, log } from '../../base/exact-math.js';
import type { Explanation, Scorer, ScorePart } from '../learner.js';
import { sampleByHash } from '../rederived.js';
import { BoostedTrees, boostSettings, type BoostSettings } from './boosted-trees.js';
import { isotonic, plattLine, type Calibration, type ScoredLabel } from './calibration.js';
import { FeatureBins } from './feature-bins.js';
import type { FeatureRow, FeatureSpec, LabelledRow } from './feature-row.js';
import { Ftrl } from './ftrl.js';

export interface TimedRow extends LabelledRow {
  /** When the row was made, in any unit that grows: what is calibrated on is newer than what was fitted. */
  readonly at: number;
}

export interface PropensitySettings {
  readonly boost: BoostSettings;
  /** Share of the rows, the newest, that blending and calibration are chosen on. */
  readonly heldShare: number;
  /** Fewer held yes or no than this: a line instead of steps. */
  readonly stepsFrom: number;
  readonly rowsMax: number;
}

export const propensitySettings: PropensitySettings = { boost: boostSettings, heldShare: 0.2, stepsFrom: 20_000, rowsMax: 200_000 };

/** Weights of the trees that are tried, the other part being FTRL's; of those that are level the first. */
const treeWeights = [1, 0.75, 0.5, 0.25];

export class Propensity implements Scorer<FeatureRow> {
  readonly #trees: BoostedTrees;
  readonly #linear: Ftrl;
  readonly #treeWeight: number;
  readonly #calibrate: Calibration;

  private constructor(trees: BoostedTrees, linear: Ftrl, treeWeight: number, calibrate: Calibration) {
    this.#trees = trees;
    this.#linear = linear;
    this.#treeWeight = treeWeight;
    this.#calibrate = calibrate;
  }

  /** Weight of the trees in the blend that held-out rows chose, in 0..1. */
  get treeWeight(): number {
    return this.#treeWeight;
  }

  static fit(specs: readonly FeatureSpec[], examples: Iterable<TimedRow>, settings: PropensitySettings = propensitySettings): Propensity {
    const rows = sampleByHash(examples, settings.rowsMax);
    const times = rows.map(({ at }) => at).sort((a, b) => a - b);
    const heldFrom = times[Math.floor(times.length * (1 - settings.heldShare))] ?? 0;
    const held = rows.filter(({ at }) => at >= heldFrom);
    const [trees, linear] = fitBoth(
      specs,
      rows.filter(({ at }) => at < heldFrom),
      settings,
    );
    const raw = held.map(({ values, label }) => ({ label, trees: trees.score(values), linear: linear.score(values) }));
    let best = { weight: 1, loss: Infinity };
    for (const weight of treeWeights) {
      const scored = raw.map((row) => ({ label: row.label, score: weight * row.trees + (1 - weight) * row.linear }));
      const loss = logLoss(scored, plattLine(scored));
      if (loss < best.loss - 1e-6) best = { weight, loss };
    }
    const scored = raw.map((row) => ({ label: row.label, score: best.weight * row.trees + (1 - best.weight) * row.linear }));
    const yes = scored.reduce((sum, { label }) => sum + label, 0);
    const calibrate = Math.min(yes, scored.length - yes) < settings.stepsFrom ? plattLine(scored) : isotonic(scored);
    const [allTrees, allLinear] = fitBoth(specs, rows, settings);
    return new Propensity(allTrees, allLinear, best.weight, calibrate);
  }

  /** In (0, 1). */
  probability(row: FeatureRow): number {
    return this.#calibrate(this.raw(row));
  }

  /** Log odds before calibration. */
  raw(row: FeatureRow): number {
    return this.#treeWeight * this.#trees.score(row) + (1 - this.#treeWeight) * this.#linear.score(row);
  }

  score(row: FeatureRow): number {
    const share = Math.min(1 - 1e-9, Math.max(1e-9, this.probability(row)));
    return log(share / (1 - share));
  }

  explain(row: FeatureRow): Explanation {
    const linear = this.#linear.explain(row).parts;
    const parts: ScorePart[] = this.#trees.explain(row).parts.map(({ name, amount }, at) => ({
      name,
      amount: this.#treeWeight * amount + (1 - this.#treeWeight) * (linear[at]?.amount ?? 0),
    }));
    const score = this.score(row);
    return { score, parts: [...parts, { name: 'calibration', amount: score - parts.reduce((sum, { amount }) => sum + amount, 0) }] };
  }

  *dump(): Iterable<string> {
    yield* this.#trees.dump();
    yield* this.#linear.dump();
    const knots = Array.from({ length: 81 }, (_, at) => this.#calibrate((at - 40) / 5));
    yield `blend\t${this.#treeWeight}\tcalibration\t${knots.join(' ')}`;
  }

  bytes(): number {
    return this.#trees.bytes() + this.#linear.bytes() + 64 * 1024;
  }
}

function fitBoth(specs: readonly FeatureSpec[], rows: readonly LabelledRow[], settings: PropensitySettings): [BoostedTrees, Ftrl] {
  const bins = FeatureBins.fit(specs, rows);
  return [BoostedTrees.fit(bins, rows, settings.boost), Ftrl.fit(bins, rows)];
}

function logLoss(scored: readonly ScoredLabel[], calibrate: Calibration): number {
  let sum = 0;
  for (const { score, label } of scored) {
    const share = Math.min(1 - 1e-9, Math.max(1e-9, calibrate(score)));
    sum -= label === 1 ? log(share) : log(1 - share);
  }
  return sum / Math.max(1, scored.length);
}

/** The probability of log odds. */
export function shareOf(score: number): number {
  return 1 / (1 + exp(-score));
}
