// How often insights are wrong: over many seeds, of what is found in a world with planted findings the share that nobody planted, how much
// of what was planted is found, and in worlds of noise how often anything is. Events are folded by the traits themselves.
import { limits } from '../base/limits.js';
import type { TraitSpec } from '../model/definitions.js';
import { findCorrelations } from '../understand/insights/correlations.js';
import { discoveryRate } from '../understand/insights/finding.js';
import { findPatterns } from '../understand/insights/patterns.js';
import { findTrends } from '../understand/insights/trends.js';
import { TraitReader } from '../understand/segments/trait-reader.js';
import { traitOf } from '../understand/trait-spec.js';
import type { TraitValues } from '../understand/trait.js';
import { dayOf } from '../base/day.js';
import { drawPeople, impliedFindings, plantedFindings, type DrawnEvent } from './insight-world.js';

const untilMs = Date.UTC(2026, 2, 2);

const specs: readonly TraitSpec[] = [
  { name: 'steps', kind: 'sequence', purpose: 'analytics', max: 40, property: 'item' },
  { name: 'hours', kind: 'hours', purpose: 'analytics', days: 60 },
  { name: 'counts', kind: 'counter', purpose: 'analytics' },
];
const traits = specs.map((spec) => traitOf(spec, () => undefined));

export interface FdrFigures {
  readonly sense: 'fdr';
  readonly seeds: number;
  readonly people: number;
  readonly rate: number;
  /** Mean over seeds of the share of findings that are wrong, in worlds with planted findings. */
  readonly fdr: number;
  /** Share of planted findings that are found. */
  readonly found: number;
  /** Share of the worlds of noise in which a family (patterns, trends, correlations) found anything: three a seed. */
  readonly noise: number;
  readonly findings: number;
  readonly wrong: number;
}

export function measureFdr(seeds: number, people: number, onSeed: (seed: number) => void = () => undefined): FdrFigures {
  let shares = 0;
  let found = 0;
  let findings = 0;
  let wrong = 0;
  let noisy = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const options = { seed, people, untilMs, days: limits.insightWeeks * 7 };
    for (const family of families(drawPeople({ ...options, seed: seed + 1_000_000, planted: false }))) if (family.length > 0) noisy += 1;
    // The rate holds for each family of tests; the mean over the three is held against it.
    for (const family of families(drawPeople({ ...options, planted: true }))) {
      const counted = family.filter((name) => !impliedFindings.has(name));
      const off = counted.filter((name) => !plantedFindings.has(name)).length;
      shares += counted.length === 0 ? 0 : off / counted.length;
      found += counted.length - off;
      findings += counted.length;
      wrong += off;
    }
    onSeed(seed);
  }
  return {
    sense: 'fdr',
    seeds,
    people,
    rate: discoveryRate,
    fdr: shares / (3 * seeds),
    found: found / (seeds * plantedFindings.size),
    noise: noisy / (3 * seeds),
    findings,
    wrong,
  };
}

/** What is found, by name, in each family of tests. */
function families(people: readonly (readonly DrawnEvent[])[]): string[][] {
  const readers = people.map((events) => new TraitReader(folded(events)));
  const sequences = readers.map((reader) => reader.stamped('steps', -Infinity).map(([, , value]) => String(value)));
  const activity = new Map<string, (readonly number[])[]>();
  for (const reader of readers) {
    for (const type of reader.types('hours')) {
      if (!activity.has(type)) activity.set(type, []);
      activity.get(type)?.push(reader.buckets('hours', type));
    }
  }
  activity.delete('item.viewed');
  const counts = readers.map((reader) => {
    const types = reader.types('counts').filter((type) => type !== 'item.viewed');
    return new Map(types.map((type) => [type, reader.amounts('counts', [type], -Infinity).total] as const));
  });
  return [
    findPatterns(sequences).findings.map(({ steps }) => `pattern ${steps.join('>')}`),
    findTrends(activity, people.length, dayOf(untilMs), () => limits.insightWeeks).findings.map(({ kind, type }) => `${kind} ${type}`),
    findCorrelations(counts).findings.map(({ one, other }) => `correlation ${[one, other].sort().join(' ')}`),
  ];
}

function folded(events: readonly DrawnEvent[]): TraitValues {
  const values: TraitValues = {};
  for (const [position, { type, occurredAt, item }] of events.entries()) {
    const properties = item === '' ? {} : { item };
    const event = { id: `${position}`, subject: 's', type, occurredAt, receivedAt: occurredAt, source: 'sim', properties, mask: 2 };
    for (const trait of traits) trait.fold(values, event, position);
  }
  return values;
}
