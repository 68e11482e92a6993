// Why an item got its score: the same sums as the scorer's, taken apart by component and by the item through which each part came.
// Invariant: the parts add up to the score (to rounding). Evidence about people is counts only; the caller shows them from five on.
import * as formula from './visit-formula.js';
import type { VisitScorer } from './visit-scorer.js';
import type { VisitStore } from './visit-store.js';

/**
 * One additive part. `item` is the query item it came through; for `onward` the item that stood in for the query. `subjects`: the distinct
 * people whose visits gave this very part.
 */
export type VisitEvidencePart = {
  readonly component: 'neighbours' | 'transitions' | 'onward';
  readonly item: string;
  readonly amount: number;
  readonly subjects: number;
};

/**
 * `subjects`: distinct people whose similar visits hold the item; `transitionSubjects`: distinct people who went to it right after the last
 * item.
 */
export type VisitEvidence = {
  readonly score: number;
  readonly parts: readonly VisitEvidencePart[];
  readonly subjects: number;
  readonly transitionSubjects: number;
};

/** Weight that a centre at place `from` gives to place `to`. */
const kernel = (from: number, to: number): number => {
  if (from === to) return formula.AT_PLACE;
  let weight = from < to ? 1 : formula.BEFORE;
  for (let step = 1; step < Math.abs(to - from); step++) weight *= formula.FADE_PLACE;
  return weight;
};

/** Distinct people per part: one set for all parts, because most decisions have many small ones. */
class People {
  readonly counts: Uint32Array;
  readonly #seen = new Set<number>();

  constructor(parts: number) {
    this.counts = new Uint32Array(parts);
  }

  add(person: number, part: number): void {
    const before = this.#seen.size;
    this.#seen.add(person * this.counts.length + part);
    if (this.#seen.size > before) this.counts[part] = (this.counts[part] ?? 0) + 1;
  }
}

/** The sums of one item while the structures are walked; parts by query item and by stand-in. */
class Sums {
  readonly ordinal: number;
  readonly item: number;
  readonly people = new Set<number>();
  readonly followers = new Set<number>();
  readonly near: Float64Array;
  readonly nearPeople: People;
  readonly onward: Float64Array;
  readonly onwardPeople: People;

