// What a host asks of segments: how many are in each, who, who resembles them, and where cut points lie now. The facts themselves are
// folded (understand/segments/); here they are read under a permit for the segment's purpose, person by person. Invariant: fewer than
// limits.evidencePeopleMin are said to be fewer, never how many; names of people come only with the purpose stated.
import { dayOf } from '../base/day.js';
import { HalfSipHash, type HashKey } from '../base/half-sip-hash.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { SegmentSpec } from '../model/definitions.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Purpose } from '../model/purpose.js';
import { systemTypes } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import { CutPointCensus } from '../understand/segments/cut-points.js';
import { lookalikes, type Featured, type Lookalike } from '../understand/segments/lookalikes.js';
import { featuresOf } from '../understand/segments/features.js';
import type { SegmentFact } from '../understand/segments/segments.js';
import { noCuts } from '../understand/segments/timeline.js';
import { TraitReader } from '../understand/segments/trait-reader.js';
import type { Core } from './core.js';
import { population, sample } from './population.js';

export interface SegmentSummary {
  readonly name: string;
  readonly title: string;
  readonly purpose: Purpose;
  /** Ids in it; null when they are fewer than limits.evidencePeopleMin. */
  readonly people: number | null;
  readonly fewerThan?: number;
}

export interface SegmentPage extends SegmentSummary {
  readonly members?: readonly string[];
  /** Ask with this as `after` for more; null: that was all. */
  readonly next?: string | null;
}

/** A segment in a profile. */
export interface PersonSegment {
  readonly name: string;
  readonly title: string;
  readonly isMember: boolean;
  /** Of the named id alone: entries (1) and exits (0), each with position and calendar day. */
  readonly facts: readonly SegmentFact[];
}

export interface CutPointsTold {
  readonly published: readonly string[];
  /** Too few people for these. */
  readonly withheld: readonly string[];
}

export interface SegmentationParts {
  readonly core: Core;
  readonly clock: Clock;
  /** By which is chosen who is looked at, where there are too many. */
  readonly hashKey: HashKey;
  readonly record: (type: string, properties: BehaviourEvent['properties']) => Promise<Result<unknown>>;
}

export class Segmentation {
  readonly #parts: SegmentationParts;
  readonly #hash: HalfSipHash;
  #publishedDay = -1;
  #publishing: Promise<Result<CutPointsTold>> | null = null;

  constructor(parts: SegmentationParts) {
    this.#parts = parts;
    this.#hash = new HalfSipHash(parts.hashKey);
  }

  list(): SegmentSummary[] {
    const { segments } = this.#parts.core;
    const counts = segments.counts();
    return segments.definitions.segments.map((spec) => summary(spec, counts.get(spec.name) ?? 0));
  }

  /** One segment; its members, in order of their ids, only for its own purpose. */
  get(name: string, asked?: { readonly purpose: Purpose; readonly after?: string; readonly limit?: number }): Result<SegmentPage> {
    const { gate, segments } = this.#parts.core;
    const spec = segments.definitions.segments.find((each) => each.name === name);
    if (spec === undefined) return fail('segment_unknown');
    const told = summary(spec, segments.counts().get(name) ?? 0);
    if (asked === undefined) return ok(told);
    // [C51]
    if (asked.purpose !== spec.purpose) return fail('segment_purpose', '/purpose');
    const most = Math.min(asked.limit ?? limits.segmentMembersListed, limits.segmentMembersListed);
    const members: string[] = [];
    let next: string | null = null;
    for (const subject of segments.members(name, asked.after)) {
      if (!gate.permitRead(subject, spec.purpose, null).ok) continue;
      if (members.length === most) {
        next = members.at(-1) ?? null;
        break;
      }
      members.push(subject);
    }
    return ok({ ...told, members, next });
  }

  /** The segments of a person: those that they are in by all their ids, and what is told of the id that is asked for. */
  ofPerson(subject: string, ids: readonly string[]): PersonSegment[] {
    const { segments } = this.#parts.core;
    const inside = new Set(segments.of(ids).map(({ name }) => name));
    const facts = new Map(segments.history(subject));
    return segments.definitions.segments
      .filter(({ name }) => inside.has(name) || facts.has(name))
      .map(({ name, title }) => ({ name, title: title ?? name, isMember: inside.has(name), facts: facts.get(name) ?? [] }));
  }

  /** Who resembles the members of a segment, read for its own purpose. */
  async lookalikes(name: string, purpose: Purpose, most: number): Promise<Result<readonly Lookalike[]>> {
    const { core, clock } = this.#parts;
    const hash = this.#hash;
    const spec = core.segments.definitions.segments.find((each) => each.name === name);
    if (spec === undefined) return fail('segment_unknown');
    if (purpose !== spec.purpose) return fail('segment_purpose', '/purpose');
    while (!core.segments.settle(limits.settleSlice)) await clock.yield();
    const traits = core.traits.filter((trait) => trait.purpose === purpose);
    const today = core.segments.timeline.newest?.[1] ?? dayOf(clock.now());
    const people = await sample({ core, clock, hash }, purpose, ({ subject, traits: values }): Featured => {
      const isMember = core.segments.isMember(name, subject);
      return { subject, isMember, features: featuresOf(new TraitReader(values), traits, today) };
    });
    const found = lookalikes(people, Math.min(most, limits.segmentMembersListed));
    // Somebody may have withdrawn while others were counted.
    return ok(found.filter(({ subject }) => core.gate.permitRead(subject, purpose, null).ok));
  }

  /** Computes every cut point from who may be looked at now, and publishes them as one event. */
  publishCutPoints(): Promise<Result<CutPointsTold>> {
    this.#publishing ??= this.#publish().finally(() => {
      this.#publishing = null;
    });
    return this.#publishing;
  }

  /** Time has moved: publishes when the day has turned or an erasure has waited long enough; then brings everybody up to date. */
  async keepUp(): Promise<void> {
    const { core, clock } = this.#parts;
    if (core.segments.definitions.cutPoints.length > 0) {
      const { staleAt, newest } = core.segments.timeline;
      const day = dayOf(clock.now());
      const isStale = staleAt !== null && staleAt - clock.now() < limits.cutPointsStaleMs;
      if (isStale || (day !== this.#publishedDay && newest !== undefined)) {
        this.#publishedDay = day;
        await this.publishCutPoints();
      }
    }
    while (!core.segments.settle(limits.settleSlice)) await clock.yield();
  }

  async #publish(): Promise<Result<CutPointsTold>> {
    const { core, clock, record } = this.#parts;
    const specs = core.segments.definitions.cutPoints;
    const today = dayOf(clock.now());
    const published = [];
    const withheld: string[] = [];
    for (const spec of specs) {
      const census = new CutPointCensus(spec, today);
      for await (const { traits } of population(core, clock, spec.purpose)) census.add(new TraitReader(traits));
      const cuts = census.publish();
      if (cuts === undefined) withheld.push(spec.name);
      else published.push(cuts);
    }
    const inForce = core.segments.timeline.newest?.[2] ?? noCuts;
    if (published.length > 0 || inForce !== noCuts) {
      const done = await record(systemTypes.cutPointsPublished, { published });
      if (!done.ok) return done;
    }
    return ok({ published: published.map(({ name }) => name), withheld });
  }
}

function summary({ name, title, purpose }: SegmentSpec, people: number): SegmentSummary {
  const told = { name, title: title ?? name, purpose };
  const min = limits.evidencePeopleMin;
  return people >= min ? { ...told, people } : { ...told, people: null, fewerThan: min };
}
