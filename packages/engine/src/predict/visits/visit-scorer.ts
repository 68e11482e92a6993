// Scores one query by the formula of visit-formula.ts on a visit store.
// Invariant: every sum runs in an order given by the query, the visit keys and the places in the visits; ties are broken by item id.
// So the scores are bit for bit the same whatever came and went in between. What a query leaves in the fields serves `explain`.
import { dayOf } from '../../base/day.js';
import { limits } from '../../base/limits.js';
import { BestFirst } from './best-first.js';
import { grownCapacity, widened32 } from './capacity.js';
import { nthLargest } from './nth-largest.js';
import { Tally } from './tally.js';
import {
  NEIGHBOURS,
  ONWARD_ITEMS,
  ONWARD_VISITS,
  POSTING_VISITS,
  QUERY_ITEMS,
  rarity,
  SCORE_UNITS,
  type VisitFormula,
} from './visit-formula.js';
import type { VisitStore } from './visit-store.js';

/**
 * What is asked: the items of a visit, oldest first, at a time; `ownKey` is the key of that visit itself, which must not answer for itself.
 */
export type VisitQuery = { readonly items: readonly string[]; readonly nowMs: number; readonly ownKey?: number | undefined };

const widened = (column: Float64Array<ArrayBuffer>, count: number): Float64Array<ArrayBuffer> => {
  if (count <= column.length) return column;
  const wider = new Float64Array(Math.max(count, column.length * 2, 1024));
  wider.set(column);
  return wider;
};

export class VisitScorer {
  /** Visits met through the query items: ordinals in the order newest query item first, newest visit first. */
  readonly matched = new Tally();
  strength = new Float64Array(0);
  /** Ordinals of the matched visits that were strong enough, ascending; valid below `neighbourCount`. */
  readonly neighbours = new Uint32Array(NEIGHBOURS);
  neighbourCount = 0;
  /** Candidates; the known query items come first, newest first. */
  readonly candidates = new Tally();
  /**
   * Known distinct query items = ordinals below this, with their weights; `lastKnown` says whether the last item of the query is ordinal 0.
   */
  asked = 0;
  lastKnown = false;
  readonly weights = new Float64Array(QUERY_ITEMS);
  near = new Float64Array(0);
  nearTotal = 0;
  after = new Float64Array(0);
  afterTotal = 0;
  onward = new Float64Array(0);
  onwardTotal = 0;
  onwardWeight = 0;
  /** Ordinals of the items the onward step went through and their shares. */
  via: number[] = [];
  viaShare: number[] = [];
  scores = new Float64Array(0);
  /** Ordinal of the item before the last, if it is a different one, or -1. */
  previous = -1;
  today = 0;
  ownSlot = -1;
  readonly best: BestFirst;
  /** Replaced whole when other settings are adopted. */
  formula: VisitFormula;
  readonly #store: VisitStore;
  /**
   * Ordinals of the items of the visits that were spread, place after place: first the neighbours, then those of the onward step, each in
   * the order of reading. So that `explain` need not look them up again.
   */
  spread = new Uint32Array(0);
  #spreadCount = 0;
  /** Who went on from the last item: slot and ordinal of each step; valid below `stepCount`. */
  stepSlots = new Uint32Array(POSTING_VISITS);
  stepOrdinals = new Uint32Array(POSTING_VISITS);
  stepCount = 0;
  readonly #kernel = new Float64Array(limits.visitItemsMax);
  #copy = new Float64Array(0);
  /** Below this ordinal the four columns of the candidates were cleared for this query. */
  #cleared = 0;

  constructor(store: VisitStore, formula: VisitFormula) {
    this.#store = store;
    this.formula = formula;
    this.best = new BestFirst((a, b) => store.items.compare(this.candidates.ids[a] ?? 0, this.candidates.ids[b] ?? 0) < 0);
  }

  /** Fills `candidates` and `scores`; these end up as whole numbers of billionths. */
  run(query: VisitQuery): void {
    this.today = dayOf(query.nowMs);
    this.ownSlot = query.ownKey === undefined ? -1 : this.#store.order.find(query.ownKey);
    this.matched.clear();
    this.candidates.clear();
    this.#cleared = 0;
    this.#spreadCount = 0;
    this.stepCount = 0;
    this.#ask(query.items);
    this.#match();
    this.#chooseNeighbours();
    this.#spread();
    this.#follow();
    this.#combine();
    this.#goOnward();
    this.#finish();
  }

