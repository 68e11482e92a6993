// A set of log positions, kept as bits in pages of 4,096: an erasure may name hundreds of thousands, and every read asks.

const pageBits = 4096;

export class PositionSet {
  readonly #pages = new Map<number, Uint32Array>();

  get isEmpty(): boolean {
    return this.#pages.size === 0;
  }

  has(position: number): boolean {
    const page = this.#pages.get(Math.floor(position / pageBits));
    if (page === undefined) return false;
    const bit = position % pageBits;
    return (((page[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  add(position: number): void {
    const number = Math.floor(position / pageBits);
    let page = this.#pages.get(number);
    if (page === undefined) this.#pages.set(number, (page = new Uint32Array(pageBits / 32)));
    const bit = position % pageBits;
    page[bit >>> 5] = (page[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  delete(position: number): void {
    const number = Math.floor(position / pageBits);
    const page = this.#pages.get(number);
    if (page === undefined) return;
    const bit = position % pageBits;
    page[bit >>> 5] = (page[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
    if (page.every((word) => word === 0)) this.#pages.delete(number);
  }

  /** Whether any position of [from, below) is in the set. */
  hasAnyIn(from: number, below: number): boolean {
    for (const [number, page] of this.#pages) {
      const start = number * pageBits;
      if (start >= below || start + pageBits <= from) continue;
      if (start >= from && start + pageBits <= below) return true; // a page is never empty
      for (let bit = 0; bit < pageBits; bit++) {
        if (start + bit >= from && start + bit < below && (((page[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1) return true;
      }
    }
    return false;
  }
}
