// Cuts features into bins, so that counting and splitting is done on small integers. Numbers: at quantiles of the rows it is fitted from.
// Categories: those with enough rows get a bin each, in the order of their smoothed rate of yes (so that one cut can part good from bad:
// Fisher, 1958; Breiman et al., 1984, section 4.2); the others share one. Bin 0 = nothing known.
// Invariant: a function of the set of rows. Bins are published (they say what rates categories have), so they are `rederived`.
import { must } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import type { FeatureRow, FeatureSpec, LabelledRow } from './feature-row.js';

type Column =
  | { readonly kind: 'number'; readonly cuts: Float64Array }
  | { readonly kind: 'category'; readonly codes: ReadonlyMap<string, number>; readonly rest: number; readonly bins: number };

const categoryRowsMin = 30;
const smoothingRows = 30;

export class FeatureBins {
  readonly specs: readonly FeatureSpec[];
  readonly #columns: readonly Column[];

  private constructor(specs: readonly FeatureSpec[], columns: readonly Column[]) {
    this.specs = specs;
    this.#columns = columns;
  }

  static train(specs: readonly FeatureSpec[], rows: readonly LabelledRow[]): FeatureBins {
    const yes = rows.reduce((sum, { label }) => sum + label, 0) / Math.max(1, rows.length);
    return new FeatureBins(
      specs,
      specs.map(({ kind }, at) => (kind === 'number' ? numberColumn(rows, at) : categoryColumn(rows, at, yes))),
    );
  }

  /** Numbers at cut points that are given: counts in them need no publication. Ascending. */
  static fixed(features: readonly { readonly name: string; readonly cuts: readonly number[] }[]): FeatureBins {
    return new FeatureBins(
      features.map(({ name }) => ({ name, kind: 'number' })),
      features.map(({ cuts }) => ({ kind: 'number', cuts: Float64Array.from(cuts) })),
    );
  }

  /** Bins of a feature: codes lie below it. */
  count(feature: number): number {
    const column = must(this.#columns[feature], 'a feature has its bins');
    return column.kind === 'number' ? column.cuts.length + 2 : column.bins;
  }

  code(feature: number, value: FeatureRow[number] | undefined): number {
    const column = must(this.#columns[feature], 'a feature has its bins');
    if (value === null || value === undefined) return 0;
    if (column.kind === 'category') return column.codes.get(String(value)) ?? column.rest;
    const number = Number(value);
    if (number !== number) return 0;
    let [low, high] = [0, column.cuts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (number <= (column.cuts[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  }

  codes(row: FeatureRow): Uint8Array {
    return Uint8Array.from(this.specs, (_, feature) => this.code(feature, row[feature]));
  }

  *dump(): Iterable<string> {
    for (const [at, column] of this.#columns.entries()) {
      const text = column.kind === 'number' ? [...column.cuts].join(' ') : JSON.stringify([...column.codes]);
      yield `${this.specs[at]?.name}\t${text}`;
    }
  }

  bytes(): number {
    return this.#columns.reduce((sum, column) => sum + (column.kind === 'number' ? 8 * column.cuts.length : 128 * column.codes.size), 256);
  }
}

/** Cut points between neighbouring quantiles; few different values get a bin each. */
function numberColumn(rows: readonly LabelledRow[], at: number): Column {
  const known = rows.map(({ values }) => values[at]).filter((value) => typeof value === 'number' && value === value);
  const sorted = Float64Array.from(known, Number).sort();
  const cuts: number[] = [];
  const bins = limits.featureBinsMax - 2;
  for (let bin = 1; bin < bins; bin++) {
    const cut = sorted[Math.floor((sorted.length * bin) / bins)];
    if (cut !== undefined && cut !== cuts.at(-1) && cut < (sorted.at(-1) ?? cut)) cuts.push(cut);
  }
  return { kind: 'number', cuts: Float64Array.from(cuts) };
}

function categoryColumn(rows: readonly LabelledRow[], at: number, yes: number): Column {
  const counts = new Map<string, { rows: number; yes: number }>();
  for (const { values, label } of rows) {
    const value = values[at];
    if (value === null || value === undefined) continue;
    const key = String(value);
    const known = counts.get(key) ?? { rows: 0, yes: 0 };
    known.rows += 1;
    known.yes += label;
    counts.set(key, known);
  }
  const frequent = [...counts]
    .filter((entry) => entry[1].rows >= categoryRowsMin)
    .sort((a, b) => b[1].rows - a[1].rows || (a[0] < b[0] ? -1 : 1))
    .slice(0, limits.featureBinsMax - 2)
    .map(([name, count]) => ({ name, rate: (count.yes + smoothingRows * yes) / (count.rows + smoothingRows) }))
    .sort((a, b) => a.rate - b.rate || (a.name < b.name ? -1 : 1));
  // The shared bin stands where the average stands, so that a cut treats what is new as average.
  const rest = 1 + frequent.filter(({ rate }) => rate < yes).length;
  const codes = new Map(frequent.map(({ name }, index) => [name, index + 1 < rest ? index + 1 : index + 2]));
  return { kind: 'category', codes, rest, bins: frequent.length + 2 };
}
