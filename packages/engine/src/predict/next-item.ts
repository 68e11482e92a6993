// The first model: which item next? Session neighbours with short-context transitions, over the visits of everybody who lets us learn.
// Erasure class `exact`: forgetting a person leaves what would be there had they never come.
//
// A visit is a run of one subject's item events with no idle gap above limits.visitIdleMs, cut every limits.visitItemsMax events. An event
// that arrives late joins or splits the runs where it belongs: the visits concerned are taken out of the index and learned again. Rows are
// the truth (table `visit`, keyed by the position of the visit's first event); index and popularity are derived from them at opening.
import { must } from '../base/assert.js';
import { canonicalJson } from '../base/canonical-json.js';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { HashKey } from '../base/half-sip-hash.js';
import type { Reason, ScoredItem } from '../model/decision.js';
import type { BehaviourEvent } from '../model/event.js';
import { bitOf, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Gate } from '../consent/gate.js';
import type { Permitted } from '../consent/permitted.js';
import type { Registry } from '../consent/registry.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';
import { Popular } from './popular.js';
import { VisitIndex } from './visits/visit-index.js';
import type { VisitEvidence, VisitEvidencePart } from './visits/visit-evidence.js';
import type { VisitQuery } from './visits/visit-scorer.js';

/** [position, occurredAt ms, item], in (occurredAt, position) order. */
type VisitEvent = [position: number, at: number, item: string];

/** Days of counts that popularity keeps behind the last tick. */
const popularDays = 8;

export interface VisitRow {
  readonly subject: string;
  readonly events: VisitEvent[];
}

/** [key, time of the first event, time of the last], by time of the first. */
type VisitSpan = [key: number, startAt: number, lastAt: number];

export class NextItem implements FoldPart {
  readonly name = 'visit';
  readonly #rows: Table<VisitRow>;
  readonly #spans: Table<VisitSpan[]>;
  readonly #gate: Gate;
  readonly #registry: Registry;
  readonly #meta: Table<number>;
  readonly #windowPositions: number;
  /** Popularity is counted from this calendar day on: moved by logged ticks. */
  #popularDay: number;
  readonly index: VisitIndex;
  readonly popular = new Popular();

