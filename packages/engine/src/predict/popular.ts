// What is popular these days: integer counts per item and calendar day, weighted linearly over a week when they are read.
// Erasure class `exact`: every addition can be taken back, a count of zero is no count, and nothing decays in place.
// Days leave only by `cut`, which the fold calls from a logged tick, so a replay drops them at the same position; what lies before the cut
// is neither counted nor taken back, so a late event and an erasure agree about it.
import { assert } from '../base/assert.js';
import { PopularRanking } from './popular-ranking.js';
import type { PopularItem } from './popular-ranking.js';

/** The given day counts 7, the day before 6, ... the sixth before 1. */
const WINDOW_DAYS = 7;

const weightOf = (day: number, today: number): number => (day > today ? 0 : Math.max(0, WINDOW_DAYS - (today - day)));

/** Of one item on one day; changed in place. */
interface Count {
  events: number;
}

export class Popular {
  readonly #days = new Map<number, Map<string, Count>>();
  /** The day counted last, and its counts: mostly it is the same again. */
  #day = NaN;
  #counts = new Map<string, Count>();
  #cutAt: number | undefined;
  /** Derived from the counts for the day last asked about; dropped when another day is asked for. */
  #ranking: { readonly today: number; readonly items: PopularRanking } | undefined;

  /** Counts one event of an item on a day (integer, days since 1970 UTC). */
  add(item: string, day: number): void {
    assert(Number.isSafeInteger(day), 'a day is an integer');
    if (this.#isCut(day)) return;
    if (day !== this.#day) this.#turnTo(day);
    const known = this.#counts.get(item);
    if (known === undefined) this.#counts.set(item, { events: 1 });
    else known.events += 1;
    this.#rank(item, day, 1);
  }

  /** Takes back one event that was added. */
  subtract(item: string, day: number): void {
    if (this.#isCut(day)) return;
    const counts = this.#days.get(day);
    const count = counts?.get(item);
    assert(counts !== undefined && count !== undefined, 'what is taken back was counted');
    if (count.events > 1) count.events -= 1;
    else counts.delete(item);
    if (counts.size === 0) this.#drop(day);
    this.#rank(item, day, -1);
  }

  /** Drops every day before this one, for good. A cut never moves back. */
  cut(day: number): void {
    if (this.#cutAt !== undefined && day <= this.#cutAt) return;
    this.#cutAt = day;
    for (const known of this.#days.keys()) if (known < day) this.#drop(known);
    if (this.#ranking !== undefined && day > this.#ranking.today - WINDOW_DAYS + 1) this.#ranking = undefined;
  }

  /** Sum over the week up to `today` of count times weight. Days after `today` do not count. */
  score(item: string, today: number): number {
    let sum = 0;
    for (let day = today - WINDOW_DAYS + 1; day <= today; day++)
      sum += weightOf(day, today) * (this.#days.get(day)?.get(item)?.events ?? 0);
    return sum;
  }

  /**
   * The `k` best of the week up to `today`, by score descending, then by id in UTF-16 code unit order. Items that score 0 are not in it.
   */
  top(today: number, k: number): PopularItem[] {
    if (this.#ranking?.today !== today) {
      const scores = new Map<string, number>();
      for (let day = today - WINDOW_DAYS + 1; day <= today; day++) {
        const weight = weightOf(day, today);
        for (const [item, { events }] of this.#days.get(day) ?? []) scores.set(item, (scores.get(item) ?? 0) + weight * events);
      }
      this.#ranking = { today, items: new PopularRanking(scores) };
    }
    return this.#ranking.items.top(k);
  }

  /** Canonical rows: the cut, then counts by day and item. */
  *dump(): Iterable<string> {
    if (this.#cutAt !== undefined) yield `cut ${this.#cutAt}`;
    for (const [day, counts] of [...this.#days].sort(([a], [b]) => a - b)) {
      for (const [item, { events }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) yield `${day} ${JSON.stringify(item)} ${events}`;
    }
  }

  #turnTo(day: number): void {
    let counts = this.#days.get(day);
    if (counts === undefined) {
      counts = new Map<string, Count>();
      this.#days.set(day, counts);
    }
    this.#day = day;
    this.#counts = counts;
  }

  #drop(day: number): void {
    this.#days.delete(day);
    if (day === this.#day) this.#day = NaN;
  }

  #isCut(day: number): boolean {
    return this.#cutAt !== undefined && day < this.#cutAt;
  }

  #rank(item: string, day: number, by: number): void {
    if (this.#ranking === undefined) return;
    const weight = weightOf(day, this.#ranking.today);
    if (weight > 0) this.#ranking.items.change(item, weight * by);
  }
}
