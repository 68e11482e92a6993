// The first model: which item next? Session neighbours with short-context transitions, over the visits of everybody who lets us learn.
// Erasure class `exact`: forgetting a person leaves what would be there had they never come.
//
// A visit is a run of one subject's item events with no idle gap above limits.visitIdleMs, at most limits.visitItemsMax of them. An event
// late by at most limits.visitReorderMs stands where it arrived (clocks are no finer than that); a later one is put where it belongs, and
// joins the visits between which it closes the gap: only these are learned again. A full visit takes no late event. Rows are the truth
// (table `visit`, keyed by the position of the visit's first event); index and popularity are derived from them at opening.
import { must } from '../base/assert.js';
import { canonicalJson } from '../base/canonical-json.js';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { HashKey } from '../base/half-sip-hash.js';
import type { Reason, ScoredItem } from '../model/decision.js';
import type { BehaviourEvent } from '../model/event.js';
import type { ModelCard } from '../model/model-card.js';
import { bitOf, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Gate } from '../consent/gate.js';
import type { Permitted } from '../consent/permitted.js';
import type { Registry } from '../consent/registry.js';
import type { Rows, Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';
import { Popular } from './popular.js';
import type { TunedVisit } from './visits/tune-visits.js';
import { VisitIndex } from './visits/visit-index.js';
import type { VisitEvidence, VisitEvidencePart } from './visits/visit-evidence.js';
import type { VisitQuery } from './visits/visit-scorer.js';
import { visitSettings, visitSettingsOf, type VisitSettings } from './visits/visit-settings.js';

interface VisitEvent {
  readonly position: number;
  /** ms since 1970 UTC */
  readonly at: number;
  readonly item: string;
}

/** Days of counts that popularity keeps behind the last tick. */
const popularDays = 8;

/** Three columns of equal length, an entry an event: lists of numbers take a third of the memory that a list of small lists would. */
export interface VisitRow {
  readonly subject: string;
  readonly positions: number[];
  /** ms since 1970 UTC */
  readonly ats: number[];
  readonly items: string[];
}

/** [key, earliest time, latest time], in order of time. */
export type VisitSpan = [key: number, startAt: number, lastAt: number];

/** What `model.tuned` said last, and where it stands in the log. */
export interface TunedRow {
  readonly settings: VisitSettings;
  readonly position: number;
}

export class NextItem implements FoldPart {
  readonly name = 'visit';
  readonly #rows: Rows<VisitRow, number>;
  readonly #spans: Rows<VisitSpan[]>;
  readonly #gate: Gate;
  readonly #registry: Registry;
  readonly #meta: Table<number>;
  readonly #windowPositions: number;
  readonly #tuned: Table<TunedRow>;
  /** Popularity is counted from this calendar day on: moved by logged ticks. */
  #popularDay: number;
  readonly index: VisitIndex;
  readonly popular = new Popular();

  constructor(parts: {
    readonly rows: Rows<VisitRow, number>;
    readonly spans: Rows<VisitSpan[]>;
    readonly gate: Gate;
    readonly registry: Registry;
    readonly meta: Table<number>;
    readonly tuned: Table<TunedRow>;
    readonly hashKey: HashKey;
    readonly windowPositions?: number;
  }) {
    this.#rows = parts.rows;
    this.#spans = parts.spans;
    this.#gate = parts.gate;
    this.#registry = parts.registry;
    this.#meta = parts.meta;
    this.#tuned = parts.tuned;
    this.#popularDay = parts.meta.get('popularDay') ?? 0;
    this.#windowPositions = parts.windowPositions ?? limits.modelWindowPositions;
    this.index = new VisitIndex({ hashKey: parts.hashKey, settings: this.settings });
    if (this.#popularDay > 0) this.popular.cut(this.#popularDay);
    for (const [key, row] of this.#rows.rows()) this.#show(Number(key), row);
  }

  /** The settings that scores are made with. */
  get settings(): VisitSettings {
    return this.#tuned.get('visits')?.settings ?? visitSettings;
  }

  /** Position of the `model.tuned` that gave the settings, or null for those of the program. */
  get tunedAt(): number | null {
    return this.#tuned.get('visits')?.position ?? null;
  }

  /** What was learned, oldest visit first, for choosing settings: every row of it was admitted for `train`. */
  *visitsForTuning(): Iterable<TunedVisit> {
    for (const [, row] of this.#rows.rows()) yield { items: [...row.items], atMs: Math.max(...row.ats) };
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.modelTuned) this.#tune(event.properties['settings'], position);
    if (event.type === systemTypes.tick) this.#tick(dayOf(event.occurredAt));
    if (event.subject === null || isSystemType(event.type)) return;
    const permit = this.#gate.permitFolded(event, 'train');
    if (permit !== undefined) this.learn(permit, position);
  }

  /** What it says of itself. */
  card(): ModelCard {
    const types = this.#registry
      .list()
      .filter(({ purposes, item, counts }) => purposes.train !== undefined && item !== undefined && counts === true);
    return {
      name: 'next-item',
      answers: 'which items a person may want next, from the visits of everybody who lets us learn',
      learnsFor: 'train',
      readsFor: 'personalise',
      erasureClass: 'exact',
      learnsFrom: types.map(({ name }) => name).sort(),
      holds: { unit: 'visits that it holds', count: this.index.visits },
      bounds: {
        'window, positions of the log': this.#windowPositions,
        'idle gap that ends a visit, ms': limits.visitIdleMs,
        'items of a visit': limits.visitItemsMax,
        'days of popularity': popularDays,
      },
      limits: ['It orders items; it judges nobody.', 'Of an item that nobody has looked at yet it knows nothing.'],
    };
  }

  /** Learns one event, if its type says that it counts as interest in an item. */
  learn(permit: Permitted<'train', BehaviourEvent>, position: number): void {
    const opened = this.#gate.open(permit, 'train');
    if (!opened.ok || opened.value.subject === null) return;
    const item = itemOf(opened.value, this.#registry);
    if (item === undefined) return;
    const { subject, occurredAt } = opened.value;
    const event: VisitEvent = { position, at: occurredAt, item };
    const spans = this.#spans.edit(subject, () => []);
    const newest = spans.at(-1);
    if (newest === undefined || occurredAt > newest[2] + limits.visitIdleMs) return this.#begin(subject, spans, spans.length, event);
    if (occurredAt < newest[2] - limits.visitReorderMs) return this.#insertLate(subject, spans, event);
    const row = this.#rows.edit(newest[0], () => newRow(subject));
    if (row.items.length >= limits.visitItemsMax) return this.#begin(subject, spans, spans.length, event);
    row.positions.push(position);
    row.ats.push(occurredAt);
    row.items.push(item);
    newest[1] = Math.min(newest[1], occurredAt);
    newest[2] = Math.max(newest[2], occurredAt);
    this.index.append(newest[0], subject, item, newest[2]);
    this.popular.add(item, dayOf(occurredAt));
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
    return new Map(this.index.explainScored(items, limits.reasonsPerItemMax).map((evidence, at) => [items[at] ?? '', reasonsOf(evidence)]));
  }

  #query(items: readonly string[], asker: string | null, nowMs: number): VisitQuery {
    const own = asker === null ? undefined : this.#spans.get(asker)?.at(-1)?.[0];
    return { items, nowMs, ownKey: own };
  }

  advance(position: number, only?: string): void {
    const from = position - this.#windowPositions;
    if (from <= 0) return;
    if (only !== undefined) {
      const spans = this.#spans.get(only) ?? [];
      for (const [key] of spans.filter(([first]) => first < from)) this.#evict(key);
      return;
    }
    // The index is asked, which knows its oldest visit. A walk over the rows would meet all that have gone since the last checkpoint, again
    // and again.
    for (let key = this.index.oldest; key >= 0 && key < from; key = this.index.oldest) this.#evict(key);
  }

  // [C36]
  freeze(subject: string): void {
    this.forget(subject);
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    // [C23]
    if ((purposes & bitOf('train')) !== 0) this.forget(subject);
  }

  forget(subject: string): void {
    const spans = this.#spans.get(subject);
    if (spans === undefined) return;
    for (const [key] of spans) {
      this.#uncount(must(this.#rows.get(key), 'a span has its visit'));
      this.#rows.delete(key);
    }
    this.index.forget(subject);
    this.#spans.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [key, row] of this.#tuned.rows()) yield `tuned\t${key}\t${canonicalJson(row)}`;
    for (const [key, row] of this.#rows.rows()) yield `row\t${key}\t${canonicalJson(row)}`;
    for (const line of this.index.dump()) yield `index\t${line}`;
    for (const line of this.popular.dump()) yield `popular\t${line}`;
  }

  /** A visit leaves the window. */
  #evict(key: number): void {
    const row = must(this.#rows.get(key), 'a visit of the index has its row');
    this.#hide(key, row);
    this.#rows.delete(key);
    const spans = this.#spans.edit(row.subject, () => []);
    const at = spans.findIndex(([first]) => first === key);
    if (at >= 0) spans.splice(at, 1);
    if (spans.length === 0) this.#spans.delete(row.subject);
  }

  #tune(value: unknown, position: number): void {
    const settings = visitSettingsOf(value);
    if (settings === undefined) return;
    this.#tuned.set('visits', { settings, position });
    this.index.adopt(settings);
  }

  #tick(day: number): void {
    const from = day - popularDays;
    if (from <= this.#popularDay) return;
    this.#popularDay = from;
    this.#meta.set('popularDay', from);
    this.popular.cut(from);
  }

  /** A visit of its own; `at`: where it stands among the subject's spans. */
  #begin(subject: string, spans: VisitSpan[], at: number, event: VisitEvent): void {
    const row = newRow(subject);
    put(row, 0, event);
    this.#rows.set(event.position, row);
    spans.splice(at, 0, [event.position, event.at, event.at]);
    this.#show(event.position, row);
  }

  #insertLate(subject: string, spans: VisitSpan[], event: VisitEvent): void {
    const idle = limits.visitIdleMs;
    let after = spans.length;
    while (after > 0 && (spans[after - 1]?.[1] ?? 0) > event.at) after -= 1;
    const left = spans[after - 1];
    const right = spans[after];
    const before = left !== undefined && event.at <= left[2] + idle ? left : undefined;
    const behind = right !== undefined && event.at >= right[1] - idle ? right : undefined;
    if (before === undefined && behind === undefined) return this.#begin(subject, spans, after, event);
    if (before !== undefined && behind !== undefined && this.#join(spans, before, behind)) return this.#place(before, event);
    for (const span of [before, behind]) {
      if (span !== undefined && this.#row(span).items.length < limits.visitItemsMax) return this.#place(span, event);
    }
  }

  /** Makes one visit of two neighbours, if it is not too long with one more event. */
  #join(spans: VisitSpan[], left: VisitSpan, right: VisitSpan): boolean {
    const [one, other] = [this.#row(left), this.#row(right)];
    if (one.items.length + other.items.length >= limits.visitItemsMax) return false;
    this.#hide(left[0], one);
    this.#hide(right[0], other);
    this.#rows.delete(left[0]);
    this.#rows.delete(right[0]);
    const row: VisitRow = {
      subject: one.subject,
      positions: [...one.positions, ...other.positions],
      ats: [...one.ats, ...other.ats],
      items: [...one.items, ...other.items],
    };
    spans.splice(spans.indexOf(right), 1);
    left[0] = Math.min(left[0], right[0]);
    left[2] = Math.max(left[2], right[2]);
    this.#rows.set(left[0], row);
    this.#show(left[0], row);
    return true;
  }

  /** Puts a late event where it belongs in a visit that has room, which is then learned again under the position of its first arrival. */
  #place(span: VisitSpan, event: VisitEvent): void {
    const row = this.#rows.edit(span[0], () => newRow(''));
    this.#hide(span[0], row);
    let at = row.ats.length;
    while (at > 0 && (row.ats[at - 1] ?? 0) > event.at) at -= 1;
    put(row, at, event);
    span[1] = Math.min(span[1], event.at);
    span[2] = Math.max(span[2], event.at);
    this.#show(span[0], row);
  }

  #row(span: VisitSpan): Readonly<VisitRow> {
    return must(this.#rows.get(span[0]), 'a span has its visit');
  }

  #show(key: number, row: Readonly<VisitRow>): void {
    this.index.replace(key, row.subject, row.items, Math.max(...row.ats));
    row.items.forEach((item, at) => this.popular.add(item, dayOf(row.ats[at] ?? 0)));
  }

  #hide(key: number, row: Readonly<VisitRow>): void {
    this.index.remove(key, row.subject);
    this.#uncount(row);
  }

  #uncount(row: Readonly<VisitRow>): void {
    row.items.forEach((item, at) => this.popular.subtract(item, dayOf(row.ats[at] ?? 0)));
  }
}

function newRow(subject: string): VisitRow {
  return { subject, positions: [], ats: [], items: [] };
}

function put(row: VisitRow, at: number, { position, at: time, item }: VisitEvent): void {
  row.positions.splice(at, 0, position);
  row.ats.splice(at, 0, time);
  row.items.splice(at, 0, item);
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
function reasonsOf({ parts, rest }: VisitEvidence): Reason[] {
  const reasons: Reason[] = parts.map(({ component, item, amount, subjects }) => ({
    kind: reasonKind[component],
    item,
    contribution: amount,
    ...(subjects >= limits.evidencePeopleMin ? { people: subjects } : {}),
  }));
  if (rest > 0) reasons.push({ kind: 'other', contribution: rest });
  return reasons;
}