  constructor(parts: {
    readonly rows: Table<VisitRow>;
    readonly spans: Table<VisitSpan[]>;
    readonly gate: Gate;
    readonly registry: Registry;
    readonly meta: Table<number>;
    readonly hashKey: HashKey;
    readonly windowPositions?: number;
  }) {
    this.#rows = parts.rows;
    this.#spans = parts.spans;
    this.#gate = parts.gate;
    this.#registry = parts.registry;
    this.#meta = parts.meta;
    this.#popularDay = parts.meta.get('popularDay') ?? 0;
    this.#windowPositions = parts.windowPositions ?? limits.modelWindowPositions;
    this.index = new VisitIndex({ hashKey: parts.hashKey });
    if (this.#popularDay > 0) this.popular.cut(this.#popularDay);
    for (const [key, row] of this.#rows.rows()) this.#show(Number(key), row);
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.tick) this.#tick(dayOf(event.occurredAt));
    if (event.subject === null || isSystemType(event.type)) return;
    const permit = this.#gate.permitFolded(event, 'train');
    if (permit !== undefined) this.learn(permit, position);
  }

  /** Learns one event, if its type says that it counts as interest in an item. */
  learn(permit: Permitted<'train', BehaviourEvent>, position: number): void {
    const opened = this.#gate.open(permit, 'train');
    if (!opened.ok || opened.value.subject === null) return;
    const item = itemOf(opened.value, this.#registry);
    if (item === undefined) return;
    const { subject, occurredAt } = opened.value;
    const spans = this.#spans.edit(subject, () => []);
    const newest = spans.at(-1);
    if (newest === undefined || occurredAt > newest[2] + limits.visitIdleMs)
      return this.#begin(subject, spans, [position, occurredAt, item]);
    if (occurredAt < newest[2]) return this.#insertLate(subject, spans, [position, occurredAt, item]);
    const row = this.#rows.edit(keyText(newest[0]), () => ({ subject, events: [] }));
    if (row.events.length >= limits.visitItemsMax) return this.#begin(subject, spans, [position, occurredAt, item]);
    row.events.push([position, occurredAt, item]);
    newest[2] = occurredAt;
    this.index.append(newest[0], subject, item, occurredAt);
    this.#count(item, occurredAt, 1);
  }

  /**
   * The k best next items for the visit that the permit holds (oldest item first), among those that `accept` lets through; nothing when the
   * permit no longer holds. `asker`: whose visit it is, so that it does not answer for itself.
   */
  score(
    permit: Permitted<'personalise', readonly string[]>,
    asker: string | null,
    nowMs: number,
    accept: (item: string) => boolean,
    k: number,
  ): ScoredItem[] {
    const items = this.#gate.open(permit, 'personalise');
    if (!items.ok || items.value.length === 0) return [];
    return this.index.score(this.#query(items.value, asker, nowMs), accept, k);
  }

  /**
   * Additive reasons, by item, for items that the last `score` of this permit has given; call it before anything else moves.
   * People are counted from limits.evidencePeopleMin upwards only.
   */
  explain(permit: Permitted<'personalise', readonly string[]>, items: readonly string[]): Map<string, Reason[]> {
    const asked = this.#gate.open(permit, 'personalise');
    if (!asked.ok || asked.value.length === 0 || items.length === 0) return new Map();
    return new Map(this.index.explainScored(items).map((evidence, at) => [items[at] ?? '', reasonsOf(evidence)]));
  }

  #query(items: readonly string[], asker: string | null, nowMs: number): VisitQuery {
    const own = asker === null ? undefined : this.#spans.get(asker)?.at(-1)?.[0];
    return { items, nowMs, ownKey: own };
  }

  advance(position: number): void {
    const from = position - this.#windowPositions;
    if (from <= 0) return;
    const gone = [...this.#rows.rows(keyText(0), keyText(from))];
    for (const [key, row] of gone) {
      this.#hide(Number(key), row);
      this.#rows.delete(key);
      const spans = this.#spans.edit(row.subject, () => []);
      const at = spans.findIndex(([first]) => first === Number(key));
      if (at >= 0) spans.splice(at, 1);
      if (spans.length === 0) this.#spans.delete(row.subject);
    }
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    if ((purposes & bitOf('train')) !== 0) this.forget(subject);
  }

  forget(subject: string): void {
    const spans = this.#spans.get(subject);
    if (spans === undefined) return;
    for (const [key] of spans) {
      const row = must(this.#rows.get(keyText(key)), 'a span has its visit');
      for (const [, at, item] of row.events) this.#count(item, at, -1);
      this.#rows.delete(keyText(key));
    }
    this.index.forget(subject);
    this.#spans.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [key, row] of this.#rows.rows()) yield `row\t${key}\t${canonicalJson(row)}`;
    for (const line of this.index.dump()) yield `index\t${line}`;
    for (const line of this.popular.dump()) yield `popular\t${line}`;
  }

  #tick(day: number): void {
    const from = day - popularDays;
    if (from <= this.#popularDay) return;
    this.#popularDay = from;
    this.#meta.set('popularDay', from);
    this.popular.cut(from);
  }

  #count(item: string, at: number, sign: 1 | -1): void {
    if (sign === 1) this.popular.add(item, dayOf(at));
    else this.popular.subtract(item, dayOf(at));
  }

  #begin(subject: string, spans: VisitSpan[], event: VisitEvent): void {
    const [key, at] = event;
    const row: VisitRow = { subject, events: [event] };
    this.#rows.set(keyText(key), row);
    spans.push([key, at, at]);
    this.#show(key, row);
  }

  /** Takes the runs that the event touches out of the index and learns them again with it. */
  #insertLate(subject: string, spans: VisitSpan[], event: VisitEvent): void {
    const idle = limits.visitIdleMs;
    let startAt = event[1];
    let lastAt = event[1];
    const touched: VisitSpan[] = [];
    for (let grown = true; grown;) {
      grown = false;
      for (const span of spans) {
        if (touched.includes(span) || span[1] > lastAt + idle || span[2] < startAt - idle) continue;
        touched.push(span);
        startAt = Math.min(startAt, span[1]);
        lastAt = Math.max(lastAt, span[2]);
        grown = true;
      }
    }
    const events: VisitEvent[] = [event];
    for (const span of touched) {
      const key = keyText(span[0]);
      const row = must(this.#rows.get(key), 'a span has its visit');
      this.#hide(span[0], row);
      events.push(...row.events);
      this.#rows.delete(key);
      spans.splice(spans.indexOf(span), 1);
    }
    events.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    for (const run of runsOf(events)) {
      const key = Math.min(...run.map(([position]) => position));
      const first = must(run[0], 'a run has a first event');
      const last = must(run.at(-1), 'a run has a last event');
      const row: VisitRow = { subject, events: run };
      this.#rows.set(keyText(key), row);
      spans.push([key, first[1], last[1]]);
      this.#show(key, row);
    }
    spans.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  }

  #show(key: number, row: Readonly<VisitRow>): void {
    const last = must(row.events.at(-1), 'a visit has events');
    this.index.replace(
      key,
      row.subject,
      row.events.map(([, , item]) => item),
      last[1],
    );
    for (const [, at, item] of row.events) this.#count(item, at, 1);
  }

  #hide(key: number, row: Readonly<VisitRow>): void {
    this.index.remove(key, row.subject);
    for (const [, at, item] of row.events) this.#count(item, at, -1);
  }
}

/** The item that an event shows interest in, if its registered type says so. */
export function itemOf(event: BehaviourEvent, registry: Registry): string | undefined {
  const known = registry.known(event.type);
  if (known?.type.counts !== true || known.type.item === undefined) return undefined;
  const item = event.properties[known.type.item];
  return typeof item === 'string' && item.length > 0 ? item : undefined;
}

const reasonKind: Record<VisitEvidencePart['component'], Reason['kind']> = {
  neighbours: 'visits_like_yours',
  transitions: 'went_on_to',
  onward: 'further_on',
};

/** The largest parts as reasons; what is left becomes one remainder, so that they still add up to the score. */
function reasonsOf(evidence: VisitEvidence): Reason[] {
  const parts = [...evidence.parts].sort((x, y) => y.amount - x.amount);
  const reasons: Reason[] = parts.slice(0, limits.reasonsPerItemMax).map(({ component, item, amount, subjects }) => ({
    kind: reasonKind[component],
    item,
    contribution: amount,
    ...(subjects >= limits.evidencePeopleMin ? { people: subjects } : {}),
  }));
  const rest = parts.slice(limits.reasonsPerItemMax).reduce((sum, { amount }) => sum + amount, 0);
  if (rest > 0) reasons.push({ kind: 'other', contribution: rest });
  return reasons;
}

function runsOf(events: readonly VisitEvent[]): VisitEvent[][] {
  const runs: VisitEvent[][] = [];
  let run: VisitEvent[] = [];
  for (const event of events) {
    const last = run.at(-1);
    if (last !== undefined && (event[1] - last[1] > limits.visitIdleMs || run.length >= limits.visitItemsMax)) {
      runs.push(run);
      run = [];
    }
    run.push(event);
  }
  runs.push(run);
  return runs;
}

function keyText(position: number): string {
  return Math.max(0, position).toString().padStart(16, '0');
}
