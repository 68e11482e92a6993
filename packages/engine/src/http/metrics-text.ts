// The Prometheus text format, version 0.0.4: families with HELP and TYPE, samples with labels.
// Invariant: names and label names are literals of our code; label values are escaped; no family is written twice.
// Source: prometheus.io, "Exposition formats", text-based format.
import { assert } from '../base/assert.js';
import type { Histogram } from './metrics-histogram.js';

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = { readonly [name: string]: string };

export class MetricsText {
  readonly #lines: string[] = [];
  readonly #names = new Set<string>();

  counter(name: string, help: string, samples: Iterable<readonly [labels: Labels, value: number]>): void {
    assert(name.endsWith('_total'), 'a counter is named _total');
    this.#family(name, 'counter', help);
    for (const [labels, value] of samples) this.#sample(name, labels, value);
  }

  gauge(name: string, help: string, samples: Iterable<readonly [labels: Labels, value: number]>): void {
    this.#family(name, 'gauge', help);
    for (const [labels, value] of samples) this.#sample(name, labels, value);
  }

  histogram(name: string, help: string, histogram: Histogram): void {
    this.#family(name, 'histogram', help);
    const { buckets, sum, count } = histogram.read();
    for (const [bound, below] of buckets) this.#sample(`${name}_bucket`, { le: numberText(bound) }, below);
    this.#sample(`${name}_sum`, {}, sum);
    this.#sample(`${name}_count`, {}, count);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #family(name: string, type: string, help: string): void {
    assert(/^[a-z_]+$/.test(name) && !this.#names.has(name), 'a family has a plain name of its own');
    this.#names.add(name);
    this.#lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`);
  }

  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`);
  }
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : value.toString();
}
