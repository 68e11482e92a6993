// What was chosen for whom, what became of it, and what people declared about themselves: what guardrails count, and what choosing learns.
//
// A row an id, in log order: the newest choices with what followed, lists that count as an address, experiments joined. What is learned
// across people (influence/choice-sums.ts) is derived from the rows and taken back with them. A decision counts against the caps from the
// moment at which it is placed, before it is on disk: two that are asked at once see one another.
// Invariant: a choice stays a fact until it is redacted; its exposure and outcomes count only while the purpose holds under which they
// came.
import { canonicalJson } from '../base/canonical-json.js';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { Gate } from '../consent/gate.js';
import { choiceIn, type Channel, type ChoiceRecord } from '../model/choice.js';
import type { DecisionRecord } from '../model/decision.js';
import { decisionHeadIn } from '../model/decision-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { bitOf, maskOf, type PurposeMask } from '../model/purpose.js';
import { isSystemType, systemTypes, type Addressed, type PointRestart, type PointStop } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';
import type { Placed } from '../understand/history.js';
import { ChoiceSums, type Known, type MadeChoice } from './choice-sums.js';
import type { ArmPeople, Joined } from './experiment/arm-people.js';
import type { Declared, Done, PersonState } from './guardrails/person.js';

export const declaredType = 'person.declared';

/** A list that was answered at a point whose lists count as an address (model/decision-point.ts), or what is left of any address. */
interface Listed {
  readonly id: string;
  readonly at: number;
  readonly channel: Channel;
  shown: boolean;
  won: boolean;
}

export interface ChoiceRow {
  /** Oldest first. */
  made: MadeChoice[];
  /** Oldest first. */
  listed: Listed[];
  /** By name of the experiment; only what may be learned from. */
  joined: { [experiment: string]: Joined };
  /** What the person says of themselves, with the purposes for which it may be known. */
  declared: { said: Declared; mask: PurposeMask } | null;
}

/** A point as harm has left it. */
export interface PointState {
  /** How often it was started again. */
  readonly era: number;
  /** Why nothing is done at it now; null: it runs. */
  readonly stop: PointStop | null;
}

const spentDays = 2;
const mayBeKnown: PurposeMask = maskOf(['personalise', 'wellbeing']);

export class Choices implements FoldPart {
  readonly name = 'choice';
  readonly hears = (type: string): boolean => isSystemType(type) || type === declaredType;
  readonly sums = new ChoiceSums();
  readonly #rows: Table<ChoiceRow>;
  readonly #points: Table<PointState>;
  /** Day, point, action -> how often, to everybody. */
  readonly #spent: Table<number>;
  readonly #meta: Table<number>;
  readonly #gate: Gate;
  #spentFrom: number;
  /** Placed in the log, not folded yet. */
  readonly #ahead = new Map<string, Pick<ChoiceRecord, 'subject' | 'at' | 'channel' | 'point' | 'action'>>();
  /** Grows with every choice placed: a draft from before may have missed one. */
  #placed = 0;