  recencyOf(slot: number): number {
    return this.formula.recency(this.today - this.#store.visits.dayOf(slot));
  }

  /** What an item of the query itself is worth, by the place it had. */
  factorOf(ordinal: number): number {
    const { back, seen } = this.formula.settings;
    if (ordinal === this.previous) return back;
    return ordinal >= this.asked || (ordinal === 0 && this.lastKnown) ? 1 : seen;
  }

  /** Words held for queries, whatever the size of the index. */
  bytes(): number {
    const sums = [this.strength, this.near, this.after, this.onward, this.scores, this.#copy, this.#kernel];
    const columns = [...sums, this.spread, this.stepSlots, this.stepOrdinals];
    return columns.reduce((sum, column) => sum + column.byteLength, this.matched.bytes() + this.candidates.bytes());
  }

  #ask(items: readonly string[]): void {
    this.previous = -1;
    this.lastKnown = false;
    const last = items.length - 1;
    for (let age = 0; age < QUERY_ITEMS && age <= last; age++) {
      const item = this.#store.items.find(items[last - age] ?? '');
      if (item < 0) continue;
      const given = this.candidates.count;
      const ordinal = this.candidates.ordinalOf(item);
      if (ordinal === given) this.weights[ordinal] = this.formula.queryWeights[age] ?? 0;
      if (age === 0) this.lastKnown = true;
      if (age === 1 && items[last - 1] !== items[last]) this.previous = ordinal;
    }
    this.asked = this.candidates.count;
    this.#reserve(this.asked);
  }

  /** Makes the columns of the candidates wide enough and zero up to here. */
  #reserve(count: number): void {
    if (count <= this.#cleared) return;
    this.near = widened(this.near, count).fill(0, this.#cleared, count);
    this.after = widened(this.after, count).fill(0, this.#cleared, count);
    this.onward = widened(this.onward, count).fill(0, this.#cleared, count);
    this.scores = widened(this.scores, count).fill(0, this.#cleared, count);
    this.#cleared = count;
  }

  #match(): void {
    const { arena, order, postings } = this.#store;
    const matchedMax = this.asked * POSTING_VISITS;
    this.strength = widened(this.strength, matchedMax).fill(0, 0, matchedMax);
    for (let ordinal = 0; ordinal < this.asked; ordinal++) {
      const item = this.candidates.ids[ordinal] ?? 0;
      const length = postings.length[item] ?? 0;
      const start = postings.sorted(item);
      const rare = rarity(order.count, length);
      const signal = this.formula.signal(this.weights[ordinal] ?? 0, rare);
      for (let at = start + length - 1, read = 0; at >= start && read < POSTING_VISITS; at--) {
        const slot = arena.words[at] ?? 0;
        if (slot === this.ownSlot) continue;
        read++;
        const visit = this.matched.ordinalOf(slot);
        this.strength[visit] = (this.strength[visit] ?? 0) + signal;
      }
    }
    for (let visit = 0; visit < this.matched.count; visit++) {
      const slot = this.matched.ids[visit] ?? 0;
      const overlap = this.strength[visit] ?? 0;
      this.strength[visit] = this.formula.strength(overlap, this.#store.visits.lengthOf(slot)) * this.recencyOf(slot);
    }
  }

  /** The strongest; of those that just reach the list, the first met. */
  #chooseNeighbours(): void {
    const count = this.matched.count;
    let threshold = 0;
    let quota = count;
    if (count > NEIGHBOURS) {
      this.#copy = widened(this.#copy, count);
      this.#copy.set(this.strength.subarray(0, count));
      threshold = nthLargest(this.#copy, count, NEIGHBOURS);
      quota = NEIGHBOURS;
      for (let visit = 0; visit < count; visit++) if ((this.strength[visit] ?? 0) > threshold) quota--;
    }
    this.neighbourCount = 0;
    for (let visit = 0; visit < count; visit++) {
      const strength = this.strength[visit] ?? 0;
      if (strength < threshold || (strength === threshold && quota-- <= 0)) continue;
      this.neighbours[this.neighbourCount++] = visit;
    }
  }

  #spread(): void {
    for (let n = 0; n < this.neighbourCount; n++) {
      const visit = this.neighbours[n] ?? 0;
      const slot = this.matched.ids[visit] ?? 0;
      this.#reserve(this.candidates.count + this.#store.visits.lengthOf(slot));
      this.#add(this.near, slot, this.strength[visit] ?? 0, -1);
    }
    this.nearTotal = 0;
    for (let ordinal = 0; ordinal < this.candidates.count; ordinal++) {
      const amount = (this.near[ordinal] ?? 0) * this.formula.uncommon(this.#store.postings.length[this.candidates.ids[ordinal] ?? 0] ?? 0);
      this.near[ordinal] = amount;
      this.nearTotal += amount;
    }
  }

  /**
   * Spreads `amount` over the items of a visit by the kernel, into a column wide enough. The centres of the kernel are the query items or,
   * with `via` >= 0, the one item of that ordinal with weight 1; that item then gets nothing.
   */
  #add(sums: Float64Array, slot: number, amount: number, via: number): void {
    const { arena, visits } = this.#store;
    const [kernel, weights, candidates, asked] = [this.#kernel, this.weights, this.candidates, this.asked];
    const { atPlace, before, fadePlace } = this.formula.settings;
    const start = visits.startOf(slot);
    const length = visits.lengthOf(slot);
    const words = arena.words;
    const from = this.#spreadCount;
    this.#spreadCount += length;
    if (this.#spreadCount > this.spread.length) this.spread = widened32(this.spread, grownCapacity(this.spread.length, this.#spreadCount));
    const spread = this.spread;
    let centres = 0;
    let carry = 0;
    for (let place = 0; place < length; place++) {
      const ordinal = candidates.ordinalOf(words[start + place] ?? 0);
      spread[from + place] = ordinal;
      const weight = via < 0 ? (ordinal < asked ? (weights[ordinal] ?? 0) : 0) : ordinal === via ? 1 : 0;
      kernel[place] = carry + weight * atPlace;
      carry = carry * fadePlace + weight;
      centres += weight;
    }
    carry = 0;
    const unit = amount / centres;
    for (let place = length - 1; place >= 0; place--) {
      const ordinal = spread[from + place] ?? 0;
      const weight = via < 0 ? (ordinal < asked ? (weights[ordinal] ?? 0) : 0) : ordinal === via ? 1 : 0;
      if (ordinal !== via) sums[ordinal] = (sums[ordinal] ?? 0) + unit * ((kernel[place] ?? 0) + before * carry);
      carry = carry * fadePlace + weight;
    }
  }

  #follow(): void {
    const { arena, postings, visits } = this.#store;
    this.afterTotal = 0;
    if (!this.lastKnown) return;
    const item = this.candidates.ids[0] ?? 0;
    const start = postings.sorted(item);
    for (let at = start + (postings.length[item] ?? 0) - 1, read = 0; at >= start && read < POSTING_VISITS; at--) {
      const slot = arena.words[at] ?? 0;
      if (slot === this.ownSlot) continue;
      read++;
      const from = visits.startOf(slot);
      const end = from + visits.lengthOf(slot) - 1;
      for (let place = from; place < end; place++) {
        if (arena.words[place] !== item) continue;
        const ordinal = this.candidates.ordinalOf(arena.words[place + 1] ?? 0);
        this.#reserve(ordinal + 1);
        this.after[ordinal] = (this.after[ordinal] ?? 0) + 1;
        this.afterTotal++;
        this.#noteStep(slot, ordinal);
      }
    }
  }

  #noteStep(slot: number, ordinal: number): void {
    const at = this.stepCount++;
    if (at === this.stepSlots.length) {
      const capacity = grownCapacity(at, at + 1);
      this.stepSlots = widened32(this.stepSlots, capacity);
      this.stepOrdinals = widened32(this.stepOrdinals, capacity);
    }
    this.stepSlots[at] = slot;
    this.stepOrdinals[at] = ordinal;
  }

  #combine(): void {
    const { transitions } = this.formula.settings;
    for (let ordinal = 0; ordinal < this.candidates.count; ordinal++) {
      const nearby = this.nearTotal > 0 ? (this.near[ordinal] ?? 0) / this.nearTotal : 0;
      this.scores[ordinal] = nearby + (transitions * (this.after[ordinal] ?? 0)) / (this.afterTotal + 1);
    }
  }

  #goOnward(): void {
    const { arena, order, postings, visits } = this.#store;
    this.via = [];
    this.viaShare = [];
    this.onwardTotal = 0;
    this.onwardWeight = this.formula.onwardWeight(this.matched.count);
    if (this.onwardWeight === 0 || this.candidates.count === this.asked) return;
    let sum = 0;
    this.best.fill(this.scores, this.candidates.count);
    while (this.via.length < ONWARD_ITEMS) {
      const ordinal = this.best.pop();
      if (ordinal < 0) break;
      if (ordinal < this.asked) continue;
      this.via.push(ordinal);
      sum += this.scores[ordinal] ?? 0;
    }
    for (const ordinal of this.via) {
      const share = (this.scores[ordinal] ?? 0) / sum;
      this.viaShare.push(share);
      const item = this.candidates.ids[ordinal] ?? 0;
      const length = postings.length[item] ?? 0;
      const start = postings.sorted(item);
      const read = Math.min(length, ONWARD_VISITS);
      const signal = (share * rarity(order.count, length)) / read;
      for (let at = start + length - 1; at >= start + length - read; at--) {
        const slot = arena.words[at] ?? 0;
        if (slot === this.ownSlot || this.matched.find(slot) >= 0) continue;
        const amount = (signal / Math.sqrt(visits.lengthOf(slot))) * this.recencyOf(slot);
        this.#reserve(this.candidates.count + visits.lengthOf(slot));
        this.#add(this.onward, slot, amount, ordinal);
      }
    }
    for (let ordinal = 0; ordinal < this.candidates.count; ordinal++) this.onwardTotal += this.onward[ordinal] ?? 0;
  }

  #finish(): void {
    if (this.onwardTotal > 0) {
      const scale = this.onwardWeight / this.onwardTotal;
      for (let ordinal = 0; ordinal < this.candidates.count; ordinal++) {
        this.scores[ordinal] = (this.scores[ordinal] ?? 0) + scale * (this.onward[ordinal] ?? 0);
      }
    }
    for (let ordinal = 0; ordinal < this.asked; ordinal++) this.scores[ordinal] = (this.scores[ordinal] ?? 0) * this.factorOf(ordinal);
    for (let ordinal = 0; ordinal < this.candidates.count; ordinal++) {
      this.scores[ordinal] = Math.round((this.scores[ordinal] ?? 0) * SCORE_UNITS);
    }
  }
}
