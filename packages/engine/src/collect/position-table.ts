// An open-addressing table of positions, found by a hash that is kept elsewhere: what `Dedupe` looks up in. Linear probing; removal shifts
// back what follows (Knuth, TAOCP 6.4, algorithm R), so no slot is ever dead and nothing has to be swept.
// Small on purpose: growing one copies all of it in one go, so its owner keeps many of them instead of a large one.

const slotsMin = 16;
const free = -1;

export class PositionTable {
  /** The hash of what stands at a position of this table; its low bits name the slot. */
  readonly #hashOf: (position: number) => number;
  #slots = new Float64Array(slotsMin).fill(free);
  #used = 0;

  constructor(hashOf: (position: number) => number) {
    this.#hashOf = hashOf;
  }

  /** The newest position with this hash that `isSame` agrees to, or -1. */
  find(hash: number, isSame: (position: number) => boolean): number {
    const mask = this.#slots.length - 1;
    let newest = -1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const position = this.#slots[slot] ?? free;
      if (position === free) return newest;
      if (position > newest && isSame(position)) newest = position;
    }
  }

  insert(hash: number, position: number): void {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#grow();
    this.#place(hash, position);
    this.#used += 1;
  }

  /** Does nothing when the position is not there. */
  remove(hash: number, position: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = hash & mask;
    while (slots[hole] !== position) {
      if (slots[hole] === free) return;
      hole = (hole + 1) & mask;
    }
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const moved = slots[slot] ?? free;
      if (moved === free) break;
      // It may fill the hole if it would be found there: the hole lies between its own slot and where it stands.
      const home = this.#hashOf(moved) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = moved;
      hole = slot;
    }
    slots[hole] = free;
    this.#used -= 1;
  }

  #place(hash: number, position: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== free) slot = (slot + 1) & mask;
    this.#slots[slot] = position;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(before.length * 2).fill(free);
    for (const position of before) if (position !== free) this.#place(this.#hashOf(position), position);
  }
}
