// How the record of a ranking stands in the log. Law 5 wants fifty candidates, twenty answers and up to eighty reasons of it, a thousand
// times a second: as objects that is eight kilobytes, most of it names; as lists of the same facts it is a third.
//
// `top`: item, score, item, score, ... `answer`: of each item its place in `top` (or, of a pin, its id), its propensity, its reasons; of a
// reason the number of its kind, its contribution, and where it has them its item (the place in `inputs`, or the id) and
// its count of people. Everything else is as in `DecisionRecord`.
// Invariant: what is packed unpacks to an equal record. Records of before 2026-11-30 stand as they are.
import { assert, must } from '../base/assert.js';
import type { DecisionRecord, RankedItem, Reason, ScoredItem } from './decision.js';
import type { BehaviourEvent } from './event.js';

type PackedReason = readonly [kind: number, contribution: number, item?: number | string | null, people?: number];
type PackedItem = readonly [place: number | string, propensity: number, ...reasons: PackedReason[]];

export interface PackedDecision extends Omit<DecisionRecord, 'top' | 'answer'> {
  readonly top: readonly (string | number)[];
  readonly answer: readonly PackedItem[];
}

/** Only ever added to: they stand in logs. */
const numberOfKind: Readonly<Record<Reason['kind'], number>> = {
  visits_like_yours: 0,
  went_on_to: 1,
  further_on: 2,
  bought_with: 3,
  other: 4,
  popular: 5,
  in_catalogue: 6,
  pinned: 7,
};
const kindOfNumber = new Map(Object.entries(numberOfKind).map(([kind, number]) => [number, kind as Reason['kind']])); // keys of a record

export function packDecision(record: DecisionRecord): PackedDecision {
  const { inputs, top } = record;
  const flat: (string | number)[] = [];
  const places = new Map<string, number>();
  for (const { item, score } of top) {
    places.set(item, places.size);
    flat.push(item, score);
  }
  const answer = record.answer.map(({ item, score, propensity, reasons }): PackedItem => {
    const place = places.get(item);
    assert(score === (place === undefined ? 0 : top[place]?.score), 'what was shown has the score of a candidate, or none');
    return [place ?? item, propensity, ...reasons.map((reason) => packReason(reason, inputs))];
  });
  return { ...record, top: flat, answer };
}

/** The record of a decision, from its event. */
export function decisionIn(event: BehaviourEvent): DecisionRecord {
  const stored = storedIn(event);
  return isPacked(stored) ? unpack(stored) : stored;
}

/** The same, as long as neither candidates nor answer are needed: nothing is unpacked. */
export function decisionHeadIn(event: BehaviourEvent): Omit<DecisionRecord, 'top' | 'answer'> {
  return storedIn(event);
}

function storedIn({ properties }: BehaviourEvent): PackedDecision | DecisionRecord {
  return properties['decision'] as PackedDecision | DecisionRecord; // written by the engine
}

function isPacked(stored: PackedDecision | DecisionRecord): stored is PackedDecision {
  return typeof stored.top[0] !== 'object' && stored.answer.every((each) => Array.isArray(each));
}

function packReason({ kind, contribution, item, people }: Reason, inputs: readonly string[]): PackedReason {
  const number = numberOfKind[kind];
  if (item === undefined && people === undefined) return [number, contribution];
  const at = item === undefined ? -1 : inputs.indexOf(item);
  const named = at >= 0 ? at : (item ?? null);
  return people === undefined ? [number, contribution, named] : [number, contribution, named, people];
}

function unpack(packed: PackedDecision): DecisionRecord {
  const top: ScoredItem[] = [];
  for (let at = 0; at < packed.top.length; at += 2) top.push({ item: String(packed.top[at]), score: Number(packed.top[at + 1]) });
  const answer = packed.answer.map(([place, propensity, ...reasons]): RankedItem => {
    const { item, score } =
      typeof place === 'number' ? must(top[place], 'what was shown stands among the candidates') : { item: place, score: 0 };
    return { item, score, propensity, reasons: reasons.map((reason) => unpackReason(reason, packed.inputs)) };
  });
  return { ...packed, top, answer };
}

function unpackReason([number, contribution, named = null, people]: PackedReason, inputs: readonly string[]): Reason {
  const item = typeof named === 'number' ? must(inputs[named], 'a reason rests on an input') : named;
  return {
    kind: must(kindOfNumber.get(number), 'a reason is of a known kind'),
    ...(item === null ? {} : { item }),
    contribution,
    ...(people === undefined ? {} : { people }),
  };
}
