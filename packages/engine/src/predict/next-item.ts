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
import * as visit from './visits/visit-row.js';
import type { VisitEvent, VisitRow } from './visits/visit-row.js';
import type { VisitEvidence, VisitEvidencePart } from './visits/visit-evidence.js';
import type { VisitQuery } from './visits/visit-scorer.js';
import { visitSettings, visitSettingsOf, type VisitSettings } from './visits/visit-settings.js';

/** Days of counts that popularity keeps behind the last tick. */
const popularDays = 8;

/** Of each visit of a person its key, earliest and latest time, one after the other, in order of time: one list of numbers, unboxed. */
export type VisitSpans = number[];

const spanWidth = 3;
const startField = 1;
const lastField = 2;

/** What `model.tuned` said last, and where it stands in the log. */
export interface TunedRow {
  readonly settings: VisitSettings;
  readonly position: number;
}

export class NextItem implements FoldPart {
  readonly name = 'visit';
  readonly #rows: Rows<VisitRow, number>;
  readonly #spans: Rows<VisitSpans>;
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
    readonly spans: Rows<VisitSpans>;
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
    for (const [, row] of this.#rows.rows()) yield { items: visit.itemsOf(row), atMs: visit.lastTimeOf(row) };
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.modelTuned) this.#tune(event.properties['settings'], position);
    if (event.type === systemTypes.tick) this.#tick(dayOf(event.occurredAt));
    if (event.subject === null || isSystemType(event.type)) return;
    const permit = this.#gate.permitFolded(event, 'train', position);
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
    const item = itemOf(opened.value, position, this.#registry);
    if (item === undefined) return;
    const { subject, occurredAt } = opened.value;
    const spans = this.#spans.edit(subject, noSpans);
    const newest = spans.length - spanWidth;
    if (newest < 0) return this.#begin(subject, spans, 0, { position, at: occurredAt, item });
    const [key, last] = [field(spans, newest), field(spans, newest + lastField)];
    if (occurredAt > last + limits.visitIdleMs) return this.#begin(subject, spans, spans.length, { position, at: occurredAt, item });
    if (occurredAt < last - limits.visitReorderMs) return this.#insertLate(subject, spans, { position, at: occurredAt, item });
    const row = this.#rows.edit(key, noRow);
    if (visit.lengthOf(row) >= limits.visitItemsMax) return this.#begin(subject, spans, spans.length, { position, at: occurredAt, item });
    visit.push(row, key, position, occurredAt, item);
    if (occurredAt < field(spans, newest + startField)) spans[newest + startField] = occurredAt;
    if (occurredAt > last) spans[newest + lastField] = occurredAt;
    this.index.append(key, subject, item, Math.max(last, occurredAt));
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
    const own = asker === null ? undefined : this.#spans.get(asker)?.at(-spanWidth);
    return { items, nowMs, ownKey: own };
  }

