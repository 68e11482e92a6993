// Grows one regression tree on binned features, best leaf first: sums of slopes and curvatures by bin, the split with the largest gain.
// The smaller child is summed, its sibling is what is left of the parent. Invariant: every sum runs in the order of the rows given; of
// splits with the same gain the first by feature and bin wins.
// Source: histogram trees of LightGBM (Ke et al., NeurIPS 2017), second-order gain of XGBoost (Chen and Guestrin, KDD 2016).

export interface TreeSettings {
  readonly leavesMax: number;
  readonly depthMax: number;
  /** Sum of curvatures that each side of a split keeps at least. */
  readonly curvatureMin: number;
  /** Pull of leaf values towards 0. */
  readonly ridge: number;
}

/** Columns by node; a leaf has feature -1. `value`: what the tree says of a row that stops here, also at inner nodes, for explanations. */
export interface Tree {
  readonly feature: Int16Array;
  /** Codes up to this one go left. */
  readonly cut: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
}

interface Leaf {
  readonly node: number;
  readonly depth: number;
  readonly rows: Int32Array;
  readonly sums: Float64Array;
  split: Split | null;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly cut: number;
}

/** The training data by column: `codes[f][row]`, bins of feature f start at `offsets[f]` in a histogram. */
export interface CodedColumns {
  readonly codes: readonly Uint8Array[];
  readonly offsets: readonly number[];
  /** Bins of all features. */
  readonly bins: number;
}

export function growTree(data: CodedColumns, rows: Int32Array, slope: Float64Array, curvature: Float64Array, settings: TreeSettings): Tree {
  const nodesMax = 2 * settings.leavesMax - 1;
  const tree: Tree = {
    feature: new Int16Array(nodesMax).fill(-1),
    cut: new Uint8Array(nodesMax),
    left: new Int32Array(nodesMax),
    right: new Int32Array(nodesMax),
    value: new Float64Array(nodesMax),
  };
  const leafOf = (node: number, depth: number, leafRows: Int32Array, sums: Float64Array): Leaf => {
    const [slopes, curvatures] = totals(data, sums);
    tree.value[node] = -slopes / (curvatures + settings.ridge);
    const split = depth < settings.depthMax ? bestSplit(data, sums, settings) : null;
    return { node, depth, rows: leafRows, sums, split };
  };
  const open = [leafOf(0, 0, rows, sumsOf(data, rows, slope, curvature))];
  for (let nodes = 1; nodes + 1 < nodesMax; nodes += 2) {
    let best: Leaf | null = null;
    for (const leaf of open) if (leaf.split !== null && (best === null || leaf.split.gain > (best.split?.gain ?? 0))) best = leaf;
    if (best === null || best.split === null) break;
    const { node, depth, split } = best;
    tree.feature[node] = split.feature;
    tree.cut[node] = split.cut;
    tree.left[node] = nodes;
    tree.right[node] = nodes + 1;
    const [low, high] = parted(best.rows, data.codes[split.feature] ?? new Uint8Array(0), split.cut);
    const isLowSmall = low.length <= high.length;
    const small = sumsOf(data, isLowSmall ? low : high, slope, curvature);
    const large = best.sums.map((sum, at) => sum - (small[at] ?? 0));
    open.splice(open.indexOf(best), 1);
    open.push(leafOf(nodes, depth + 1, low, isLowSmall ? small : large), leafOf(nodes + 1, depth + 1, high, isLowSmall ? large : small));
  }
  return tree;
}

/** By bin of each feature: slope at 3b, curvature at 3b + 1, rows at 3b + 2. */
function sumsOf({ codes, offsets, bins }: CodedColumns, rows: Int32Array, slope: Float64Array, curvature: Float64Array): Float64Array {
  const sums = new Float64Array(3 * bins);
  for (const [feature, column] of codes.entries()) {
    const offset = 3 * (offsets[feature] ?? 0);
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      const bin = offset + 3 * (column[row] ?? 0);
      sums[bin] = (sums[bin] ?? 0) + (slope[row] ?? 0);
      sums[bin + 1] = (sums[bin + 1] ?? 0) + (curvature[row] ?? 0);
      sums[bin + 2] = (sums[bin + 2] ?? 0) + 1;
    }
  }
  return sums;
}

function totals({ offsets, bins }: CodedColumns, sums: Float64Array): readonly [slope: number, curvature: number] {
  let [slope, curvature] = [0, 0];
  for (let bin = 3 * (offsets[0] ?? 0); bin < 3 * (offsets[1] ?? bins); bin += 3) {
    slope += sums[bin] ?? 0;
    curvature += sums[bin + 1] ?? 0;
  }
  return [slope, curvature];
}

function bestSplit(data: CodedColumns, sums: Float64Array, { curvatureMin, ridge }: TreeSettings): Split | null {
  const [slope, curvature] = totals(data, sums);
  const whole = (slope * slope) / (curvature + ridge);
  let best: Split | null = null;
  for (const [feature, offset] of data.offsets.entries()) {
    let [low, lowCurvature] = [0, 0];
    const end = data.offsets[feature + 1] ?? data.bins;
    for (let bin = offset; bin < end - 1; bin++) {
      low += sums[3 * bin] ?? 0;
      lowCurvature += sums[3 * bin + 1] ?? 0;
      if ((sums[3 * bin + 2] ?? 0) === 0 || lowCurvature < curvatureMin) continue;
      const highCurvature = curvature - lowCurvature;
      if (highCurvature < curvatureMin) break;
      const high = slope - low;
      const gain = (low * low) / (lowCurvature + ridge) + (high * high) / (highCurvature + ridge) - whole;
      if (gain > (best?.gain ?? 1e-9)) best = { gain, feature, cut: bin - offset };
    }
  }
  return best;
}

function parted(rows: Int32Array, column: Uint8Array, cut: number): readonly [low: Int32Array, high: Int32Array] {
  const low = new Int32Array(rows.length);
  const high = new Int32Array(rows.length);
  let [lows, highs] = [0, 0];
  for (const row of rows) {
    if ((column[row] ?? 0) <= cut) low[lows++] = row;
    else high[highs++] = row;
  }
  return [low.slice(0, lows), high.slice(0, highs)];
}
