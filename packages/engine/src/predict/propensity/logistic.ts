// Plain logistic regression by Newton's method, for a handful of numbers: what any other model has to beat, and easy to read.
// Erasure class `rederived`. Score: log odds. Features are standardised inside; a small ridge keeps separable data finite.
import { exp } from '../../base/exact-math.js';
import { solveSymmetric } from '../../base/linear-system.js';
import type { Explanation, Scorer } from '../learner.js';

export interface NumberRow {
  readonly values: readonly number[];
  readonly label: 0 | 1;
}

const newtonStepsMax = 25;
const settled = 1e-9;
const ridge = 1e-3;

export class Logistic implements Scorer<readonly number[]> {
  readonly #names: readonly string[];
  /** The first belongs to the constant. */
  readonly #weights: Float64Array;

  private constructor(names: readonly string[], weights: Float64Array) {
    this.#names = names;
    this.#weights = weights;
  }

  static fit(names: readonly string[], rows: readonly NumberRow[]): Logistic {
    const size = names.length + 1;
    const centres = names.map((_, at) => rows.reduce((sum, { values }) => sum + (values[at] ?? 0), 0) / Math.max(1, rows.length));
    const widths = names.map((_, at) => {
      const squares = rows.reduce(
        (sum, { values }) => sum + ((values[at] ?? 0) - (centres[at] ?? 0)) * ((values[at] ?? 0) - (centres[at] ?? 0)),
        0,
      );
      return Math.sqrt(squares / Math.max(1, rows.length)) || 1;
    });
    const standard = rows.map(({ values, label }) => ({
      label,
      values: Float64Array.of(1, ...names.map((_, at) => ((values[at] ?? 0) - (centres[at] ?? 0)) / (widths[at] ?? 1))),
    }));
    const weights = new Float64Array(size);
    for (let step = 0; step < newtonStepsMax; step++) {
      const slope = weights.map((weight) => -ridge * weight);
      const curvature = Array.from({ length: size }, (_, at) => new Float64Array(size).fill(ridge, at, at + 1));
      for (const { label, values } of standard) {
        let score = 0;
        for (let at = 0; at < size; at++) score += (weights[at] ?? 0) * (values[at] ?? 0);
        const share = 1 / (1 + exp(-score));
        for (let at = 0; at < size; at++) {
          const value = values[at] ?? 0;
          slope[at] = (slope[at] ?? 0) + (label - share) * value;
          const line = curvature[at] ?? slope;
          for (let other = 0; other <= at; other++) line[other] = (line[other] ?? 0) + share * (1 - share) * value * (values[other] ?? 0);
        }
      }
      let largest = 0;
      solveSymmetric(curvature, slope).forEach((change, at) => {
        weights[at] = (weights[at] ?? 0) + change;
        largest = Math.max(largest, Math.abs(change));
      });
      if (largest < settled) break;
    }
    const raw = weights.map((weight, at) => (at === 0 ? weight : weight / (widths[at - 1] ?? 1)));
    names.forEach((_, at) => (raw[0] = (raw[0] ?? 0) - (raw[at + 1] ?? 0) * (centres[at] ?? 0)));
    return new Logistic(names, raw);
  }

  score(values: readonly number[]): number {
    return this.explain(values).score;
  }

  explain(values: readonly number[]): Explanation {
    const parts = this.#names.map((name, at) => ({ name, amount: (this.#weights[at + 1] ?? 0) * (values[at] ?? 0) }));
    parts.unshift({ name: 'constant', amount: this.#weights[0] ?? 0 });
    return { score: parts.reduce((sum, { amount }) => sum + amount, 0), parts };
  }

  *dump(): Iterable<string> {
    yield `${this.#names.join(' ')}\t${this.#weights.join(' ')}`;
  }

  bytes(): number {
    return this.#weights.byteLength + 64 * this.#names.length;
  }
}
