// Insights of a whole population: patterns, trends and correlations. Worked out when somebody asks, from the traits of those who grant
// `analytics` at that moment, so nothing about anybody is left to be forgotten; at most limits.insightPeopleMax people. One at a time: who
// asks meanwhile for the same gets the same.
import { HalfSipHash, type HashKey } from '../base/half-sip-hash.js';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Clock } from '../ports/clock.js';
import { findCorrelations, type Correlation } from '../understand/insights/correlations.js';
import type { Report } from '../understand/insights/finding.js';
import { findPatterns, type Pattern } from '../understand/insights/patterns.js';
import { findTrends, type Trend } from '../understand/insights/trends.js';
import { TraitReader } from '../understand/segments/trait-reader.js';
import type { Trait, TraitKind } from '../understand/trait.js';
import type { Core } from './core.js';
import { sample } from './population.js';

/** Insights are learned from what was kept for this purpose. */
const purpose = 'analytics';

export interface Insight<F> extends Omit<Report<F>, 'people'> {
  readonly trait: string;
  /** null: fewer than limits.evidencePeopleMin, so that nothing is said. */
  readonly people: number | null;
}

export class Insights {
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #hash: HalfSipHash;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(core: Core, clock: Clock, hashKey: HashKey) {
    this.#core = core;
    this.#clock = clock;
    this.#hash = new HalfSipHash(hashKey);
  }

  /** Sequences of steps, by a sequence trait; the first one if none is named. */
  patterns(trait?: string): Promise<Result<Insight<Pattern>>> {
    return this.#once(`patterns ${trait ?? ''}`, 'sequence', trait, async (name) => {
      const people = await this.#gather((reader) => reader.stamped(name, -Infinity).map(([, , value]) => String(value)));
      return findPatterns(people);
    });
  }

  /** What changed, and what depends on the day or hour of the week, by an hours trait; whole days before today. */
  trends(trait?: string): Promise<Result<Insight<Trend>>> {
    return this.#once(`trends ${trait ?? ''}`, 'hours', trait, async (name) => {
      const people = await this.#gather((reader) => reader.types(name).map((type) => [type, reader.buckets(name, type)] as const));
      const activity = new Map<string, (readonly number[])[]>();
      for (const types of people) {
        for (const [type, hours] of types) {
          const own = activity.get(type);
          if (own === undefined) activity.set(type, [hours]);
          else own.push(hours);
        }
      }
      return findTrends(activity, people.length, dayOf(this.#clock.now()), (type) => this.#weeksKept(name, type));
    });
  }

  /** Whole weeks before today of which an hours trait, and the log, keep every day of a type: what went would look like a change. */
  #weeksKept(name: string, type: string): number {
    const spec = this.#core.definitions.traits.find((each) => each.name === name);
    const held = this.#core.registry.list().find((each) => each.name === type)?.retentionDays ?? Infinity;
    const days = spec?.kind === 'hours' ? Math.min(spec.days, held) - 1 : 0;
    return Math.min(limits.insightWeeks, Math.floor(days / 7));
  }

  /** Event types that go together or do not, over the newest limits.segmentDaysMax days, by a counter trait. */
  correlations(trait?: string): Promise<Result<Insight<Correlation>>> {
    return this.#once(`correlations ${trait ?? ''}`, 'counter', trait, async (name) => {
      const since = dayOf(this.#clock.now()) - limits.segmentDaysMax;
      const people = await this.#gather(
        (reader) => new Map(reader.types(name).map((type) => [type, reader.amounts(name, [type], since).total] as const)),
      );
      return findCorrelations(people);
    });
  }

  #once<F>(
    key: string,
    kind: TraitKind,
    named: string | undefined,
    work: (trait: string) => Promise<Report<F>>,
  ): Promise<Result<Insight<F>>> {
    const fits = (trait: Trait): boolean =>
      trait.kind === kind && trait.purpose === purpose && (named === undefined || trait.name === named);
    const trait = this.#core.traits.find(fits);
    if (trait === undefined) return Promise.resolve(fail('insight_trait'));
    const running = this.#running.get(key) as Promise<Result<Insight<F>>> | undefined; // the key names the insight
    if (running !== undefined) return running;
    const run = work(trait.name)
      .then((report) => {
        const people = report.people < limits.evidencePeopleMin ? null : report.people;
        return ok({ ...report, people, trait: trait.name });
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, run);
    return run;
  }

  #gather<T>(read: (reader: TraitReader) => T): Promise<T[]> {
    const parts = { core: this.#core, clock: this.#clock, hash: this.#hash };
    return sample(parts, purpose, ({ traits }) => read(new TraitReader(traits)));
  }
}
