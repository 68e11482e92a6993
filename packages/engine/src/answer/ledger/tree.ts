// The Merkle tree over a HashStore: appends are O(1) hashes on average, roots and proofs of any size that it had read O(log n) tiles and
// never the log. Of each tile of 256 hashes the levels in between are computed again when they are asked for: at most 255 hashes.
// Invariant: a level holds exactly the hashes of the subtrees that are complete.
import { assert } from '../../base/assert.js';
import type { HashStore } from '../../ports/hash-store.js';
import { emptyRoot, nodeHash, treeHashBytes } from './tree-hash.js';

const tileHeight = 8;
const tileWidth = 1 << tileHeight;

export class Tree {
  readonly #store: HashStore;

  constructor(store: HashStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#store.count(0);
  }

  /** Has every level as many hashes as the leaves ask for? What a full disk kept out of a level is missing in every root from then on. */
  get isWhole(): boolean {
    let count = this.size;
    for (let level = 0; count > 0; level += 1) {
      if (this.#store.count(level) !== count) return false;
      count = Math.floor(count / tileWidth);
    }
    return true;
  }

  /** Adds leaves by their leaf hashes, in order; all levels take them in, or none. Throws what the store throws. */
  append(leaves: readonly Uint8Array[]): void {
    if (leaves.length === 0) return;
    const before = this.size;
    try {
      this.#append(0, leaves);
    } catch (error) {
      this.truncate(before);
      throw error;
    }
  }

  #append(level: number, hashes: readonly Uint8Array[]): void {
    const before = this.#store.count(level);
    const all = new Uint8Array(hashes.length * treeHashBytes);
    for (const [index, hash] of hashes.entries()) all.set(hash, index * treeHashBytes);
    this.#store.append(level, all);
    const parents: Uint8Array[] = [];
    const complete = Math.floor((before + hashes.length) / tileWidth);
    for (let tile = Math.floor(before / tileWidth); tile < complete; tile += 1)
      parents.push(this.#fold(level, tile * tileWidth, tileWidth));
    if (parents.length > 0) this.#append(level + 1, parents);
  }

  /** Keeps the first `size` leaves. */
  truncate(size: number): void {
    let count = size;
    for (let level = 0; this.#store.count(level) > 0; level += 1) {
      this.#store.truncate(level, count);
      count = Math.floor(count / tileWidth);
    }
  }

  /** Root of the tree of the first `size` leaves. */
  root(size: number = this.size): Uint8Array {
    assert(size >= 0 && size <= this.size, 'the tree has had that size');
    return size === 0 ? emptyRoot : this.#range(0, size);
  }

  /** Sibling hashes from the leaf up, RFC 6962 section 2.1.1: PATH(index, D[size]). */
  inclusion(index: number, size: number = this.size): Uint8Array[] {
    assert(index >= 0 && index < size && size <= this.size, 'the leaf is in the tree');
    const proof: Uint8Array[] = [];
    let [from, to] = [0, size];
    while (to - from > 1) {
      const middle = from + splitOf(to - from);
      if (index < middle) {
        proof.unshift(this.#range(middle, to));
        to = middle;
      } else {
        proof.unshift(this.#range(from, middle));
        from = middle;
      }
    }
    return proof;
  }

  /** RFC 6962 section 2.1.2: PROOF(size1, D[size2]). */
  consistency(size1: number, size2: number = this.size): Uint8Array[] {
    assert(size1 > 0 && size1 <= size2 && size2 <= this.size, 'the tree has had both sizes');
    const proof: Uint8Array[] = [];
    let [from, to] = [0, size2];
    while (to !== size1) {
      const middle = from + splitOf(to - from);
      if (size1 <= middle) {
        proof.unshift(this.#range(middle, to));
        to = middle;
      } else {
        proof.unshift(this.#range(from, middle));
        from = middle;
      }
    }
    if (from > 0) proof.unshift(this.#range(from, to));
    return proof;
  }

  /** Hash of leaves [from, to), which is a subtree as RFC 6962 splits: `from` is a multiple of the next power of two of its length. */
  #range(from: number, to: number): Uint8Array {
    const split = splitOf(to - from);
    if (split * 2 === to - from || to - from === 1) return this.#node(from, to - from);
    return nodeHash(this.#node(from, split), this.#range(from + split, to));
  }

  /** A complete subtree of `width` leaves, a power of two. */
  #node(from: number, width: number): Uint8Array {
    let level = 0;
    let [first, count] = [from, width];
    while (count >= tileWidth) {
      level += 1;
      [first, count] = [first / tileWidth, count / tileWidth];
    }
    return this.#fold(level, first, count);
  }

  #fold(level: number, from: number, count: number): Uint8Array {
    const bytes = this.#store.read(level, from, count);
    let hashes = Array.from({ length: count }, (_, index) => bytes.subarray(index * treeHashBytes, (index + 1) * treeHashBytes));
    while (hashes.length > 1) hashes = pairs(hashes);
    const [hash] = hashes;
    assert(hash !== undefined, 'a subtree has a root');
    return hash;
  }
}

function pairs(hashes: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let at = 0; at + 1 < hashes.length; at += 2) {
    const [left, right] = [hashes[at], hashes[at + 1]];
    if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
  }
  return above;
}

/** The largest power of two below `width`; 1 for one leaf. */
function splitOf(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}
