// A tree that only grows and forgets its leaves: the roots of its complete subtrees, one for each bit of its size. O(log n) memory, O(1)
// hashes a leaf on average. For whoever reads a whole log once: `ethogram ledger verify`, and tests.
import { emptyRoot, nodeHash } from './tree-hash.js';

export class CompactRange {
  #size = 0;
  /** Roots of the complete subtrees, largest first. */
  readonly #roots: Uint8Array[] = [];

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its leaf hash. */
  append(leaf: Uint8Array): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#roots.pop();
      if (left !== undefined) hash = nodeHash(left, hash);
    }
    this.#roots.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    const [last, ...before] = this.#roots.toReversed();
    if (last === undefined) return emptyRoot;
    return before.reduce((right, left) => nodeHash(left, right), last);
  }
}
