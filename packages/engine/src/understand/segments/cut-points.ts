// Cut points: where a population is divided into bands of equal size by a measure. Computed from everybody at one position and published
// as an event, so that the fold stays deterministic and nobody's band moves when somebody else is erased, until the next publication.
// Invariant: at least limits.evidencePeopleMin people lie in every band; where they would not, bands are put together. A cut is the value
// of the last person in its band, so of money or counts it says what many have in common, or it is not told.
import { limits } from '../../base/limits.js';
import type { CutPointSpec, PublishedCuts } from '../../model/definitions.js';
import type { TraitReader } from './trait-reader.js';

export class CutPointCensus {
  readonly #spec: CutPointSpec;
  readonly #today: number;
  readonly #values: ReadonlyMap<string, number[]>;
  #people = 0;

  constructor(spec: CutPointSpec, today: number) {
    this.#spec = spec;
    this.#today = today;
    this.#values = new Map(spec.measures.map(({ name }) => [name, []]));
  }

  add(traits: TraitReader): void {
    const { measures, days } = this.#spec;
    let counted = false;
    for (const { name, as, trait, of } of measures) {
      const value =
        as === 'recency' ? this.#daysSince(traits.newestDay(trait, of)) : this.#total(traits.amounts(trait, of, this.#today - days));
      if (value === undefined) continue;
      counted = true;
      this.#values.get(name)?.push(value);
    }
    if (counted) this.#people += 1;
  }

  /** undefined: too few people for even two bands of any measure. */
  publish(): PublishedCuts | undefined {
    const cuts = [...this.#values].map(([name, values]) => [name, cutsOf(values, this.#spec.bands)] as const);
    const told = cuts.filter(([, list]) => list.length > 0);
    return told.length === 0 ? undefined : { name: this.#spec.name, people: this.#people, cuts: Object.fromEntries(told) };
  }

  #daysSince(newest: number | undefined): number | undefined {
    if (newest === undefined || newest <= this.#today - this.#spec.days) return undefined;
    return Math.max(0, this.#today - newest);
  }

  #total({ total, oldestDay }: { readonly total: number; readonly oldestDay: number }): number | undefined {
    return oldestDay === Infinity ? undefined : total;
  }
}

/** Ascending; a value lies in band 1 + (how many cuts it exceeds). */
export function cutsOf(values: readonly number[], bands: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const cuts: number[] = [];
  let from = 0;
  for (let band = 1; band < bands; band += 1) {
    const at = Math.ceil((sorted.length * band) / bands) - 1;
    const cut = rounded(sorted[at] ?? 0);
    const below = countUpTo(sorted, cut);
    if (below - from < limits.evidencePeopleMin || sorted.length - below < limits.evidencePeopleMin) continue;
    cuts.push(cut);
    from = below;
  }
  return cuts;
}

/** Two significant digits, upwards: nobody's own amount, be it owed or paid. */
export function rounded(value: number): number {
  let unit = 1;
  while (Math.abs(value) / unit >= 100) unit *= 10;
  return Math.ceil(value / unit) * unit;
}

function countUpTo(sorted: readonly number[], cut: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= cut) low = middle + 1;
    else high = middle;
  }
  return low;
}