  constructor(parts: {
    readonly rows: Table<ChoiceRow>;
    readonly points: Table<PointState>;
    readonly spent: Table<number>;
    readonly meta: Table<number>;
    readonly gate: Gate;
  }) {
    this.#rows = parts.rows;
    this.#points = parts.points;
    this.#spent = parts.spent;
    this.#meta = parts.meta;
    this.#gate = parts.gate;
    this.#spentFrom = parts.meta.get('spentFromDay') ?? 0;
    for (const [subject, row] of this.#rows.rows()) this.#count(subject, row, 1);
  }

  get placed(): number {
    return this.#placed;
  }

  /** The record has been appended: from now on it counts. */
  place(record: ChoiceRecord): void {
    this.#placed += 1;
    this.#ahead.set(record.id, record);
  }

  /** The same for a list; one that counts as an address. */
  placeList({ id, subject, at, point, countsAs }: DecisionRecord): void {
    if (countsAs === undefined || subject === null) return;
    this.#placed += 1;
    this.#ahead.set(id, { subject, at, point, channel: countsAs, action: null });
  }

  /** The arm in which a person is by any of these ids already; undefined: in none. */
  armOf(subjects: readonly string[], experiment: string): string | undefined {
    const joined = subjects.flatMap((subject) => this.#rows.get(subject)?.joined[experiment] ?? []);
    return joined.sort((a, b) => a.at - b.at)[0]?.arm;
  }

  /** People of an experiment; `persons`: ids that are one person, where there are several. */
  people(experiment: string, persons: Iterable<readonly string[]>): { readonly people: ArmPeople; readonly crossed: number } {
    const joined = Array.from(persons, (ids) => ids.flatMap((id) => this.#rows.get(id)?.joined[experiment] ?? []));
    return this.sums.people.united(experiment, joined);
  }

  /** What guardrails may know of a person, over all their ids. */
  person(subjects: readonly string[]): PersonState {
    const declared: Declared[] = [];
    const done: Done[] = [];
    for (const subject of subjects) {
      const row = this.#rows.get(subject);
      if (row === undefined) continue;
      if (row.declared !== null) declared.push(row.declared.said);
      for (const { at, channel, action, shown, won } of row.made)
        if (action !== null && channel !== null) done.push({ at, channel, shown: shown > 0, won: won > 0 });
      for (const { at, channel, shown, won } of row.listed) done.push({ at, channel, shown, won });
    }
    for (const { subject, at, channel } of this.#ahead.values())
      if (subject !== null && channel !== null && subjects.includes(subject)) done.push({ at, channel, shown: false, won: false });
    return { declared, done };
  }

  /** Decisions by which this id was addressed, and that may count against a cap. */
  addresses(subject: string): ReadonlyMap<string, { readonly at: number; readonly channel: Channel }> {
    const found = new Map<string, { readonly at: number; readonly channel: Channel }>();
    const { made = [], listed = [] } = this.#rows.get(subject) ?? {};
    for (const { id, at, channel, action } of made) if (action !== null && channel !== null) found.set(id, { at, channel });
    for (const { id, at, channel } of listed) found.set(id, { at, channel });
    return found;
  }

  /** How often an action was chosen on a day, for everybody; Infinity: a clock that was ahead has passed the day, and it is not counted. */
  spent(point: string, action: string, day: number): number {
    if (day < this.#spentFrom) return Infinity;
    let count = this.#spent.get(spentKey(day, point, action)) ?? 0;
    for (const record of this.#ahead.values())
      if (record.point === point && record.action === action && dayOf(record.at) === day) count += 1;
    return count;
  }

  point(name: string): PointState {
    return this.#points.get(name) ?? { era: 0, stop: null };
  }

  apply(event: BehaviourEvent, position: number): void {
    const { type, subject } = event;
    if (type === systemTypes.choiceMade) return this.#made(event);
    if (type === systemTypes.decisionMade) return this.#list(event);
    if (type === systemTypes.tick) return this.#cut(dayOf(event.occurredAt) - spentDays);
    if (type === systemTypes.pointStopped) {
      const stop = event.properties['stop'] as PointStop; // written by the engine
      this.#points.set(stop.point, { era: this.point(stop.point).era, stop });
    } else if (type === systemTypes.pointRestarted) {
      const { point } = event.properties['restart'] as PointRestart; // as above
      this.#points.set(point, { era: this.point(point).era + 1, stop: null });
    } else if (subject !== null && type === systemTypes.personAddressed) this.#addressed(subject, event);
    else if (subject !== null && type === declaredType) this.#declare(subject, event);
    else if (subject !== null && (type === systemTypes.exposure || type === systemTypes.outcome)) this.#follow(subject, event, position);
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    const known = this.#rows.get(subject);
    if (known === undefined) return;
    const all = (purposes & bitOf('personalise')) !== 0;
    if (!all && (purposes & (bitOf('train') | bitOf('wellbeing'))) === 0) return;
    this.#change(subject, (row) => {
      const left = (each: Known): Known => (all ? 0 : each === 2 ? 1 : each);
      if (all || (purposes & bitOf('train')) !== 0) {
        for (const made of row.made) {
          // [C80]
          made.learns = false;
          made.shown = left(made.shown);
          made.won = left(made.won);
          made.harmed = left(made.harmed);
        }
        // [C92]
        row.joined = {};
      }
      // That it was answered stays a fact; what followed is known no more.
      if (all) row.listed = row.listed.map((each) => ({ ...each, shown: false, won: false }));
      if (row.declared === null) return;
      // [C88]
      row.declared.mask &= ~purposes;
      if ((row.declared.mask & mayBeKnown) === 0) row.declared = null;
    });
  }

  freeze(subject: string): void {
    if (this.#rows.get(subject) === undefined) return;
    this.#change(subject, (row) => {
      // [C91]
      for (const made of row.made) made.learns = false;
      row.joined = {};
    });
  }

  forget(subject: string, events: readonly Placed[]): void {
    for (const { event } of events) {
      if (event.type === systemTypes.decisionMade) this.#ahead.delete(event.id);
      if (event.type !== systemTypes.choiceMade) continue;
      const record = choiceIn(event);
      this.#spend(record, -1);
      this.#ahead.delete(record.id);
    }
    const row = this.#rows.get(subject);
    if (row === undefined) return;
    // [C81]
    this.#count(subject, row, -1);
    this.#rows.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [subject, row] of this.#rows.rows()) yield `row\t${JSON.stringify(subject)}\t${canonicalJson(row)}`;
    for (const [name, state] of this.#points.rows()) yield `point\t${JSON.stringify(name)}\t${canonicalJson(state)}`;
    for (const [key, count] of this.#spent.rows()) yield `spent\t${key}\t${count}`;
    for (const line of this.sums.dump()) yield `sums\t${line}`;
  }

  #made(event: BehaviourEvent): void {
    const record = choiceIn(event);
    this.#ahead.delete(record.id);
    this.#spend(record, 1);
    const { subject } = record;
    if (subject === null) return;
    const learns = this.#gate.hasGranted(subject, 'train');
    const { id, at, point, action, channel, segment, features, bucket, era, halfLifeDays, held, experiment, objective } = record;
    this.#change(subject, (row) => {
      const outcomes = { win: objective.outcome, harm: objective.welfare?.outcome ?? null };
      const made = { id, at, point, action, channel, segment, features, bucket, era, halfLifeDays, held, ...outcomes };
      row.made.push({ ...made, experiment: experiment?.name ?? null, learns, shown: 0, won: 0, harmed: 0 });
      if (row.made.length > limits.choicesKept) row.made.splice(leastNeeded(row.made), 1);
      // Who is held out is in no arm: nothing is done to them in either, so they would only dilute what is compared.
      if (experiment === null || held === 'holdout' || !learns || row.joined[experiment.name] !== undefined) return;
      const { name, arm, group = '', before = 0 } = experiment;
      row.joined[name] = { at, arm, group, before, won: false };
      const names = Object.keys(row.joined);
      if (names.length > limits.experimentsKept) delete row.joined[oldestOf(row.joined)];
    });
  }

  #list(event: BehaviourEvent): void {
    const { id, subject, at, countsAs } = decisionHeadIn(event);
    this.#ahead.delete(id);
    if (subject === null || countsAs === undefined) return;
    this.#change(subject, ({ listed }) => {
      listed.push({ id, at, channel: countsAs, shown: false, won: false });
      if (listed.length > limits.choicesKept) listed.splice(leastNeeded(listed), 1);
    });
  }

