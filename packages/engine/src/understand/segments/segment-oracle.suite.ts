// Who is in which segment, worked out anew from the events in the log, as naively as possible: no trait, no timeline, nothing that is due.
// What live membership is held against; it shares no code with it.
import { decodeEvent } from '../../model/event-codec.js';
import type { Bounds, Definitions, Predicate, PublishedCuts, TraitSpec } from '../../model/definitions.js';
import type { BehaviourEvent } from '../../model/event.js';
import { bitOf } from '../../model/purpose.js';
import { isSystemType, systemTypes } from '../../model/system-event.js';
import type { Log } from '../../ports/log.js';
import type { Placed } from '../history.js';

const dayMs = 86_400_000;
const dayIn = (event: BehaviourEvent): number => Math.floor(event.occurredAt / dayMs);

const builtIn: readonly TraitSpec[] = [
  { name: 'events_by_day', kind: 'counter', purpose: 'personalise' },
  { name: 'last_seen', kind: 'recency', purpose: 'personalise' },
];

export class SegmentOracle {
  readonly #definitions: Definitions;
  today = -Infinity;
  #cuts: readonly PublishedCuts[] = [];

  constructor(definitions: Definitions, log: Log) {
    this.#definitions = definitions;
    let staleAt = Infinity;
    for (const { bytes, mask } of log.read(0)) {
      if (bytes === null) continue;
      const { type, subject, occurredAt, properties } = decodeEvent(bytes, mask);
      if (subject !== null) continue;
      if (type === systemTypes.tick || type === systemTypes.cutPointsPublished)
        this.today = Math.max(this.today, Math.floor(occurredAt / dayMs));
      if (type === systemTypes.retentionCut) this.today = Math.max(this.today, Number(properties['day']) + 90);
      if (type === systemTypes.tick && occurredAt >= staleAt) this.#cuts = [];
      if (type === systemTypes.cutPointsPublished) {
        this.#cuts = properties['published'] as readonly PublishedCuts[];
        staleAt = Infinity;
      }
      if (type === systemTypes.erasureRecorded && this.#cuts.length > 0)
        staleAt = Math.min(staleAt, (properties['told'] as { readonly deadlineAt: number }).deadlineAt);
    }
  }

  /** The segments of the person whose history this is, in the order of the definitions. */
  of(history: readonly Placed[]): string[] {
    if (this.today === -Infinity) return [];
    return this.#definitions.segments
      .filter(({ purpose, when }) => {
        const kept = keptFor(history, purpose);
        return kept.some(({ event }) => dayIn(event) > this.today - 60) && this.#holds(when, kept);
      })
      .map(({ name }) => name);
  }

  #holds(when: Predicate, kept: readonly Placed[]): boolean {
    if ('all' in when) return when.all.every((part) => this.#holds(part, kept));
    if ('any' in when) return when.any.some((part) => this.#holds(part, kept));
    if ('not' in when) return !this.#holds(when.not, kept);
    if ('band' in when) return within(this.#band(when.band, when.measure, kept), when);
    const recent = (placed: readonly Placed[], days = when.days): Placed[] =>
      placed.filter(({ event }) => dayIn(event) > this.today - days);
    if ('seen' in when) return recent(kept).some(({ event }) => when.of.includes(event.type));
    if ('count' in when) return within(this.#amount(when.count, when.of, recent(kept)), when);
    if ('last' in when) {
      const spec = this.#trait(when.last);
      const property = spec.kind === 'last_value' ? spec.property : '';
      const newest = inOrder(kept.filter(({ event }) => event.properties[property] !== undefined)).at(-1);
      return (
        newest !== undefined && recent([newest]).length === 1 && (when.oneOf ?? []).includes(String(newest.event.properties[property]))
      );
    }
    const items = kept.filter(({ event }) => typeof event.properties['product_id'] === 'string');
    if ('times' in when) return within(recent(items).filter(({ event }) => event.properties['product_id'] === when.value).length, when);
    const spec = this.#trait(when.sequence);
    let left = [...when.contains];
    for (const { event } of recent(inOrder(items).slice(spec.kind === 'sequence' ? -spec.max : 0)))
      if (event.properties['product_id'] === left[0]) left = left.slice(1);
    return left.length === 0;
  }

  #band(name: string, measureName: string, kept: readonly Placed[]): number {
    const spec = this.#definitions.cutPoints.find((each) => each.name === name);
    const measure = spec?.measures.find((each) => each.name === measureName);
    const cuts = this.#cuts.find((each) => each.name === name)?.cuts[measureName];
    if (spec === undefined || measure === undefined || cuts === undefined) return 0;
    const own = kept.filter(({ event }) => measure.of.includes(event.type) && dayIn(event) > this.today - spec.days);
    if (measure.as === 'recency') {
      if (own.length === 0) return 0;
      const since = Math.max(0, this.today - Math.max(...own.map(({ event }) => dayIn(event))));
      return 1 + cuts.filter((cut) => since <= cut).length;
    }
    const counted = measure.as === 'sum' ? own.filter(({ event }) => Number(event.properties['total'] ?? 0) !== 0) : own;
    if (counted.length === 0) return 0;
    return 1 + cuts.filter((cut) => this.#amount(measure.trait, measure.of, counted) > cut).length;
  }

  #amount(trait: string, types: readonly string[], placed: readonly Placed[]): number {
    const spec = this.#trait(trait);
    const own = placed.filter(({ event }) => types.includes(event.type));
    if (spec.kind !== 'sum') return own.length;
    return own.reduce((sum, { event }) => sum + Math.round(Number(event.properties[spec.property] ?? 0) * spec.scale), 0);
  }

  #trait(name: string): TraitSpec {
    const spec = [...builtIn, ...this.#definitions.traits].find((each) => each.name === name);
    if (spec === undefined) throw new Error(name);
    return spec;
  }
}

/** What is kept for a purpose since it was last withdrawn; nothing while the person has restricted it. */
function keptFor(history: readonly Placed[], purpose: Parameters<typeof bitOf>[0]): Placed[] {
  let kept: Placed[] = [];
  let restricted = false;
  for (const placed of history) {
    const { event } = placed;
    if (event.type === systemTypes.consentChanged) {
      const choices = (event.properties['choices'] ?? {}) as { readonly [purpose: string]: string };
      if (choices[purpose] !== undefined && choices[purpose] !== 'granted') kept = [];
      if (typeof event.properties['restricted'] === 'boolean') restricted = event.properties['restricted'];
    }
    if (!isSystemType(event.type) && (event.mask & bitOf(purpose)) !== 0) kept.push(placed);
  }
  return restricted ? [] : kept;
}

function inOrder(placed: readonly Placed[]): Placed[] {
  return [...placed].sort((a, b) => a.event.occurredAt - b.event.occurredAt || a.position - b.position);
}

function within(value: number, { atLeast, atMost }: Bounds): boolean {
  if (atLeast === undefined && atMost === undefined) return value >= 1;
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
}
