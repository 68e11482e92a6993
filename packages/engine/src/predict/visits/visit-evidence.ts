// Why an item got its score: the same sums as the scorer's, taken apart by component and by the item through which each part came.
// Invariant: the parts and the rest add up to the score, in whole billionths. Evidence about people is counts only; the caller shows them
// from five on. Works in columns that are kept between queries: a decision explains twenty items, and sets for each were most of its
// garbage.
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import { PeopleByPart } from './people-by-part.js';
import { NEIGHBOURS, ONWARD_ITEMS, ONWARD_VISITS, POSTING_VISITS, rarity, SCORE_UNITS } from './visit-formula.js';
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
 * `parts`: the largest first; `rest`: the sum of those left out. `subjects`: distinct people whose similar visits hold the item;
 * `transitionSubjects`: distinct people who went to it right after the last item.
 */
export type VisitEvidence = {
  readonly score: number;
  readonly parts: readonly VisitEvidencePart[];
  readonly rest: number;
  readonly subjects: number;
  readonly transitionSubjects: number;
};

/** Twenty items, each with eight query items, a step, five stand-ins and two counts. */
const usualParts = 20 * 16;

export class VisitExplainer {
  readonly #store: VisitStore;
  readonly #scorer: VisitScorer;
  readonly #people = new PeopleByPart(NEIGHBOURS + ONWARD_ITEMS * ONWARD_VISITS + POSTING_VISITS, usualParts);
  /** By ordinal of a candidate: its number among the items asked for, or -1. */
  #wanted = new Int32Array(0);
  #ordinals: number[] = [];
  /** Sums by item asked for and part: the query items, the one transition, the stand-ins. */
  #sums = new Float64Array(0);
  #width = 0;
  /** Places, ordinals and weights of the query items in the visit at hand. */
  readonly #places = new Int32Array(limits.visitItemsMax);
  readonly #centres = new Int32Array(limits.visitItemsMax);
  readonly #weights = new Float64Array(limits.visitItemsMax);
  #names: string[] = [];

  constructor(store: VisitStore, scorer: VisitScorer) {
    this.#store = store;
    this.#scorer = scorer;
  }