  /** Counts where the decision itself is there no more. */
  #addressed(subject: string, { occurredAt, properties }: BehaviourEvent): void {
    const { decision, channel } = properties['addressed'] as Addressed; // written by runtime/rights.ts
    if (this.addresses(subject).has(decision)) return;
    this.#change(subject, ({ listed }) => {
      listed.push({ id: decision, at: occurredAt, channel, shown: false, won: false });
      listed.sort((one, other) => one.at - other.at);
      if (listed.length > limits.choicesKept) listed.splice(leastNeeded(listed), 1);
    });
  }

  /** An exposure or an outcome of a choice for the same subject. */
  #follow(subject: string, event: BehaviourEvent, position: number): void {
    const { decisionId, kind } = event.properties;
    const held = this.#rows.get(subject);
    const isOwn = held?.made.some(({ id }) => id === decisionId) === true || held?.listed.some(({ id }) => id === decisionId) === true;
    if (!isOwn) return;
    const teaches = this.#gate.permitFolded(event, 'train', position) !== undefined;
    const known: Known = teaches ? 2 : (event.mask & bitOf('personalise')) !== 0 ? 1 : 0;
    if (known === 0) return;
    this.#change(subject, (row) => {
      for (const made of row.made) {
        if (made.id !== decisionId) continue;
        if (event.type === systemTypes.exposure) made.shown = most(made.shown, known);
        else if (kind === made.win) made.won = most(made.won, known);
        else if (kind === made.harm) made.harmed = most(made.harmed, known);
        const joined = made.experiment === null ? undefined : row.joined[made.experiment];
        if (joined !== undefined && made.learns && made.won === 2) joined.won = true;
      }
      for (const each of row.listed) {
        if (each.id !== decisionId) continue;
        if (event.type === systemTypes.exposure) each.shown = true;
        else each.won = true;
      }
    });
  }

  #declare(subject: string, event: BehaviourEvent): void {
    const mask = event.mask & mayBeKnown;
    if (mask === 0) return;
    const { zone, bornYear, vulnerable } = event.properties;
    const said: Declared = {
      ...(typeof zone === 'string' ? { zone } : {}),
      ...(typeof bornYear === 'number' ? { bornYear } : {}),
      ...(Array.isArray(vulnerable) ? { vulnerable: vulnerable.filter((each) => typeof each === 'string') } : {}),
    };
    // The newest holds whole, so that a person can take back what they said.
    this.#change(subject, (row) => {
      row.declared = { said, mask };
    });
  }

  /** Takes the person out of the sums, changes the row, and puts them in again. */
  #change(subject: string, change: (row: ChoiceRow) => void): void {
    const row = this.#rows.edit(subject, () => ({ made: [], listed: [], joined: {}, declared: null }));
    const before = row.made.map((made) => ({ ...made }));
    const joined = Object.entries(row.joined).map(([name, each]) => [name, { ...each }] as const);
    change(row);
    const held = new Map(before.map((made) => [made.id, made]));
    for (const made of row.made) {
      const was = held.get(made.id);
      held.delete(made.id);
      if (was !== undefined && was.learns === made.learns && was.shown === made.shown && was.won === made.won && was.harmed === made.harmed)
        continue;
      if (was !== undefined) this.sums.count(subject, was, -1);
      this.sums.count(subject, made, 1);
    }
    for (const gone of held.values()) this.sums.count(subject, gone, -1);
    for (const [experiment, each] of joined) this.sums.people.count(experiment, each, -1);
    for (const [experiment, each] of Object.entries(row.joined)) this.sums.people.count(experiment, each, 1);
    if (row.made.length === 0 && row.listed.length === 0 && row.declared === null) this.#rows.delete(subject);
  }

  #count(subject: string, row: Readonly<ChoiceRow>, times: 1 | -1): void {
    for (const made of row.made) this.sums.count(subject, made, times);
    for (const [experiment, each] of Object.entries(row.joined)) this.sums.people.count(experiment, each, times);
  }

  #spend({ at, point, action }: ChoiceRecord, times: 1 | -1): void {
    const day = dayOf(at);
    if (action === null || day < this.#spentFrom) return;
    const key = spentKey(day, point, action);
    const count = (this.#spent.get(key) ?? 0) + times;
    if (count > 0) this.#spent.set(key, count);
    else this.#spent.delete(key);
  }

  #cut(day: number): void {
    if (day <= this.#spentFrom) return;
    this.#spentFrom = day;
    this.#meta.set('spentFromDay', day);
    const gone = Array.from(this.#spent.rows(undefined, spentKey(day, '', '')), ([key]) => key);
    for (const key of gone) this.#spent.delete(key);
  }
}

/**
 * Which of too many goes, oldest first: one by which nobody was addressed; else one of the channel that has most. So neither asking often
 * nor one busy channel makes a cap forget.
 */
function leastNeeded(list: readonly { readonly channel: Channel | null }[]): number {
  const many = new Map<Channel | null, number>();
  for (const { channel } of list) many.set(channel, (many.get(channel) ?? 0) + 1);
  const [busiest] = [...many].reduce((one, other) => (other[1] > one[1] ? other : one), [null, 0] as const);
  const goes = many.has(null) ? null : busiest;
  return list.findIndex(({ channel }) => channel === goes);
}

function oldestOf(joined: ChoiceRow['joined']): string {
  return Object.keys(joined).sort((a, b) => (joined[a]?.at ?? 0) - (joined[b]?.at ?? 0) || (a < b ? -1 : 1))[0] ?? '';
}

function most(one: Known, other: Known): Known {
  return one > other ? one : other;
}

function spentKey(day: number, point: string, action: string): string {
  return `${String(day).padStart(8, '0')}${JSON.stringify([point, action])}`;
}
