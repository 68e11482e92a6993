// The timeline: what facts about nobody did to segments: the calendar day moved on, cut points were published, or went out of use. A
// person's membership follows from their own events and from this list alone, never from what others did, so one person can be folded
// again exactly. Bounded: it reaches back limits.segmentHistoryDays; what lies before is not told of anybody.
//
// Cut points are of the class `rederived`: an erasure leaves them as they are until the next publication, and past the deadline in its
// receipt they are not used any more.
import { canonicalJson } from '../../base/canonical-json.js';
import { dayOf } from '../../base/day.js';
import { limits } from '../../base/limits.js';
import type { PublishedCuts } from '../../model/definitions.js';
import type { BehaviourEvent } from '../../model/event.js';
import { systemTypes } from '../../model/system-event.js';
import type { Table } from '../../ports/tables.js';
import type { CutsInForce } from './predicate.js';

/** From this position on it was this day, and these cut points were in force (their key in `sets`). */
export type TimelineEntry = [position: number, day: number, cuts: number];

export interface TimelineRow {
  entries: TimelineEntry[];
  /** By the position at which they came into force. */
  sets: { [key: string]: CutsInForce };
  /** ms: cut points in force rest on somebody erased, and are not used from here on. */
  staleAt: number | null;
}

export const noCuts = -1;
const key = 'now';

export class Timeline {
  readonly #rows: Table<TimelineRow>;

  constructor(rows: Table<TimelineRow>) {
    this.#rows = rows;
  }

  /** Oldest first. */
  get entries(): readonly Readonly<TimelineEntry>[] {
    return this.#rows.get(key)?.entries ?? [];
  }

  get newest(): Readonly<TimelineEntry> | undefined {
    return this.entries.at(-1);
  }

  get staleAt(): number | null {
    return this.#rows.get(key)?.staleAt ?? null;
  }

  /** What was in force when an event came to this position; undefined before the timeline begins. */
  at(position: number): Readonly<TimelineEntry> | undefined {
    const { entries } = this;
    let index = entries.length - 1;
    while (index >= 0 && (entries[index]?.[0] ?? 0) > position) index -= 1;
    return entries[index];
  }

  cuts(set: number): CutsInForce {
    return this.#rows.get(key)?.sets[set] ?? {};
  }

  /** Takes a fact about nobody. */
  apply(event: BehaviourEvent, position: number): void {
    const { properties, type } = event;
    if (type === systemTypes.tick) {
      this.#reach(position, dayOf(event.occurredAt));
      const { staleAt } = this;
      if (staleAt !== null && event.occurredAt >= staleAt) this.#inForce(position, {});
    } else if (type === systemTypes.retentionCut && typeof properties['day'] === 'number') {
      this.#reach(position, properties['day'] + limits.counterDays);
    } else if (type === systemTypes.cutPointsPublished) {
      const published = properties['published'] as readonly PublishedCuts[]; // written by the engine
      this.#reach(position, dayOf(event.occurredAt));
      this.#inForce(position, Object.fromEntries(published.map((each) => [each.name, each])));
    } else if (type === systemTypes.erasureRecorded) {
      const { deadlineAt } = properties['told'] as { readonly deadlineAt: number }; // written by the engine
      const cuts = this.newest?.[2] ?? noCuts;
      if (cuts !== noCuts && (this.staleAt === null || deadlineAt < this.staleAt)) this.#edit().staleAt = deadlineAt;
    }
  }

  *dump(): Iterable<string> {
    const row = this.#rows.get(key);
    if (row !== undefined) yield canonicalJson(row);
  }

  #edit(): TimelineRow {
    return this.#rows.edit(key, () => ({ entries: [], sets: {}, staleAt: null }));
  }

  /** Time only ever moves on. */
  #reach(position: number, day: number): void {
    const { newest } = this;
    if (newest !== undefined && day <= newest[1]) return;
    this.#add([position, day, newest?.[2] ?? noCuts]);
  }

  #inForce(position: number, cuts: CutsInForce): void {
    const { newest } = this;
    if (newest === undefined) return;
    const row = this.#edit();
    row.staleAt = null;
    const isEmpty = Object.keys(cuts).length === 0;
    if (!isEmpty) row.sets[position] = cuts;
    this.#add([position, newest[1], isEmpty ? noCuts : position]);
  }

  #add(entry: TimelineEntry): void {
    const row = this.#edit();
    if (row.entries.at(-1)?.[0] === entry[0]) row.entries.pop();
    row.entries.push(entry);
    const since = entry[1] - limits.segmentHistoryDays;
    row.entries = row.entries.filter(([, day]) => day > since).slice(-limits.timelineEntriesMax);
    const used = new Set(row.entries.map(([, , cuts]) => cuts));
    for (const set of Object.keys(row.sets)) if (!used.has(Number(set))) delete row.sets[set];
  }
}
