import { describe, expect, test } from 'vitest';
import { MemoryHashes } from '../../adapters/memory-hashes.js';
import { DiskError } from '../../ports/disk.js';
import { CompactRange } from './compact-range.js';
import { naiveConsistency, naiveLeaf, naivePath, naiveRoot } from './naive-tree.suite.js';
import { isConsistent, isIncluded, type Consistency, type Inclusion } from './proof.js';
import { Tree } from './tree.js';
import { leafHash } from './tree-hash.js';

const sizeMax = 64;
const data = Array.from({ length: sizeMax }, (_, index) => Buffer.from(`leaf ${index}`));
const roots = Array.from({ length: sizeMax + 1 }, (_, size) => naiveRoot(data, 0, size));
const hex = (hashes: readonly Uint8Array[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('hex'));

function treeOf(leaves: readonly Uint8Array[]): Tree {
  const tree = new Tree(new MemoryHashes());
  tree.append(leaves.map(leafHash));
  return tree;
}

const tree = treeOf(data);

function rootAt(size: number): Buffer {
  const root = roots[size];
  if (root === undefined) throw new Error('a size beyond the test');
  return root;
}

function inclusion(index: number, size: number): Inclusion {
  const leaf = naiveLeaf(data[index] ?? Buffer.alloc(0));
  return { index: BigInt(index), size: BigInt(size), leaf, root: rootAt(size), proof: naivePath(index, data, size) };
}

function consistency(size1: number, size2: number): Consistency {
  const proof = naiveConsistency(size1, data, size2);
  return { size1: BigInt(size1), size2: BigInt(size2), root1: rootAt(size1), root2: rootAt(size2), proof };
}

/** Ways to spoil a list of hashes: each gives another list. */
function spoilt(proof: readonly Uint8Array[]): Uint8Array[][] {
  const garbage = Buffer.alloc(32, 7);
  const flipped = proof.map((hash, at) =>
    proof.map((each, index) => (index === at ? Buffer.from(hash).fill(Number(hash[0]) ^ 16, 0, 1) : each)),
  );
  const swapped = proof
    .slice(1)
    .map((_, at) => proof.map((each, index) => (index === at ? proof[at + 1] : index === at + 1 ? proof[at] : each) ?? each));
  return [
    ...(proof.length === 0 ? [] : [proof.slice(1), proof.slice(0, -1), [...proof, ...proof.slice(-1)]]),
    [...proof, garbage],
    [garbage, ...proof],
    ...flipped,
    ...swapped.filter((each) => hex(each).join() !== hex(proof).join()),
    ...(proof.length < 2 ? [] : [proof.toReversed()].filter((each) => hex(each).join() !== hex(proof).join())),
    ...proof.map((hash, at) => proof.map((each, index) => (index === at ? hash.subarray(1) : each))),
  ];
}

describe('RFC 6962 against a naive reference, every tree of up to 64 leaves', () => {
  test('roots, of the tree that was larger before, of one that grew leaf by leaf, of a compact range', () => {
    const grown = treeOf([]);
    const range = new CompactRange();
    for (let size = 0; size <= sizeMax; size += 1) {
      const wanted = rootAt(size).toString('hex');
      expect([hex([tree.root(size)]), hex([grown.root()]), hex([range.root()]), range.size]).toEqual([[wanted], [wanted], [wanted], size]);
      const next = data[size];
      if (next === undefined) break;
      grown.append([leafHash(next)]);
      range.append(leafHash(next));
    }
  });

  test('inclusion of every leaf in every tree: made, and taken by the verifier', () => {
    let proofs = 0;
    for (let size = 1; size <= sizeMax; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const good = inclusion(index, size);
        expect(hex(tree.inclusion(index, size))).toEqual(hex(good.proof));
        expect(isIncluded(good)).toBe(true);
        proofs += 1;
      }
    }
    expect(proofs).toBe(2080);
  });

  test('consistency of every two sizes: made, and taken by the verifier', () => {
    let proofs = 0;
    for (let size2 = 1; size2 <= sizeMax; size2 += 1) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const good = consistency(size1, size2);
        expect(hex(tree.consistency(size1, size2))).toEqual(hex(good.proof));
        expect(isConsistent(good)).toBe(true);
        proofs += 1;
      }
    }
    expect(proofs).toBe(2080);
  });

  test('no inclusion is taken that is spoilt: truncated, extended, reordered, changed, another index, size, leaf or root', () => {
    for (let size = 1; size <= sizeMax; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const good = inclusion(index, size);
        const bad: Inclusion[] = [
          ...spoilt(good.proof).map((proof) => ({ ...good, proof })),
          ...[index - 1, index + 1, index ^ 2, size, size + 1]
            .filter((each) => each !== index)
            .map((each) => ({ ...good, index: BigInt(each) })),
          { ...good, size: 0n },
          { ...good, index: 0xffff_ffff_ffff_ffffn },
          { ...good, leaf: rootAt(0) },
          { ...good, root: rootAt(size - 1) },
          { ...good, root: new Uint8Array(0) },
          { ...good, size: BigInt(size * 2) },
        ];
        expect(bad.filter(isIncluded), `${index} of ${size}`).toEqual([]);
      }
    }
  });

  test('no consistency is taken that is spoilt, nor any from or to the empty tree', () => {
    for (let size2 = 1; size2 <= sizeMax; size2 += 1) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const good = consistency(size1, size2);
        const bad: Consistency[] = [
          ...spoilt(good.proof).map((proof) => ({ ...good, proof })),
          { ...good, size1: 0n },
          { ...good, size1: 0n, size2: 0n, proof: [] },
          { ...good, size1: BigInt(size2 + 1) },
          { ...good, size2: BigInt(size2 * 2) },
          { ...good, root1: rootAt(size1 - 1) },
          { ...good, root2: rootAt(size2 - 1) },
          ...(size1 === size2
            ? []
            : [
                { ...good, root1: good.root2, root2: good.root1 },
                { ...good, proof: [] },
              ]),
        ];
        expect(bad.filter(isConsistent), `${size1} of ${size2}`).toEqual([]);
      }
    }
  });

  test('a proof of one size is taken for no other size of which the tree has that leaf, unless the paths are the same', () => {
    for (let size = 2; size <= sizeMax; size += 1) {
      for (const other of [size - 1, size + 1].filter((each) => each <= sizeMax)) {
        const index = Math.min(size, other) - 1;
        expect(isIncluded({ ...inclusion(index, size), root: rootAt(other) })).toBe(false);
      }
    }
  });
});