  advance(position: number, only?: string): void {
    const from = position - this.#windowPositions;
    if (from <= 0) return;
    if (only !== undefined) {
      const spans = this.#spans.get(only) ?? [];
      for (const key of keysOf(spans)) if (key < from) this.#evict(key);
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
    for (const key of keysOf(spans)) {
      this.#uncount(must(this.#rows.get(key), 'a span has its visit'));
      this.#rows.delete(key);
    }
    this.index.forget(subject);
    this.#spans.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [key, row] of this.#tuned.rows()) yield `tuned\t${key}\t${canonicalJson(row)}`;
    for (const [key, row] of this.#rows.rows()) yield `row\t${key}\t${canonicalJson(visit.toldOf(row, Number(key)))}`;
    for (const line of this.index.dump()) yield `index\t${line}`;
    for (const line of this.popular.dump()) yield `popular\t${line}`;
  }

  /** A visit leaves the window. */
  #evict(key: number): void {
    const row = must(this.#rows.get(key), 'a visit of the index has its row');
    this.#hide(key, row);
    this.#rows.delete(key);
    const subject = visit.subjectOf(row);
    const spans = this.#spans.edit(subject, noSpans);
    spans.splice(spanOf(spans, key), spanWidth);
    if (spans.length === 0) this.#spans.delete(subject);
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
  #begin(subject: string, spans: VisitSpans, at: number, { position, at: time, item }: VisitEvent): void {
    const row = visit.newVisit(subject, time);
    visit.push(row, position, position, time, item);
    this.#rows.set(position, row);
    spans.splice(at, 0, position, time, time);
    this.#show(position, row);
  }

  #insertLate(subject: string, spans: VisitSpans, event: VisitEvent): void {
    const idle = limits.visitIdleMs;
    let after = spans.length;
    while (after > 0 && field(spans, after - spanWidth + startField) > event.at) after -= spanWidth;
    const isBefore = after > 0 && event.at <= field(spans, after - spanWidth + lastField) + idle;
    const isBehind = after < spans.length && event.at >= field(spans, after + startField) - idle;
    if (!isBefore && !isBehind) return this.#begin(subject, spans, after, event);
    if (isBefore && isBehind && this.#join(spans, after)) return this.#place(spans, after - spanWidth, event);
    for (const span of [...(isBefore ? [after - spanWidth] : []), ...(isBehind ? [after] : [])]) {
      if (visit.lengthOf(this.#row(field(spans, span))) < limits.visitItemsMax) return this.#place(spans, span, event);
    }
  }

  /** Makes one visit of the one whose span stands here and its left neighbour, if it is not too long with one more event. */
  #join(spans: VisitSpans, right: number): boolean {
    const left = right - spanWidth;
    const [leftKey, rightKey] = [field(spans, left), field(spans, right)];
    const [one, other] = [this.#row(leftKey), this.#row(rightKey)];
    if (visit.lengthOf(one) + visit.lengthOf(other) >= limits.visitItemsMax) return false;
    this.#hide(leftKey, one);
    this.#hide(rightKey, other);
    this.#rows.delete(leftKey);
    this.#rows.delete(rightKey);
    const key = Math.min(leftKey, rightKey);
    const row = visit.newVisit(visit.subjectOf(one), visit.timeAt(one, 0));
    visit.pushAll(row, key, one, leftKey);
    visit.pushAll(row, key, other, rightKey);
    spans[left] = key;
    spans[left + lastField] = Math.max(field(spans, left + lastField), field(spans, right + lastField));
    spans.splice(right, spanWidth);
    this.#rows.set(key, row);
    this.#show(key, row);
    return true;
  }

  /** Puts a late event where it belongs in a visit that has room, which is then learned again under the position of its first arrival. */
  #place(spans: VisitSpans, span: number, event: VisitEvent): void {
    const key = field(spans, span);
    const row = this.#rows.edit(key, noRow);
    this.#hide(key, row);
    let at = visit.lengthOf(row);
    while (at > 0 && visit.timeAt(row, at - 1) > event.at) at -= 1;
    visit.insert(row, key, at, event);
    spans[span + startField] = Math.min(field(spans, span + startField), event.at);
    spans[span + lastField] = Math.max(field(spans, span + lastField), event.at);
    this.#show(key, row);
  }

  #row(key: number): Readonly<VisitRow> {
    return must(this.#rows.get(key), 'a span has its visit');
  }

  #show(key: number, row: Readonly<VisitRow>): void {
    this.index.replace(key, visit.subjectOf(row), visit.itemsOf(row), visit.lastTimeOf(row));
    for (let event = 0; event < visit.lengthOf(row); event++) this.popular.add(visit.itemAt(row, event), visit.dayAt(row, event));
  }

  #hide(key: number, row: Readonly<VisitRow>): void {
    this.index.remove(key, visit.subjectOf(row));
    this.#uncount(row);
  }

  #uncount(row: Readonly<VisitRow>): void {
    for (let event = 0; event < visit.lengthOf(row); event++) this.popular.subtract(visit.itemAt(row, event), visit.dayAt(row, event));
  }
}

const noSpans = (): VisitSpans => [];

const noRow = (): VisitRow => must<VisitRow>(undefined, 'a span has its visit');

/** One number of the spans. */
const field = (spans: Readonly<VisitSpans>, at: number): number => must(spans[at], 'a span has three numbers');

const keysOf = (spans: Readonly<VisitSpans>): number[] => spans.filter((_, at) => at % spanWidth === 0);

/** Where the span of a visit stands. */
function spanOf(spans: Readonly<VisitSpans>, key: number): number {
  let at = 0;
  while (field(spans, at) !== key) at += spanWidth;
  return at;
}

/** The item that an event shows interest in, if its type said so when it was folded at `position`. */
export function itemOf(event: BehaviourEvent, position: number, registry: Registry): string | undefined {
  const known = registry.known(event.type, position);
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
