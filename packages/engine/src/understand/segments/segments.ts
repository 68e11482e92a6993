// Segments: who is in which, since when, and who left: facts folded from a person's own events and the timeline, kept per id.
// Membership is worked out after each event of a person and whenever the timeline moved in a way that may matter to them. The latter waits
// until somebody asks or the engine has time (`settle`): it changes nothing that a dump, a count or a profile would show.
//
// Invariant: what is told is a function of the person's own events at their positions, the timeline and the definitions, so that folding
// one person again gives the same facts. It tells nothing from before the timeline begins. A segment is kept under its purpose, from
// traits of that purpose: a withdrawal removes membership and history; whoever did nothing that is kept for that purpose within
// limits.segmentDaysMax is in no segment of it, whatever its condition says.
import { assert } from '../../base/assert.js';
import { canonicalJson } from '../../base/canonical-json.js';
import { limits } from '../../base/limits.js';
import type { CutPointSpec, Definitions, SegmentSpec } from '../../model/definitions.js';
import type { BehaviourEvent } from '../../model/event.js';
import { bitOf, type PurposeMask } from '../../model/purpose.js';
import { isSystemType } from '../../model/system-event.js';
import { byteOrder, type Rows, type Table } from '../../ports/tables.js';
import type { FoldPart } from '../fold.js';
import type { Profiles } from '../profile.js';
import type { Trait, TraitValues } from '../trait.js';
import { evaluate, type Verdict } from './predicate.js';
import { noCuts, type Timeline, type TimelineEntry } from './timeline.js';
import { TraitReader } from './trait-reader.js';

/** At this position, on this calendar day, the person entered (1) or left (0). */
export type SegmentFact = [position: number, day: number, inside: 0 | 1];

export interface SegmentRow {
  /** Position of the newest entry of the timeline that was looked at. */
  at: number;
  /** Calendar day on which membership may change by itself; 0: never. */
  due: number;
  /** The cut points that membership rests on. */
  cuts: number;
  frozen?: true;
  /** By segment, oldest first, the newest few. */
  facts: { [segment: string]: SegmentFact[] };
}

export interface SegmentParts {
  readonly definitions: Definitions;
  /** All traits of a profile, built-in ones too. */
  readonly traits: readonly Trait[];
  readonly rows: Rows<SegmentRow>;
  /** Segment and subject -> 1: who is in it. */
  readonly members: Table<number>;
  /** Segment -> how many ids are in it. */
  readonly counts: Table<number>;
  /** Day and subject -> 1: who may change on that day. */
  readonly dues: Table<number>;
  readonly timeline: Timeline;
  readonly profiles: Profiles;
}

/** One walk over everybody who may have to be brought up, in the order of their days, a stretch at a time. */
interface Round {
  readonly upTo: Readonly<TimelineEntry>;
  /** Where the days end that matter. */
  readonly below: string | undefined;
  /** Where to read on; null: all has been read. Who is brought up moves to a later day, beyond what was read. */
  from: string | null;
  /** Who was read and is still to be brought up. */
  readonly waiting: string[];
}

const soon = 1;
const never = 0;

export class Segments implements FoldPart {
  readonly name = 'segment';
  readonly definitions: Definitions;
  /** Stands before the profile among the parts: moves the timeline on, and a person's facts up to the event that is about to be folded. */
  readonly clock: FoldPart;
  readonly #parts: SegmentParts;
  readonly #specs: ReadonlyMap<string, CutPointSpec>;
  readonly #mask: PurposeMask;
  /** Everybody but `#loose` has been brought up to this entry of the timeline since opening. */
  #settled: Readonly<TimelineEntry> | undefined;
  /** What `settle` is in the midst of. */
  #round: Round | undefined;
  /** Whose events were folded again since. */
  readonly #loose = new Set<string>();

