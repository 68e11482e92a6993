// A binary heap that gives ordinals in the order of their scores, best first, and stops whenever the caller has enough.
// Why not a sort: of some thousand candidates twenty are wanted, and how many are refused on the way is not known beforehand.

export class BestFirst {
  #heap = new Uint32Array(1024);
  #count = 0;
  #scores: Float64Array = new Float64Array(0);
  readonly #before: (a: number, b: number) => boolean;

  /** `tieBefore` says whether ordinal a stands before ordinal b at equal scores; it must be a strict total order. */
  constructor(tieBefore: (a: number, b: number) => boolean) {
    this.#before = tieBefore;
  }

  /** Takes in every ordinal below `count` whose score is above 0. The scores must not change until the last `pop`. */
  fill(scores: Float64Array, count: number): void {
    if (count > this.#heap.length) this.#heap = new Uint32Array(scores.length);
    this.#scores = scores;
    this.#count = 0;
    for (let ordinal = 0; ordinal < count; ordinal++) if ((scores[ordinal] ?? 0) > 0) this.#heap[this.#count++] = ordinal;
    for (let at = (this.#count >>> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The best ordinal left, or -1. */
  pop(): number {
    if (this.#count === 0) return -1;
    const best = this.#heap[0] ?? 0;
    this.#heap[0] = this.#heap[--this.#count] ?? 0;
    this.#sink(0);
    return best;
  }

  #better(a: number, b: number): boolean {
    const scoreA = this.#scores[a] ?? 0;
    const scoreB = this.#scores[b] ?? 0;
    return scoreA > scoreB || (scoreA === scoreB && this.#before(a, b));
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moving = heap[from] ?? 0;
    let at = from;
    for (let child = 2 * at + 1; child < this.#count; child = 2 * at + 1) {
      if (child + 1 < this.#count && this.#better(heap[child + 1] ?? 0, heap[child] ?? 0)) child++;
      if (!this.#better(heap[child] ?? 0, moving)) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = moving;
  }
}
