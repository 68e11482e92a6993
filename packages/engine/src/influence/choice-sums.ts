// What is learned from choices across people: counts and ridge sums for the learners, harm against the holdout, arms of experiments.
// Erasure class `exact`: all of it is integers that single choices add and take back; it lives in memory, derived from the rows of people.
import type { ChoiceRecord } from '../model/choice.js';
import { ArmCounts } from '../predict/arms/arm-counts.js';
import { ArmRidges } from '../predict/arms/arm-ridges.js';
import { ArmPeople } from './experiment/arm-people.js';
import type { HarmCounts } from './experiment/harm-stop.js';
import type { Sums } from './experiment/confidence-sequence.js';
import { SegmentPeople } from './segment-people.js';

/** How far something is known: not at all, for the person alone, or also to learn from. */
export type Known = 0 | 1 | 2;

/** One choice for a person, and what became of it. */
export interface MadeChoice extends Pick<
  ChoiceRecord,
  'id' | 'at' | 'point' | 'action' | 'channel' | 'segment' | 'features' | 'bucket' | 'era'
> {
  readonly halfLifeDays: number | null;
  readonly held: ChoiceRecord['held'];
  /** Name of the experiment it belongs to. */
  readonly experiment: string | null;
  /** Kinds of outcome that are a win, and harm. */
  readonly win: string;
  readonly harm: string | null;
  /** May it be learned from that it was made? */
  learns: boolean;
  shown: Known;
  won: Known;
  harmed: Known;
}

interface Tally {
  n: number;
  sum: number;
}

interface Learner {
  readonly counts: ArmCounts;
  /** Of the counts; ridges know no segments. */
  readonly taughtBy: SegmentPeople;
  readonly ridges: ArmRidges | null;
  trials: number;
}

function newLearner(halfLifeDays: number | null, features: number): Learner {
  const ridges = features === 0 ? null : new ArmRidges(features, halfLifeDays !== null);
  return { counts: new ArmCounts(), taughtBy: new SegmentPeople(), ridges, trials: 0 };
}

const key = (...parts: readonly (string | number | null)[]): string => JSON.stringify(parts);

export class ChoiceSums {
  readonly #learners = new Map<string, Learner>();
  readonly #harm = new Map<string, Tally>();
  /** People in experiments, by id. */
  readonly people = new ArmPeople();

  /** Adds (1) or takes back (-1) one choice for a subject as it is now. */
  count(subject: string, choice: MadeChoice, times: 1 | -1): void {
    if (!choice.learns) return;
    const { action, bucket, point, era, segment, features } = choice;
    const isWon = choice.won === 2;
    if (action !== null && (choice.shown === 2 || isWon)) {
      const at = learnerKey(point, choice.halfLifeDays, features.length);
      let learner = this.#learners.get(at);
      if (learner === undefined) {
        learner = newLearner(choice.halfLifeDays, features.length);
        this.#learners.set(at, learner);
      }
      learner.counts.add(segment, action, bucket, times, isWon ? times : 0);
      if (learner.ridges === null) learner.taughtBy.count(segment, action, subject, times);
      if (isWon && times === -1) learner.ridges?.win(action, bucket, features, -1);
      learner.ridges?.observe(action, bucket, features, times);
      if (isWon && times === 1) learner.ridges?.win(action, bucket, features, 1);
      learner.trials += times;
      if (learner.trials === 0) this.#learners.delete(at);
    }
    // Of the treated, those towards whom something was done; against them the holdout. Others are neither.
    const side = choice.held === 'holdout' ? 'holdout' : action === null ? null : 'treated';
    if (choice.harm === null || side === null) return;
    const harmed = choice.harmed === 2;
    tally(this.#harm, key(point, era, '', side), times, harmed);
    if (segment !== '') tally(this.#harm, key(point, era, segment, side), times, harmed);
  }

  learner(point: string, halfLifeDays: number | null, features: number): Learner {
    return this.#learners.get(learnerKey(point, halfLifeDays, features)) ?? newLearner(halfLifeDays, features);
  }

  /** Harm at a point since it was last started. */
  harm(point: string, era: number): { readonly all: HarmCounts; readonly groups: ReadonlyMap<string, HarmCounts> } {
    const groups = new Map<string, HarmCounts>();
    const of = (segment: string): HarmCounts => ({
      treated: sumsOf(this.#harm.get(key(point, era, segment, 'treated'))),
      holdout: sumsOf(this.#harm.get(key(point, era, segment, 'holdout'))),
    });
    for (const each of this.#harm.keys()) {
      const [name, at, segment] = JSON.parse(each) as [string, number, string]; // made by key()
      if (name === point && at === era && segment !== '') groups.set(segment, of(segment));
    }
    return { all: of(''), groups };
  }

  *dump(): Iterable<string> {
    for (const [at, { counts, ridges, trials }] of sorted(this.#learners)) {
      yield `learner\t${at}\t${trials}`;
      for (const line of counts.dump()) yield `counts\t${at}\t${line}`;
      if (ridges !== null) for (const line of ridges.dump()) yield `ridge\t${at}\t${line}`;
    }
    for (const [at, { n, sum }] of sorted(this.#harm)) yield `harm\t${at}\t${n}\t${sum}`;
    for (const line of this.people.dump()) yield `arm\t${line}`;
  }
}

function learnerKey(point: string, halfLifeDays: number | null, features: number): string {
  return key(point, halfLifeDays, features);
}

function tally(tallies: Map<string, Tally>, at: string, times: 1 | -1, counts: boolean): void {
  const own = tallies.get(at) ?? { n: 0, sum: 0 };
  own.n += times;
  if (counts) own.sum += times;
  if (own.n === 0) tallies.delete(at);
  else tallies.set(at, own);
}

/** Outcomes are 0 or 1, so their squares are they themselves. */
function sumsOf(of: Tally | undefined): Sums {
  return { n: of?.n ?? 0, sum: of?.sum ?? 0, squares: of?.sum ?? 0 };
}

function sorted<T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
