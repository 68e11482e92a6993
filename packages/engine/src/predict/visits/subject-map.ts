// From a subject to its visits: a table of 64-bit keyed hashes whose entry is one visit slot, and a circle through `next` of the visit
// table. The entry is the visit linked last, its successor the one linked first: linking is O(1), and so is unlinking the oldest (the
// position window). Two subjects of the same hash would share their fate; with a secret key that needs some 2^32 subjects, and nobody can
// bring it about.
import type { ProbeTable } from './probe-table.js';
import type { VisitTable } from './visit-table.js';

export class SubjectMap {
  readonly #visits: VisitTable;
  readonly #table: ProbeTable;

  /** `table` must take the hash of an entry from `subjectLowOf`. */
  constructor(visits: VisitTable, table: ProbeTable) {
    this.#visits = visits;
    this.#table = table;
  }

  /** The slot that stands for this subject, the same for all its visits until one is linked or unlinked; -1 for none. */
  find(low: number, high: number): number {
    for (let cell = this.#table.home(low); ; cell = this.#table.after(cell)) {
      const slot = this.#table.entryAt(cell);
      if (slot < 0 || (this.#visits.subjectLowOf(slot) === low && this.#visits.subjectHighOf(slot) === high)) return slot;
    }
  }

  link(slot: number): void {
    const { next } = this.#visits;
    const low = this.#visits.subjectLowOf(slot);
    const last = this.find(low, this.#visits.subjectHighOf(slot));
    if (last < 0) {
      next[slot] = slot;
      this.#table.insert(slot, low);
      return;
    }
    next[slot] = next[last] ?? 0;
    next[last] = slot;
    this.#table.swap(last, slot, low);
  }

  unlink(slot: number): void {
    const { next } = this.#visits;
    const low = this.#visits.subjectLowOf(slot);
    if (next[slot] === slot) {
      this.#table.remove(slot, low);
      return;
    }
    const last = this.find(low, this.#visits.subjectHighOf(slot));
    let before = last;
    while (next[before] !== slot) before = next[before] ?? 0;
    next[before] = next[slot] ?? 0;
    if (slot === last) this.#table.swap(slot, before, low);
  }

  /** All visits of the subject with this hash, in no order that may reach a result. */
  visitsOf(low: number, high: number): number[] {
    const last = this.find(low, high);
    if (last < 0) return [];
    const slots = [last];
    for (let slot = this.#visits.next[last] ?? 0; slot !== last; slot = this.#visits.next[slot] ?? 0) slots.push(slot);
    return slots;
  }

  /** One slot per subject. */
  subjects(): Iterable<number> {
    return this.#table.entries();
  }

  bytes(): number {
    return this.#table.bytes();
  }
}
