// The items with the highest scores, kept in order while single scores change, so that a reader need not sort all items for every answer.
// Invariant: the list holds exactly the items that stand at or before the bound; all others stand behind it. When removals have made the
// list too short for a question, it is built anew from all scores: the answer never depends on what happened before, only its cost does.

export type PopularItem = { readonly item: string; readonly score: number };

const KEPT = 512;

const order = (a: PopularItem, b: PopularItem): number => b.score - a.score || (a.item < b.item ? -1 : a.item > b.item ? 1 : 0);

export class PopularRanking {
  readonly #scores: Map<string, number>;
  #list: PopularItem[] = [];
  /** The last item that surely belongs to the list; none = every item does. */
  #bound: PopularItem | undefined;

  /** Scores are positive integers. */
  constructor(scores: Map<string, number>) {
    this.#scores = scores;
    this.#rebuild(KEPT);
  }

  /** Adds to the score of one item; at 0 the item leaves. */
  change(item: string, by: number): void {
    const before = this.#scores.get(item) ?? 0;
    const score = before + by;
    if (before > 0) {
      const at = this.#rankOf({ item, score: before });
      if (this.#list[at]?.item === item) this.#list.splice(at, 1);
    }
    if (score === 0) {
      this.#scores.delete(item);
      return;
    }
    this.#scores.set(item, score);
    const entry = { item, score };
    if (this.#bound !== undefined && order(entry, this.#bound) > 0) return;
    this.#list.splice(this.#rankOf(entry), 0, entry);
    if (this.#list.length > 2 * KEPT) this.#shorten(KEPT);
  }

  /** The first `k` by score descending, then by id in UTF-16 code unit order. */
  top(k: number): PopularItem[] {
    if (this.#list.length < k && this.#bound !== undefined) this.#rebuild(Math.max(KEPT, k));
    return this.#list.slice(0, k);
  }

  #rebuild(kept: number): void {
    this.#bound = undefined;
    this.#list = Array.from(this.#scores, ([item, score]) => ({ item, score })).sort(order);
    if (this.#list.length > kept) this.#shorten(kept);
  }

  #shorten(kept: number): void {
    this.#list.length = kept;
    this.#bound = this.#list[kept - 1];
  }

  /** How many entries of the list stand before this one. */
  #rankOf(entry: PopularItem): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#list[middle];
      if (other !== undefined && order(other, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
