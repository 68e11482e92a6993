// Checks proofs against roots: what somebody does who has no log, only hashes. The algorithms are those of RFC 9162, 2.1.3.2 and 2.1.4.2,
// for the tree of RFC 6962. Sizes are unsigned 64-bit numbers, so they come as BigInt. Everything is checked: a proof that is too short,
// too long, in another order, of another size or with hashes of another length is refused. A proof from the empty tree proves nothing, and
// is refused as well.
import { nodeHash, treeHashBytes } from './tree-hash.js';

export interface Inclusion {
  readonly index: bigint;
  readonly size: bigint;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

export interface Consistency {
  readonly size1: bigint;
  readonly size2: bigint;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Is `leaf` (a leaf hash) at `index` in the tree of `size` leaves with that root? */
export function isIncluded({ index, size, leaf, root, proof }: Inclusion): boolean {
  if (index < 0n || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let at = index;
  let last = size - 1n;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0n) return false;
    if ((at & 1n) === 1n || at === last) {
      hash = nodeHash(sibling, hash);
      while ((at & 1n) === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && isSame(hash, root);
}

/** Is the tree of `size2` leaves the one of `size1` with leaves added at its end? */
export function isConsistent({ size1, size2, root1, root2, proof }: Consistency): boolean {
  if (size1 <= 0n || size1 > size2 || !areHashes([root1, root2, ...proof])) return false;
  if (size1 === size2) return proof.length === 0 && isSame(root1, root2);
  // A first tree that is complete is a node of the second one; its root is then left out of the proof.
  const isComplete = (size1 & (size1 - 1n)) === 0n;
  const [first, ...path] = isComplete ? [root1, ...proof] : proof;
  if (first === undefined || path.length === 0) return false;
  let at = size1 - 1n;
  let last = size2 - 1n;
  while ((at & 1n) === 1n) [at, last] = [at >> 1n, last >> 1n];
  let older = first;
  let newer = first;
  for (const sibling of path) {
    if (last === 0n) return false;
    if ((at & 1n) === 1n || at === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      while ((at & 1n) === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      newer = nodeHash(newer, sibling);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && isSame(older, root1) && isSame(newer, root2);
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === treeHashBytes);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, index) => byte === b[index]);
}