describe('a tree of many tiles', () => {
  const many = Array.from({ length: 70_000 }, (_, index) => leafHash(Buffer.from(String(index))));

  test('has the root of a compact range, whatever the size of its appends, and proofs that hold', () => {
    const large = new Tree(new MemoryHashes());
    const range = new CompactRange();
    for (let at = 0; at < many.length; at += 1777) large.append(many.slice(at, at + 1777));
    const sizes = [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000];
    for (const [index, leaf] of many.entries()) {
      range.append(leaf);
      if (sizes.includes(index + 1)) expect(hex([large.root(index + 1)])).toEqual(hex([range.root()]));
    }
    const root = large.root();
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 69_999]) {
      const leaf = many[index] ?? new Uint8Array(0);
      expect(isIncluded({ index: BigInt(index), size: 70_000n, leaf, root, proof: large.inclusion(index) })).toBe(true);
    }
    for (const size of sizes) {
      const proof = large.consistency(size);
      expect(isConsistent({ size1: BigInt(size), size2: 70_000n, root1: large.root(size), root2: root, proof })).toBe(true);
    }
  });

  test('cut back, it is the tree that it was, and grows on', () => {
    const large = new Tree(new MemoryHashes());
    large.append(many.slice(0, 1000));
    const before = hex([large.root(600)]);
    large.truncate(600);
    expect([large.size, hex([large.root()])]).toEqual([600, before]);
    large.append(many.slice(600, 1000));
    const fresh = new Tree(new MemoryHashes());
    fresh.append(many.slice(0, 1000));
    expect(hex([large.root()])).toEqual(hex([fresh.root()]));
  });
});

describe('a store that takes no more', () => {
  /** Refuses the first hashes of level 1, and then as many cuts as are asked for. */
  class FullOnce extends MemoryHashes {
    #isFull = true;
    cutsRefused = 0;
    override append(level: number, hashes: Uint8Array): void {
      if (level === 1 && this.#isFull) {
        this.#isFull = false;
        throw new DiskError('no_space', 'no space for a level');
      }
      super.append(level, hashes);
    }
    override truncate(level: number, count: number): void {
      this.cutsRefused -= 1;
      if (this.cutsRefused >= 0) throw new DiskError('no_space', 'no space to cut');
      super.truncate(level, count);
    }
  }
  const many = Array.from({ length: 600 }, (_, index) => Buffer.from(`leaf ${index}`));
  const leaves = many.map(leafHash);

  test('takes leaves in on all levels or on none: afterwards the root is that of the naive reference', () => {
    const grown = new Tree(new FullOnce());
    grown.append(leaves.slice(0, 250));
    expect(() => grown.append(leaves.slice(250, 300))).toThrow('no space for a level');
    expect([grown.size, hex([grown.root()])]).toEqual([250, [naiveRoot(many, 0, 250).toString('hex')]]);
    grown.append(leaves.slice(250));
    expect(hex([grown.root()])).toEqual([naiveRoot(many, 0, 600).toString('hex')]);
    expect(grown.isWhole).toBe(true);
  });

  test('and when it cannot be cut back either, says that it is not whole', () => {
    const store = new FullOnce();
    const grown = new Tree(store);
    store.cutsRefused = 1;
    expect(() => grown.append(leaves)).toThrow('no space to cut');
    expect(grown.isWhole).toBe(false);
    grown.truncate(0);
    grown.append(leaves);
    expect([grown.isWhole, hex([grown.root()])]).toEqual([true, [naiveRoot(many, 0, 600).toString('hex')]]);
  });
});