  constructor(ordinal: number, item: number, asked: number, vias: number) {
    this.ordinal = ordinal;
    this.item = item;
    this.near = new Float64Array(asked);
    this.nearPeople = new People(asked);
    this.onward = new Float64Array(vias);
    this.onwardPeople = new People(vias);
  }
}

interface Centre {
  readonly place: number;
  readonly ordinal: number;
  readonly weight: number;
}

/** Evidence for each of the ids, in their order, after `scorer.run`. One walk over the neighbours serves them all. */
export const visitEvidence = (store: VisitStore, scorer: VisitScorer, ids: readonly string[]): VisitEvidence[] => {
  const wanted = new Map<number, Sums>();
  for (const id of ids) {
    const item = store.items.find(id);
    const ordinal = item < 0 ? -1 : scorer.candidates.find(item);
    if (ordinal >= 0) wanted.set(item, new Sums(ordinal, item, scorer.asked, scorer.via.length));
  }
  if (wanted.size > 0) {
    walkNeighbours(store, scorer, wanted);
    walkOnward(store, scorer, wanted);
    walkFollowers(store, scorer, wanted);
  }
  return ids.map((id) => {
    const sums = wanted.get(store.items.find(id));
    return sums === undefined ? { score: 0, parts: [], subjects: 0, transitionSubjects: 0 } : evidenceOf(store, scorer, sums);
  });
};

const wordsOf = (store: VisitStore, slot: number): Uint32Array => {
  const start = store.visits.start[slot] ?? 0;
  return store.arena.words.subarray(start, start + (store.visits.length[slot] ?? 0));
};

const personOf = (store: VisitStore, slot: number): number =>
  store.subjects.find(store.visits.subjectLow[slot] ?? 0, store.visits.subjectHigh[slot] ?? 0);

const walkNeighbours = (store: VisitStore, scorer: VisitScorer, wanted: ReadonlyMap<number, Sums>): void => {
  const { candidates, matched } = scorer;
  const centres: Centre[] = [];
  for (let n = 0; n < scorer.neighbourCount; n++) {
    const visit = scorer.neighbours[n] ?? 0;
    const slot = matched.ids[visit] ?? 0;
    const words = wordsOf(store, slot);
    let unit = -1;
    let person = -1;
    for (let place = 0; place < words.length; place++) {
      const sums = wanted.get(words[place] ?? 0);
      if (sums === undefined) continue;
      if (unit < 0) {
        centres.length = 0;
        let weights = 0;
        for (let at = 0; at < words.length; at++) {
          const ordinal = candidates.find(words[at] ?? 0);
          if (ordinal >= scorer.asked) continue;
          const weight = scorer.weights[ordinal] ?? 0;
          centres.push({ place: at, ordinal, weight });
          weights += weight;
        }
        unit = (scorer.strength[visit] ?? 0) / weights;
        person = personOf(store, slot);
      }
      sums.people.add(person);
      for (const centre of centres) {
        sums.nearPeople.add(person, centre.ordinal);
        sums.near[centre.ordinal] = (sums.near[centre.ordinal] ?? 0) + unit * centre.weight * kernel(centre.place, place);
      }
    }
  }
};

const walkOnward = (store: VisitStore, scorer: VisitScorer, wanted: ReadonlyMap<number, Sums>): void => {
  if (scorer.onwardTotal === 0) return;
  const { arena, order, postings, visits } = store;
  scorer.via.forEach((ordinal, n) => {
    const via = scorer.candidates.ids[ordinal] ?? 0;
    const length = postings.length[via] ?? 0;
    const end = (postings.start[via] ?? 0) + length;
    const read = Math.min(length, formula.ONWARD_VISITS);
    const signal = ((scorer.viaShare[n] ?? 0) * formula.rarity(order.count, length)) / read;
    for (const slot of arena.words.subarray(end - read, end)) {
      if (slot === scorer.ownSlot || scorer.matched.find(slot) >= 0) continue;
      const words = wordsOf(store, slot);
      const centres = [...words.keys()].filter((place) => words[place] === via);
      const unit = (signal * scorer.recencyOf(slot)) / Math.sqrt(visits.length[slot] ?? 0) / centres.length;
      words.forEach((word, place) => {
        const sums = word === via ? undefined : wanted.get(word);
        if (sums === undefined) return;
        sums.people.add(personOf(store, slot));
        sums.onwardPeople.add(personOf(store, slot), n);
        for (const centre of centres) sums.onward[n] = (sums.onward[n] ?? 0) + unit * kernel(centre, place);
      });
    }
  });
};

const walkFollowers = (store: VisitStore, scorer: VisitScorer, wanted: ReadonlyMap<number, Sums>): void => {
  if (scorer.afterTotal === 0) return;
  const { arena, postings } = store;
  const last = scorer.candidates.ids[0] ?? 0;
  const start = postings.start[last] ?? 0;
  for (let at = start + (postings.length[last] ?? 0) - 1, read = 0; at >= start && read < formula.POSTING_VISITS; at--) {
    const slot = arena.words[at] ?? 0;
    if (slot === scorer.ownSlot) continue;
    read++;
    const words = wordsOf(store, slot);
    for (let place = 0; place + 1 < words.length; place++) {
      if (words[place] === last) wanted.get(words[place + 1] ?? 0)?.followers.add(personOf(store, slot));
    }
  }
};

const evidenceOf = (store: VisitStore, scorer: VisitScorer, sums: Sums): VisitEvidence => {
  const { items, postings } = store;
  const factor = sums.ordinal === scorer.previous ? formula.RETURN : 1;
  const parts: VisitEvidencePart[] = [];
  const add = (component: VisitEvidencePart['component'], ordinal: number, amount: number, subjects: number | undefined): void => {
    if (amount > 0)
      parts.push({
        component,
        item: items.idOf(scorer.candidates.ids[ordinal] ?? 0),
        amount: amount * factor,
        subjects: subjects ?? 0,
      });
  };
  if (scorer.nearTotal > 0) {
    const scale = formula.uncommon(postings.length[sums.item] ?? 0) / scorer.nearTotal;
    sums.near.forEach((amount, ordinal) => add('neighbours', ordinal, amount * scale, sums.nearPeople.counts[ordinal]));
  }
  add('transitions', 0, (formula.TRANSITIONS * (scorer.after[sums.ordinal] ?? 0)) / (scorer.afterTotal + 1), sums.followers.size);
  if (scorer.onwardTotal > 0) {
    scorer.via.forEach((ordinal, n) =>
      add('onward', ordinal, ((sums.onward[n] ?? 0) * scorer.onwardWeight) / scorer.onwardTotal, sums.onwardPeople.counts[n]),
    );
  }
  return { score: scorer.scores[sums.ordinal] ?? 0, parts, subjects: sums.people.size, transitionSubjects: sums.followers.size };
};
