// An open-addressing table of positions by a hash: what `Dedupe` looks up in. A slot is two words, the hash and the position, so that
// looking up, removing and growing read nothing but the table. Linear probing; removal shifts back what follows (Knuth, TAOCP 6.4,
// algorithm R), so no slot is ever dead and nothing has to be swept.
// Small on purpose: growing one copies all of it in one go, so its owner keeps many of them instead of a large one.

const slotsMin = 16;
/** In place of a position. */
const free = 0;
const turn = 0xffff_ffff;

/** What is left over of whole turns; a division only where there are any. */
function rest(position: number): number {
  return position < turn ? position : position % turn;
}

/** A position as one word: those of a table lie less than half a turn apart. Never `free`. */
function wordOf(position: number): number {
  return (rest(position) + 1) | 0;
}

/** The position of that word that is nearest to `near`. */
function positionOf(word: number, near: number): number {
  const ahead = (word >>> 0) - 1 - rest(near);
  return near + (ahead > turn / 2 ? ahead - turn : ahead < -turn / 2 ? ahead + turn : ahead);
}

export class PositionTable {
  /** Slot by slot: the hash, of which low bits name the slot where it is looked for, and the word of the position. */
  #slots = new Int32Array(2 * slotsMin);
  #mask = slotsMin - 1;
  #used = 0;

  /** The newest position with this hash that `isSame` agrees to, or -1. All that stand here lie near `near`. */
  find(hash: number, near: number, isSame: (position: number) => boolean): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let newest = -1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slots[2 * slot + 1] ?? free;
      if (word === free) return newest;
      if (slots[2 * slot] !== hash) continue;
      const position = positionOf(word, near);
      if (position > newest && isSame(position)) newest = position;
    }
  }

  /** `hash`: 32 bits, signed. */
  insert(hash: number, position: number): void {
    if ((this.#used + 1) * 2 > this.#mask + 1) this.#grow();
    this.#place(hash, wordOf(position));
    this.#used += 1;
  }

  /** Does nothing when the position is not there. */
  remove(hash: number, position: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const word = wordOf(position);
    let hole = hash & mask;
    while (slots[2 * hole + 1] !== word) {
      if (slots[2 * hole + 1] === free) return;
      hole = (hole + 1) & mask;
    }
    for (let slot = (hole + 1) & mask; slots[2 * slot + 1] !== free; slot = (slot + 1) & mask) {
      // It may fill the hole if it would be found there: the hole lies between its own slot and where it stands.
      const home = (slots[2 * slot] ?? 0) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots.copyWithin(2 * hole, 2 * slot, 2 * slot + 2);
      hole = slot;
    }
    slots[2 * hole] = 0;
    slots[2 * hole + 1] = free;
    this.#used -= 1;
  }

  #place(hash: number, word: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hash & mask;
    while (slots[2 * slot + 1] !== free) slot = (slot + 1) & mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = word;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    this.#mask = before.length - 1;
    for (let at = 0; at < before.length; at += 2) {
      const word = before[at + 1] ?? free;
      if (word !== free) this.#place(before[at] ?? 0, word);
    }
  }
}
