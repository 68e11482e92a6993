// Numbers met during one query -> ordinals 0, 1, 2, ... in the order of first meeting, so that sums lie densely and in a canonical order.
// Invariant: the order depends on the order of the calls only, never on the size of the table or on the numbers themselves.
// Why not arrays as long as the index: their size would grow with everything learned, and their cells would be spread over it.

export class Tally {
  /** The numbers by ordinal; valid below `count`. */
  ids = new Uint32Array(1024);
  count = 0;
  #cells = new Uint32Array(2048); // ordinal + 1, 0 for empty; at most half full
  #shift = 21;

  clear(): void {
    this.#cells.fill(0);
    this.count = 0;
  }

  /** The ordinal of a number, given now if it is new. */
  ordinalOf(id: number): number {
    const cells = this.#cells;
    const mask = cells.length - 1;
    let cell = Math.imul(id, 0x9e3779b1) >>> this.#shift;
    for (let ordinal = cells[cell] ?? 0; ordinal !== 0; ordinal = cells[cell] ?? 0) {
      if (this.ids[ordinal - 1] === id) return ordinal - 1;
      cell = (cell + 1) & mask;
    }
    const given = this.count++;
    if (given === this.ids.length) {
      this.#grow();
      this.ids[given] = id;
      this.#place(given);
    } else {
      this.ids[given] = id;
      cells[cell] = given + 1;
    }
    return given;
  }

  /** The ordinal of a number, or -1. */
  find(id: number): number {
    const cells = this.#cells;
    let cell = Math.imul(id, 0x9e3779b1) >>> this.#shift;
    for (let ordinal = cells[cell] ?? 0; ordinal !== 0; ordinal = cells[cell] ?? 0) {
      if (this.ids[ordinal - 1] === id) return ordinal - 1;
      cell = (cell + 1) & (cells.length - 1);
    }
    return -1;
  }

  bytes(): number {
    return this.ids.byteLength + this.#cells.byteLength;
  }

  #place(ordinal: number): void {
    let cell = Math.imul(this.ids[ordinal] ?? 0, 0x9e3779b1) >>> this.#shift;
    while (this.#cells[cell] !== 0) cell = (cell + 1) & (this.#cells.length - 1);
    this.#cells[cell] = ordinal + 1;
  }

  #grow(): void {
    const wider = new Uint32Array(this.ids.length * 2);
    wider.set(this.ids);
    this.ids = wider;
    this.#shift--;
    this.#cells = new Uint32Array(this.#cells.length * 2);
    for (let ordinal = 0; ordinal < this.count - 1; ordinal++) this.#place(ordinal);
  }
}
