// Counts distinct people by part, with no set per part: one open table of (part, person) that is emptied by a new stamp.
// Invariant: at most half full, so a search ends; a cell counts only under the present stamp.

export class DistinctPairs {
  #parts = new Uint32Array(2048);
  #people = new Uint32Array(2048);
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

  add(part: number, person: number): void {
    if (!this.#insert(part, person)) return;
    this.#counts[part] = (this.#counts[part] ?? 0) + 1;
    this.#held += 1;
    if (this.#held * 2 > this.#parts.length) this.#grow();
  }

  /** Distinct people added for the part. */
  countOf(part: number): number {
    return this.#counts[part] ?? 0;
  }

  bytes(): number {
    return 3 * this.#parts.byteLength + this.#counts.byteLength;
  }

  #insert(part: number, person: number): boolean {
    const mask = this.#parts.length - 1;
    let cell = (Math.imul(person, 0x9e3779b1) ^ Math.imul(part + 1, 0x85ebca6b)) >>> 0;
    cell = (cell ^ (cell >>> 15)) & mask;
    while (this.#stamps[cell] === this.#stamp) {
      if (this.#people[cell] === person && this.#parts[cell] === part) return false;
      cell = (cell + 1) & mask;
    }
    this.#stamps[cell] = this.#stamp;
    this.#parts[cell] = part;
    this.#people[cell] = person;
    return true;
  }

  #grow(): void {
    const [parts, people, stamps] = [this.#parts, this.#people, this.#stamps];
    const cells = parts.length * 2;
    this.#parts = new Uint32Array(cells);
    this.#people = new Uint32Array(cells);
    this.#stamps = new Uint32Array(cells);
    for (let cell = 0; cell < parts.length; cell += 1) {
      if (stamps[cell] === this.#stamp) this.#insert(parts[cell] ?? 0, people[cell] ?? 0);
    }
  }
}
