// Gradient-boosted trees for a yes or no, in plain TypeScript and exact operations. Erasure class `rederived`. Score: log odds.
// Each tree is fitted on a share of the rows that a hash of row order and tree number picks, so no running stream of chance is needed.
// Explanation: along the path of a row each split adds the change of the value that it brings to its feature (Saabas, 2014); the parts add up
// to the score. They say how this model came to its score, not what would happen if a feature were different.
// Sources: Friedman, "Greedy function approximation", 2001; tree-growth.ts names those of the trees.
import { exp, log } from '../../base/exact-math.js';
import { limits } from '../../base/limits.js';
import type { Explanation, Scorer } from '../learner.js';
import type { FeatureBins } from './feature-bins.js';
import type { FeatureRow, LabelledRow } from './feature-row.js';
import { growTree, type CodedColumns, type Tree, type TreeSettings } from './tree-growth.js';

export interface BoostSettings extends TreeSettings {
  readonly trees: number;
  readonly rate: number;
  /** Share of the rows that a tree is fitted on, in 256ths. */
  readonly rowShare256: number;
}

export const boostSettings: BoostSettings = {
  trees: 150,
  rate: 0.08,
  rowShare256: 160,
  leavesMax: 24,
  depthMax: 7,
  curvatureMin: 8,
  ridge: 5,
};

export class BoostedTrees implements Scorer<FeatureRow> {
  readonly #bins: FeatureBins;
  readonly #base: number;
  readonly #rate: number;
  readonly #trees: readonly Tree[];

  private constructor(bins: FeatureBins, base: number, rate: number, trees: readonly Tree[]) {
    this.#bins = bins;
    this.#base = base;
    this.#rate = rate;
    this.#trees = trees;
  }

  /** `rows` in the order of `sampleByHash`. */
  static fit(bins: FeatureBins, rows: readonly LabelledRow[], settings: BoostSettings = boostSettings): BoostedTrees {
    const data = columnsOf(bins, rows);
    const yes = rows.reduce((sum, { label }) => sum + label, 0);
    const base = log((yes + 1) / (rows.length - yes + 1));
    const scores = new Float64Array(rows.length).fill(base);
    const slope = new Float64Array(rows.length);
    const curvature = new Float64Array(rows.length);
    const trees: Tree[] = [];
    for (let number = 0; number < Math.min(settings.trees, limits.treesMax); number++) {
      rows.forEach(({ label }, row) => {
        const share = 1 / (1 + exp(-(scores[row] ?? 0)));
        slope[row] = share - label;
        curvature[row] = share * (1 - share);
      });
      const drawn = Int32Array.from(rows.keys()).filter((row) => mixed(row, number) < settings.rowShare256);
      const tree = growTree(data, drawn, slope, curvature, settings);
      trees.push(tree);
      for (let row = 0; row < rows.length; row++) {
        let node = 0;
        for (let feature = tree.feature[0] ?? -1; feature >= 0; feature = tree.feature[node] ?? -1)
          node = ((data.codes[feature]?.[row] ?? 0) <= (tree.cut[node] ?? 0) ? tree.left[node] : tree.right[node]) ?? 0;
        scores[row] = (scores[row] ?? 0) + settings.rate * (tree.value[node] ?? 0);
      }
    }
    return new BoostedTrees(bins, base, settings.rate, trees);
  }

  score(row: FeatureRow): number {
    const codes = this.#bins.codes(row);
    let score = this.#base;
    for (const tree of this.#trees) {
      let node = 0;
      for (let feature = tree.feature[0] ?? -1; feature >= 0; feature = tree.feature[node] ?? -1)
        node = ((codes[feature] ?? 0) <= (tree.cut[node] ?? 0) ? tree.left[node] : tree.right[node]) ?? 0;
      score += this.#rate * (tree.value[node] ?? 0);
    }
    return score;
  }

  explain(row: FeatureRow): Explanation {
    const codes = this.#bins.codes(row);
    const amounts = new Float64Array(this.#bins.specs.length);
    let base = this.#base;
    for (const tree of this.#trees) {
      let node = 0;
      base += this.#rate * (tree.value[0] ?? 0);
      for (let feature = tree.feature[0] ?? -1; feature >= 0; feature = tree.feature[node] ?? -1) {
        const next = ((codes[feature] ?? 0) <= (tree.cut[node] ?? 0) ? tree.left[node] : tree.right[node]) ?? 0;
        amounts[feature] = (amounts[feature] ?? 0) + this.#rate * ((tree.value[next] ?? 0) - (tree.value[node] ?? 0));
        node = next;
      }
    }
    const parts = [...amounts].map((amount, feature) => ({ name: this.#bins.specs[feature]?.name ?? '', amount }));
    return { score: this.score(row), parts: [{ name: 'base rate', amount: base }, ...parts] };
  }

  *dump(): Iterable<string> {
    yield* this.#bins.dump();
    yield `base\t${this.#base} ${this.#rate}`;
    for (const [number, { feature, cut, left, right, value }] of this.#trees.entries())
      yield `tree ${number}\t${[feature, cut, left, right, value].map((column) => column.join(' ')).join('\t')}`;
  }

  bytes(): number {
    return this.#trees.reduce((sum, { value }) => sum + 19 * value.length + 512, this.#bins.bytes());
  }
}

function columnsOf(bins: FeatureBins, rows: readonly LabelledRow[]): CodedColumns {
  const offsets: number[] = [];
  let count = 0;
  const codes = bins.specs.map((_, feature) => {
    offsets.push(count);
    count += bins.count(feature);
    return Uint8Array.from(rows, ({ values }) => bins.code(feature, values[feature]));
  });
  return { codes, offsets, bins: count };
}

/** 0..255, well mixed from two small numbers (the finaliser of MurmurHash3). */
function mixed(row: number, tree: number): number {
  let word = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(tree + 1, 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) & 0xff;
}