  constructor(parts: SegmentParts) {
    this.#parts = parts;
    this.definitions = parts.definitions;
    const { segments, cutPoints } = parts.definitions;
    this.#specs = new Map(cutPoints.map((spec) => [spec.name, spec]));
    this.#mask = segments.reduce((mask, { purpose }) => mask | bitOf(purpose), 0);
    this.clock = {
      name: 'timeline',
      hears: (type) => !this.isIdle || isSystemType(type),
      apply: (event, position) => this.#before(event, position),
      withdraw: () => undefined,
      forget: () => undefined,
      dump: () => (segments.length + cutPoints.length === 0 ? [] : parts.timeline.dump()),
    };
  }

  /** Is there anything to keep up? */
  get isIdle(): boolean {
    return this.#mask === 0;
  }

  get timeline(): Timeline {
    return this.#parts.timeline;
  }

  apply(event: BehaviourEvent, position: number): void {
    const { subject, type, mask } = event;
    if (subject === null || isSystemType(type) || (mask & this.#mask) === 0) return;
    const entry = this.timeline.at(position);
    const row = this.#parts.rows.get(subject);
    if (row?.frozen === true) return;
    if (entry !== undefined) this.#evaluate(subject, position, entry);
    else if (row === undefined) {
      // No time is known yet, or none that is told of any more: the timeline will come to them.
      this.#parts.rows.set(subject, { at: -1, due: soon, cuts: noCuts, facts: {} });
      this.#parts.dues.set(dueKey(soon, subject), 1);
    }
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    if (this.#parts.rows.get(subject) === undefined) return;
    const row = this.#edit(subject);
    for (const { name, purpose } of this.definitions.segments) {
      if ((purposes & bitOf(purpose)) === 0 || row.facts[name] === undefined) continue;
      if (isIn(row.facts[name])) this.#leave(subject, name);
      delete row.facts[name];
    }
    this.#tidy(subject, row);
  }

  freeze(subject: string): void {
    this.forget(subject);
    if (!this.isIdle) this.#parts.rows.set(subject, { at: -1, due: never, cuts: noCuts, frozen: true, facts: {} });
  }

  forget(subject: string): void {
    if (this.isIdle) return;
    this.#loose.add(subject);
    const row = this.#parts.rows.get(subject);
    if (row === undefined) return;
    for (const [name, facts] of Object.entries(row.facts)) if (isIn(facts)) this.#leave(subject, name);
    if (row.due !== never) this.#parts.dues.delete(dueKey(row.due, subject));
    this.#parts.rows.delete(subject);
  }

  /** Brings everybody up to the timeline, at most `most` of them at once; true when all are. */
  settle(most = Infinity): boolean {
    const { newest } = this.timeline;
    if (newest === undefined || this.isIdle) return true;
    for (const subject of this.#loose) this.#catchUp(subject, newest[0] + 1);
    this.#loose.clear();
    if (this.#settled?.[0] === newest[0]) return true;
    if (this.#round?.upTo[0] !== newest[0]) this.#round = this.#roundUpTo([...newest]);
    for (let left = most; left > 0; left -= 1) {
      const subject = this.#nextOf(this.#round);
      if (subject === undefined) {
        this.#settled = this.#round.upTo;
        this.#round = undefined;
        return true;
      }
      this.#catchUp(subject, newest[0] + 1);
      const row = this.#parts.rows.get(subject);
      assert(row === undefined || !isWaiting(row, newest), 'who was brought up waits no more');
    }
    return false;
  }

  /** How many ids are in each segment. */
  counts(): ReadonlyMap<string, number> {
    this.settle();
    return new Map(this.definitions.segments.map(({ name }) => [name, this.#parts.counts.get(name) ?? 0]));
  }

  /** Ids in a segment, in order, after one of them. */
  *members(segment: string, after = ''): Iterable<string> {
    this.settle();
    const prefix = `${segment}\u0000`;
    for (const [key] of this.#parts.members.rows(`${prefix}${after}`, `${segment}\u0001`)) {
      const subject = key.slice(prefix.length);
      if (subject !== after) yield subject;
    }
  }

  isMember(segment: string, subject: string): boolean {
    return this.#parts.members.get(memberKey(segment, subject)) !== undefined;
  }

  /** The segments that a person of these ids is in now, by all their traits together. */
  of(ids: readonly string[]): SegmentSpec[] {
    const newest = this.timeline.newest;
    const free = ids.filter((id) => this.#parts.rows.get(id)?.frozen !== true);
    const traits = newest === undefined ? undefined : this.#parts.profiles.union(free)?.traits;
    if (newest === undefined || traits === undefined) return [];
    return this.definitions.segments.filter((segment) => this.#verdict(segment, traits, newest).holds);
  }

  /** What is told of an id: its entries and exits since the timeline began, per segment, by name. */
  history(subject: string): (readonly [segment: string, facts: readonly SegmentFact[]])[] {
    const newest = this.timeline.newest;
    if (newest !== undefined) this.#catchUp(subject, newest[0] + 1);
    const facts = Object.entries(this.#parts.rows.get(subject)?.facts ?? {}).sort(([a], [b]) => byteOrder(a, b));
    return facts.map(([name, list]) => [name, this.#told(list)] as const).filter(([, list]) => list.length > 0);
  }

  *dump(): Iterable<string> {
    if (this.isIdle) return;
    this.settle();
    for (const [name, count] of this.counts()) yield `count\t${JSON.stringify(name)}\t${count}`;
    const subjects = [...this.#parts.rows.rows()].map(([subject]) => subject);
    for (const subject of subjects) {
      const history = this.history(subject);
      if (history.length > 0) yield `${JSON.stringify(subject)}\t${canonicalJson(Object.fromEntries(history))}`;
    }
  }

  /** Other cut points concern everybody whose membership may ever change; another day only those who are due by it. */
  #roundUpTo(upTo: Readonly<TimelineEntry>): Round {
    const settled = this.#settled;
    const since = settled === undefined ? -1 : this.timeline.entries.findIndex(([position]) => position === settled[0]);
    // Also cut points that came and went meanwhile: somebody may have been looked at under them.
    const sameCuts = since >= 0 && this.timeline.entries.slice(since).every(([, , cuts]) => cuts === upTo[2]);
    return { upTo, below: sameCuts ? dueKey(upTo[1] + 1, '') : undefined, from: '', waiting: [] };
  }

  /** Somebody who waits; undefined when there is nobody left. */
  #nextOf(round: Round): string | undefined {
    while (round.from !== null && round.waiting.length === 0) {
      const from: string = round.from;
      round.from = null;
      let read = 0;
      for (const [key] of this.#parts.dues.rows(from, round.below)) {
        if (read === limits.settleStretch) {
          round.from = key;
          break;
        }
        read += 1;
        const [, subject] = readDue(key);
        const row = this.#parts.rows.get(subject);
        if (row !== undefined && isWaiting(row, round.upTo)) round.waiting.push(subject);
      }
    }
    return round.waiting.pop();
  }

  #before(event: BehaviourEvent, position: number): void {
    if (event.subject === null) this.timeline.apply(event, position);
    else if (!this.isIdle) this.#catchUp(event.subject, position);
  }

  /** Looks at the entries of the timeline below a position that the person has not seen. */
  #catchUp(subject: string, below: number): void {
    const row = this.#parts.rows.get(subject);
    if (row === undefined || row.frozen === true || row.due === never) return;
    const from = row.at;
    for (const entry of this.timeline.entries) {
      if (entry[0] <= from || entry[0] >= below) continue;
      const now = this.#parts.rows.get(subject);
      if (now === undefined || now.due === never) return;
      if (entry[1] >= now.due || entry[2] !== now.cuts) this.#evaluate(subject, entry[0], entry);
    }
  }

  #evaluate(subject: string, position: number, entry: Readonly<TimelineEntry>): void {
    const traits = this.#parts.profiles.read(subject)?.traits;
    const before = this.#parts.rows.get(subject);
    if (traits === undefined && before === undefined) return;
    const row = this.#edit(subject);
    row.at = entry[0];
    row.cuts = entry[2];
    let due = Infinity;
    for (const segment of this.definitions.segments) {
      const { name } = segment;
      const verdict = this.#verdict(segment, traits ?? {}, entry);
      due = Math.min(due, verdict.due);
      if (verdict.holds === isIn(row.facts[name])) continue;
      const facts = (row.facts[name] ??= []);
      facts.push([position, entry[1], verdict.holds ? 1 : 0]);
      if (facts.length > limits.segmentFactsMax) facts.shift();
      if (verdict.holds) this.#enter(subject, name);
      else this.#leave(subject, name);
    }
    this.#setDue(subject, row, due === Infinity ? never : due);
    this.#tidy(subject, row);
  }

  #verdict({ purpose, when }: SegmentSpec, traits: Readonly<TraitValues>, entry: Readonly<TimelineEntry>): Verdict {
    const [, day, cuts] = entry;
    const reader = new TraitReader(traits);
    const own = this.#parts.traits.filter((trait) => trait.purpose === purpose);
    const until = reader.newestOf(own) + limits.segmentDaysMax;
    if (!(until > day)) return { holds: false, due: Infinity };
    const { holds, due } = evaluate(when, reader, { day, cuts: this.timeline.cuts(cuts) }, this.#specs);
    return { holds, due: Math.min(due, until) };
  }

  /** From where the timeline begins on: who was in already is in since then, as far as is told. */
  #told(facts: readonly SegmentFact[]): SegmentFact[] {
    const [base] = this.timeline.entries;
    if (base === undefined) return [];
    const [from, day] = base;
    const later = facts.filter(([position, , inside]) => position > from || (position === from && inside === 1));
    const earlier = facts.findLast(([position]) => position < from);
    const stayed = earlier?.[2] === 1 && !facts.some(([position]) => position === from);
    return (stayed ? [[from, day, 1] as SegmentFact, ...later] : later).slice(-limits.segmentFactsMax);
  }

  #edit(subject: string): SegmentRow {
    return this.#parts.rows.edit(subject, () => ({ at: -1, due: never, cuts: noCuts, facts: {} }));
  }

  #setDue(subject: string, row: SegmentRow, due: number): void {
    if (row.due === due) return;
    if (row.due !== never) this.#parts.dues.delete(dueKey(row.due, subject));
    row.due = due;
    if (due !== never) this.#parts.dues.set(dueKey(due, subject), 1);
  }

  #tidy(subject: string, row: SegmentRow): void {
    if (row.frozen !== true && row.due === never && Object.keys(row.facts).length === 0) this.#parts.rows.delete(subject);
  }

  #enter(subject: string, segment: string): void {
    this.#parts.members.set(memberKey(segment, subject), 1);
    this.#count(segment, 1);
  }

  #leave(subject: string, segment: string): void {
    this.#parts.members.delete(memberKey(segment, subject));
    this.#count(segment, -1);
  }

  #count(segment: string, by: number): void {
    this.#parts.counts.set(segment, (this.#parts.counts.get(segment) ?? 0) + by);
  }
}

/** May membership be another at this entry of the timeline than when it was looked at last? */
function isWaiting(row: Readonly<SegmentRow>, [, day, cuts]: Readonly<TimelineEntry>): boolean {
  return row.due !== never && (row.due <= day || row.cuts !== cuts);
}

function isIn(facts: readonly SegmentFact[] | undefined): boolean {
  return facts?.at(-1)?.[2] === 1;
}

function memberKey(segment: string, subject: string): string {
  return `${segment}\u0000${subject}`;
}

function dueKey(day: number, subject: string): string {
  return `${day.toString().padStart(8, '0')}\u0000${subject}`;
}

function readDue(key: string): [day: number, subject: string] {
  return [Number(key.slice(0, 8)), key.slice(9)];
}
