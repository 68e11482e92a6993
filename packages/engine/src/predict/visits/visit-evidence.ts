// Why an item got its score: the same sums as the scorer's, taken apart by component and by the item through which each part came.
// Invariant: the parts add up to the score (to rounding). Evidence about people is counts only; the caller shows them from five on.
import * as formula from './visit-formula.js';
import type { VisitScorer } from './visit-scorer.js';
import type { VisitStore } from './visit-store.js';

/** One additive part. `item` is the query item it came through; for `onward` the item that stood in for the query. */
export type VisitEvidencePart = { readonly component: 'neighbours' | 'transitions' | 'onward'; readonly item: string; readonly amount: number };

/** `subjects`: distinct people whose similar visits hold the item; `transitionSubjects`: distinct people who went to it right after the last item. */
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

/** Evidence for an item after `scorer.run`. */
export const visitEvidence = (store: VisitStore, scorer: VisitScorer, id: string): VisitEvidence => {
  const { arena, items, order, postings, visits } = store;
  const { candidates, matched } = scorer;
  const item = items.find(id);
  const wanted = item < 0 ? -1 : candidates.find(item);
  if (wanted < 0) return { score: 0, parts: [], subjects: 0, transitionSubjects: 0 };
  const wordsOf = (slot: number): Uint32Array => arena.words.subarray(visits.start[slot] ?? 0, (visits.start[slot] ?? 0) + (visits.length[slot] ?? 0));
  const personOf = (slot: number): number => store.subjects.find(visits.subjectLow[slot] ?? 0, visits.subjectHigh[slot] ?? 0);
  const factor = wanted === scorer.previous ? formula.RETURN : 1;

  const people = new Set<number>();
  const near = new Float64Array(scorer.asked);
  for (let n = 0; n < scorer.neighbourCount; n++) {
    const visit = scorer.neighbours[n] ?? 0;
    const slot = matched.ids[visit] ?? 0;
    const words = wordsOf(slot);
    if (!words.includes(item)) continue;
    people.add(personOf(slot));
    const centres: { place: number; ordinal: number; weight: number }[] = [];
    words.forEach((word, place) => {
      const ordinal = candidates.find(word);
      if (ordinal < scorer.asked) centres.push({ place, ordinal, weight: scorer.weights[ordinal] ?? 0 });
    });
    const unit = (scorer.strength[visit] ?? 0) / centres.reduce((sum, centre) => sum + centre.weight, 0);
    words.forEach((word, place) => {
      if (word !== item) return;
      for (const centre of centres) near[centre.ordinal] = (near[centre.ordinal] ?? 0) + unit * centre.weight * kernel(centre.place, place);
    });
  }

  const onward = new Float64Array(scorer.via.length);
  scorer.via.forEach((ordinal, n) => {
    if (scorer.onwardTotal === 0 || ordinal === wanted) return;
    const via = candidates.ids[ordinal] ?? 0;
    const length = postings.length[via] ?? 0;
    const start = postings.start[via] ?? 0;
    const read = Math.min(length, formula.ONWARD_VISITS);
    for (const slot of arena.words.subarray(start + length - read, start + length)) {
      if (slot === scorer.ownSlot || matched.find(slot) >= 0) continue;
      const words = wordsOf(slot);
      if (!words.includes(item)) continue;
      people.add(personOf(slot));
      const centres = [...words.keys()].filter((place) => words[place] === via);
      const signal = ((scorer.viaShare[n] ?? 0) * formula.rarity(order.count, length)) / read;
      const unit = (signal * scorer.recencyOf(slot)) / Math.sqrt(words.length) / centres.length;
      words.forEach((word, place) => {
        if (word === item) for (const centre of centres) onward[n] = (onward[n] ?? 0) + unit * kernel(centre, place);
      });
    }
  });

  const followers = new Set<number>();
  if ((scorer.after[wanted] ?? 0) > 0) {
    const last = candidates.ids[0] ?? 0;
    const start = postings.start[last] ?? 0;
    for (let at = start + (postings.length[last] ?? 0) - 1, read = 0; at >= start && read < formula.POSTING_VISITS; at--) {
      const slot = arena.words[at] ?? 0;
      if (slot === scorer.ownSlot) continue;
      read++;
      const words = wordsOf(slot);
      if (words.some((word, place) => word === last && words[place + 1] === item)) followers.add(personOf(slot));
    }
  }

  const parts: VisitEvidencePart[] = [];
  const add = (component: VisitEvidencePart['component'], ordinal: number, amount: number): void => {
    if (amount > 0) parts.push({ component, item: items.idOf(candidates.ids[ordinal] ?? 0), amount: amount * factor });
  };
  if (scorer.nearTotal > 0) {
    const scale = formula.uncommon(postings.length[item] ?? 0) / scorer.nearTotal;
    near.forEach((amount, ordinal) => add('neighbours', ordinal, amount * scale));
  }
  add('transitions', 0, (formula.TRANSITIONS * (scorer.after[wanted] ?? 0)) / (scorer.afterTotal + 1));
  if (scorer.onwardTotal > 0) scorer.via.forEach((ordinal, n) => add('onward', ordinal, ((onward[n] ?? 0) * scorer.onwardWeight) / scorer.onwardTotal));
  return { score: scorer.scores[wanted] ?? 0, parts, subjects: people.size, transitionSubjects: followers.size };
};