  /** Evidence for each of the ids, in their order, after `scorer.run`. One walk over the neighbours serves them all. */
  explain(ids: readonly string[], partsMax: number): VisitEvidence[] {
    const { candidates, asked, via } = this.#scorer;
    this.#width = asked + 1 + via.length;
    this.#names = [];
    this.#ordinals = [];
    if (this.#wanted.length < candidates.count) this.#wanted = new Int32Array(candidates.count * 2);
    this.#wanted.fill(-1, 0, candidates.count);
    const numbers = ids.map((id) => this.#want(id));
    const sums = this.#ordinals.length * this.#width;
    if (this.#sums.length < sums) this.#sums = new Float64Array(sums * 2);
    this.#sums.fill(0, 0, sums);
    // Two more counts an item: people whose similar visits hold it, people who went to it from the last item.
    this.#people.clear(sums + 2 * this.#ordinals.length);
    if (this.#ordinals.length > 0) {
      this.#walkOnward(this.#walkNeighbours());
      this.#walkFollowers();
    }
    return numbers.map((number) =>
      number < 0 ? { score: 0, parts: [], rest: 0, subjects: 0, transitionSubjects: 0 } : this.#evidenceOf(number, partsMax),
    );
  }

  bytes(): number {
    const columns = [this.#wanted, this.#sums, this.#places, this.#centres, this.#weights];
    return columns.reduce((sum, column) => sum + column.byteLength, this.#people.bytes());
  }

  #want(id: string): number {
    const item = this.#store.items.find(id);
    const ordinal = item < 0 ? -1 : this.#scorer.candidates.find(item);
    if (ordinal < 0) return -1;
    const known = this.#wanted[ordinal] ?? -1;
    if (known >= 0) return known;
    this.#wanted[ordinal] = this.#ordinals.length;
    return this.#ordinals.push(ordinal) - 1;
  }

  /** The number of the person whose visit this is. */
  #personOf(slot: number): number {
    const { visits } = this.#store;
    return this.#people.numberOf(visits.subjectLowOf(slot), visits.subjectHighOf(slot));
  }

  /** Counts a person for the item itself; `from` 0: similar visits, 1: followers. */
  #count(number: number, from: 0 | 1, person: number): void {
    this.#people.add(this.#ordinals.length * this.#width + 2 * number + from, person);
  }

  #give(number: number, part: number, amount: number): void {
    const at = number * this.#width + part;
    this.#sums[at] = (this.#sums[at] ?? 0) + amount;
  }

  /** Says how many places of `spread` it has read. */
  #walkNeighbours(): number {
    const { visits } = this.#store;
    const { matched, neighbours, neighbourCount, strength, asked, weights, spread, formula } = this.#scorer;
    const [places, centres, own, width, wanted] = [this.#places, this.#centres, this.#weights, this.#width, this.#wanted];
    let from = 0;
    for (let n = 0; n < neighbourCount; n++) {
      const visit = neighbours[n] ?? 0;
      const slot = matched.ids[visit] ?? 0;
      const length = visits.lengthOf(slot);
      let found = 0; // query items in this visit
      let unit = 0;
      let person = -1;
      for (let place = 0; place < length; place++) {
        const number = wanted[spread[from + place] ?? 0] ?? -1;
        if (number < 0) continue;
        if (person < 0) {
          person = this.#personOf(slot);
          let sum = 0;
          for (let at = 0; at < length; at++) {
            const ordinal = spread[from + at] ?? 0;
            if (ordinal >= asked) continue;
            const weight = weights[ordinal] ?? 0;
            places[found] = at;
            centres[found] = ordinal;
            own[found] = weight;
            found++;
            sum += weight;
          }
          unit = (strength[visit] ?? 0) / sum;
        }
        this.#count(number, 0, person);
        for (let centre = 0; centre < found; centre++) {
          const part = centres[centre] ?? 0;
          this.#people.add(number * width + part, person);
          this.#give(number, part, unit * (own[centre] ?? 0) * formula.kernel(places[centre] ?? 0, place));
        }
      }
      from += length;
    }
    return from;
  }

  /** `from`: where the visits of the onward step begin in `spread`. */
  #walkOnward(from: number): void {
    const { arena, order, postings, visits } = this.#store;
    const { candidates, matched, via, viaShare, ownSlot, onwardTotal, spread, formula } = this.#scorer;
    if (onwardTotal === 0) return;
    const [places, wanted] = [this.#places, this.#wanted];
    const words = arena.words;
    for (const [n, ordinal] of via.entries()) {
      const part = this.#scorer.asked + 1 + n;
      const item = candidates.ids[ordinal] ?? 0;
      const length = postings.length[item] ?? 0;
      const end = postings.sorted(item) + length;
      const read = Math.min(length, ONWARD_VISITS);
      const signal = ((viaShare[n] ?? 0) * rarity(order.count, length)) / read;
      for (let at = end - 1; at >= end - read; at--) {
        const slot = words[at] ?? 0;
        if (slot === ownSlot || matched.find(slot) >= 0) continue;
        const held = visits.lengthOf(slot);
        let found = 0;
        for (let place = 0; place < held; place++) if (spread[from + place] === ordinal) places[found++] = place;
        const unit = (signal * this.#scorer.recencyOf(slot)) / Math.sqrt(held) / found;
        for (let place = 0; place < held; place++) {
          const other = spread[from + place] ?? 0;
          const number = other === ordinal ? -1 : (wanted[other] ?? -1);
          if (number < 0) continue;
          const person = this.#personOf(slot);
          this.#count(number, 0, person);
          this.#people.add(number * this.#width + part, person);
          for (let centre = 0; centre < found; centre++) this.#give(number, part, unit * formula.kernel(places[centre] ?? 0, place));
        }
        from += held;
      }
    }
  }

  #walkFollowers(): void {
    const { stepCount, stepSlots, stepOrdinals } = this.#scorer;
    for (let step = 0; step < stepCount; step++) {
      const number = this.#wanted[stepOrdinals[step] ?? 0] ?? -1;
      if (number >= 0) this.#count(number, 1, this.#personOf(stepSlots[step] ?? 0));
    }
  }

  #evidenceOf(number: number, partsMax: number): VisitEvidence {
    const scorer = this.#scorer;
    const [sums, width] = [this.#sums, this.#width];
    const ordinal = this.#ordinals[number] ?? 0;
    const from = number * width;
    this.#scale(ordinal, from);
    this.#level(ordinal, from);
    const parts: VisitEvidencePart[] = [];
    // A selection by repeated search: three of some fourteen.
    while (parts.length < partsMax) {
      let best = -1;
      for (let part = 0; part < width; part++) {
        if ((sums[from + part] ?? 0) > (best < 0 ? 0 : (sums[from + best] ?? 0))) best = part;
      }
      if (best < 0) break;
      parts.push(this.#partOf(number, best, (sums[from + best] ?? 0) / SCORE_UNITS));
      sums[from + best] = 0;
    }
    let rest = 0;
    for (let part = 0; part < width; part++) rest += sums[from + part] ?? 0;
    const counts = this.#ordinals.length * width + 2 * number;
    return {
      score: (scorer.scores[ordinal] ?? 0) / SCORE_UNITS,
      parts,
      rest: rest / SCORE_UNITS,
      subjects: this.#people.countOf(counts),
      transitionSubjects: this.#people.countOf(counts + 1),
    };
  }

  /** Makes billionths of the score out of the raw sums of one item. */
  #scale(ordinal: number, from: number): void {
    const { candidates, asked, via, nearTotal, onwardTotal, onwardWeight, after, afterTotal, formula } = this.#scorer;
    const sums = this.#sums;
    const factor = this.#scorer.factorOf(ordinal);
    const near = nearTotal > 0 ? formula.uncommon(this.#store.postings.length[candidates.ids[ordinal] ?? 0] ?? 0) / nearTotal : 0;
    for (let part = 0; part < asked; part++) sums[from + part] = (sums[from + part] ?? 0) * near * factor;
    sums[from + asked] = ((formula.settings.transitions * (after[ordinal] ?? 0)) / (afterTotal + 1)) * factor;
    const onward = onwardTotal > 0 ? onwardWeight / onwardTotal : 0;
    for (let n = 0; n < via.length; n++) {
      const at = from + asked + 1 + n;
      sums[at] = (sums[at] ?? 0) * onward * factor;
    }
    for (let part = 0; part < this.#width; part++) sums[from + part] = Math.round((sums[from + part] ?? 0) * SCORE_UNITS);
  }

  /** Each part was rounded by itself: the largest takes what is missing to the score. */
  #level(ordinal: number, from: number): void {
    const sums = this.#sums;
    let missing = this.#scorer.scores[ordinal] ?? 0;
    let largest = 0;
    for (let part = 0; part < this.#width; part++) {
      missing -= sums[from + part] ?? 0;
      if ((sums[from + part] ?? 0) > (sums[from + largest] ?? 0)) largest = part;
    }
    assert(Math.abs(missing) <= this.#width, 'the parts of a score add up to it but for their rounding');
    sums[from + largest] = (sums[from + largest] ?? 0) + missing;
  }

  #partOf(number: number, part: number, amount: number): VisitEvidencePart {
    const { asked, via } = this.#scorer;
    const counts = this.#ordinals.length * this.#width + 2 * number;
    if (part === asked) return { component: 'transitions', item: this.#nameOf(0), amount, subjects: this.#people.countOf(counts + 1) };
    const subjects = this.#people.countOf(number * this.#width + part);
    if (part < asked) return { component: 'neighbours', item: this.#nameOf(part), amount, subjects };
    return { component: 'onward', item: this.#nameOf(via[part - asked - 1] ?? 0), amount, subjects };
  }

  /** Ids are put together from their bytes: once a query is enough. */
  #nameOf(ordinal: number): string {
    return (this.#names[ordinal] ??= this.#store.items.idOf(this.#scorer.candidates.ids[ordinal] ?? 0));
  }
}
