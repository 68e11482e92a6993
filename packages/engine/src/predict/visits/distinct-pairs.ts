// Counts distinct people by part, with no set per part: one open table of (part, person) that is emptied by a new stamp. A person is the
// two words of their keyed hash, as the visits hold it: no look-up stands between a visit and its person.
// Invariant: at most half full, so a search ends; a cell counts only under the present stamp.

export class DistinctPairs {
  #parts = new Uint32Array(2048);
  #lows = new Uint32Array(2048);
  #highs = new Uint32Array(2048);
  #stamps = new Uint32Array(2048);
  #stamp = 0;
  #held = 0;
  #counts = new Uint32Array(0);

  /** Forgets all pairs; parts are then numbers below `parts`. */
  clear(parts: number): void {
    if (this.#counts.length < parts) this.#counts = new Uint32Array(parts * 2);
    this.#counts.fill(0, 0, parts);
    this.#held = 0;
    this.#stamp += 1;
    if (this.#stamp > 0xffff_ffff) {
      this.#stamps.fill(0);
      this.#stamp = 1;
    }
  }

  add(part: number, low: number, high: number): void {
    if (!this.#insert(part, low, high)) return;
    this.#counts[part] = (this.#counts[part] ?? 0) + 1;
    this.#held += 1;
    if (this.#held * 2 > this.#parts.length) this.#grow();
  }

  /** Distinct people added for the part. */
  countOf(part: number): number {
    return this.#counts[part] ?? 0;
  }

  bytes(): number {
    return 4 * this.#parts.byteLength + this.#counts.byteLength;
  }

  #insert(part: number, low: number, high: number): boolean {
    const mask = this.#parts.length - 1;
    let cell = (low ^ Math.imul(part + 1, 0x9e3779b1)) >>> 0; // the hash of a person is even already
    cell = (cell ^ (cell >>> 15)) & mask;
    while (this.#stamps[cell] === this.#stamp) {
      if (this.#lows[cell] === low && this.#highs[cell] === high && this.#parts[cell] === part) return false;
      cell = (cell + 1) & mask;
    }
    this.#stamps[cell] = this.#stamp;
    this.#parts[cell] = part;
    this.#lows[cell] = low;
    this.#highs[cell] = high;
    return true;
  }

  #grow(): void {
    const [parts, lows, highs, stamps] = [this.#parts, this.#lows, this.#highs, this.#stamps];
    const cells = parts.length * 2;
    this.#parts = new Uint32Array(cells);
    this.#lows = new Uint32Array(cells);
    this.#highs = new Uint32Array(cells);
    this.#stamps = new Uint32Array(cells);
    for (let cell = 0; cell < parts.length; cell += 1) {
      if (stamps[cell] === this.#stamp) this.#insert(parts[cell] ?? 0, lows[cell] ?? 0, highs[cell] ?? 0);
    }
  }
}
