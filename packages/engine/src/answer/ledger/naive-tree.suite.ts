// The Merkle tree of RFC 6962 as its text defines it, by plain recursion over leaves [from, to) of a list: the reference that tests and our
// own test vectors are held against. No test of its own; it shares no code with the ledger. Hashes of ranges are remembered, or the
// exhaustive tests would take a minute.
import { createHash } from 'node:crypto';

export type Leaves = readonly Uint8Array[];

const remembered = new WeakMap<Leaves, Map<string, Buffer>>();

function hashOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function naiveLeaf(data: Uint8Array): Buffer {
  return hashOf(Buffer.of(0), data);
}

/** MTH(D[from:to]) of section 2.1. */
export function naiveRoot(leaves: Leaves, from = 0, to = leaves.length): Buffer {
  const known = remembered.get(leaves) ?? new Map<string, Buffer>();
  remembered.set(leaves, known);
  const root = known.get(`${from} ${to}`) ?? computed(leaves, from, to);
  known.set(`${from} ${to}`, root);
  return root;
}

function computed(leaves: Leaves, from: number, to: number): Buffer {
  if (from === to) return hashOf();
  if (to - from === 1) return naiveLeaf(leaves[from] ?? Buffer.alloc(0));
  const middle = from + naiveSplit(to - from);
  return hashOf(Buffer.of(1), naiveRoot(leaves, from, middle), naiveRoot(leaves, middle, to));
}

/** PATH(index - from, D[from:to]) of section 2.1.1. */
export function naivePath(index: number, leaves: Leaves, to = leaves.length, from = 0): Buffer[] {
  if (to - from === 1) return [];
  const middle = from + naiveSplit(to - from);
  if (index < middle) return [...naivePath(index, leaves, middle, from), naiveRoot(leaves, middle, to)];
  return [...naivePath(index, leaves, to, middle), naiveRoot(leaves, from, middle)];
}

/** SUBPROOF(size - from, D[from:to], isWhole) of section 2.1.2. */
export function naiveConsistency(size: number, leaves: Leaves, to = leaves.length, from = 0, isWhole = true): Buffer[] {
  if (size === to) return isWhole ? [] : [naiveRoot(leaves, from, to)];
  const middle = from + naiveSplit(to - from);
  if (size <= middle) return [...naiveConsistency(size, leaves, middle, from, isWhole), naiveRoot(leaves, middle, to)];
  return [...naiveConsistency(size, leaves, to, middle, false), naiveRoot(leaves, from, middle)];
}

function naiveSplit(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}
