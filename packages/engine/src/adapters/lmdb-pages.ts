// Looks through the file of an LMDB environment before LMDB is let near it. LMDB trusts its pages: a length with one flipped bit makes it
// copy past the end of a buffer, and the process is killed, hangs, or goes on with damaged memory. So every page that the newest snapshot
// leads to, and the list of free pages, is shown here to be sound in form: within the file, each page used once, nodes within their page,
// and what leads to a page leads to the rows that lie in it: where they lie in order (row-checksum.ts), each is found.
// What the rows say is another matter (row-checksum.ts).
// Layout of data version 2 with headers of 24 bytes, little-endian, as in the lmdb package of package.json: its mdb.c, `MDB_page`,
// `MDB_node`, `MDB_db`, `MDB_meta`; free lists may hold runs (a negative length, then the first page) and zeros.
// Invariant: opening and reading a file for which `checkPages` returned touches no memory outside it.
// Non-goal: files of a big-endian machine, of another process that is writing, and named or sorted-duplicate databases (never made here).
import fs from 'node:fs';
import { assert } from '../base/assert.js';
import { keyBytesMax } from './lmdb-options.js';

const headBytes = 24;
const nodeHeadBytes = 8;
const metaBytes = headBytes + 144;
// Where things stand in a meta page. The record of the free list begins with the size of a page.
const magicAt = 24;
const versionAt = 28;
const freeAt = 48;
const mainAt = 96;
const lastPageAt = 144;
const numberAt = 152;
const magic = 0xbeefc0de;
const dataVersion = 2;
const pageBytesMin = 256;
const pageBytesMax = 32768;
const depthMax = 31; // CURSOR_STACK, less one
const fourGiB = 0x100000000;
const nowhere = 0xffffffffffffffffn;
const isBranch = 1;
const isLeaf = 2;
const isOverflow = 4;
const isMeta = 8;
const isBig = 1;

/** What the record of a tree in a meta page says. */
interface Tree {
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  readonly root: number | null;
}

/** The first and the last key that lie below a page. */
interface Span {
  readonly first: Buffer;
  readonly last: Buffer;
}

/** Throws when the file at `path` is not sound. A file of no bytes is a store that is not made yet. */
export function checkPages(path: string): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) return;
  const file = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(file);
    if (size > 0) new PageCheck(file, size).run();
  } finally {
    fs.closeSync(file);
  }
}

class PageCheck {
  readonly #file: number;
  readonly #size: number;
  #pageBytes = 0;
  #pages = 0;
  #seen = new Uint8Array(0);
  /** One page for each level of a tree, and one for what hangs on a leaf. */
  #buffers: Buffer[] = [];
  #found = { branches: 0, leaves: 0, overflows: 0, entries: 0 };

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  run(): void {
    const first = this.#meta(0);
    this.#pageBytes = first.readUInt32LE(freeAt);
    const isPower = this.#pageBytes >= pageBytesMin && this.#pageBytes <= pageBytesMax && (this.#pageBytes & (this.#pageBytes - 1)) === 0;
    sound(isPower, 'the size of a page');
    const second = this.#meta(this.#pageBytes);
    sound(second.readUInt32LE(freeAt) === this.#pageBytes, 'the size of a page');
    // Transaction n writes meta page n % 2. A number out of turn would pass an older snapshot for the newest.
    const [even, odd] = [number(first, numberAt), number(second, numberAt)];
    sound(even % 2 === 0 && Math.abs(even - odd) === (odd === 0 ? 0 : 1), 'the order of the meta pages');
    const meta = even >= odd ? first : second;
    this.#pages = number(meta, lastPageAt) + 1;
    sound(this.#pages >= 2, 'the number of pages');
    this.#seen = new Uint8Array((this.#pages >> 3) + 1);
    this.#take(0, 2);
    sound(meta.readUInt16LE(mainAt + 4) === 0, 'the kind of the database');
    this.#tree(treeAt(meta, mainAt), false);
    this.#tree(treeAt(meta, freeAt), true);
    this.#end();
  }

  /** What a commit took at the end of the file and freed again was never written: the file may lack it, if nothing lies there. */
  #end(): void {
    for (let page = Math.floor(this.#size / this.#pageBytes); page < this.#pages; page += 1) {
      sound(((this.#seen[page >> 3] ?? 0) & (1 << (page & 7))) !== 0, 'the file ends before its pages');
    }
  }

  #meta(at: number): Buffer {
    const bytes = Buffer.alloc(metaBytes);
    this.#read(bytes, at, metaBytes);
    const isOurs = bytes.readUInt32LE(magicAt) === magic && bytes.readUInt32LE(versionAt) === dataVersion;
    sound((bytes.readUInt16LE(18) & isMeta) !== 0 && isOurs, 'a meta page');
    return bytes;
  }

  #tree(tree: Tree, isFree: boolean): void {
    this.#found = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
    sound(tree.depth <= depthMax && (tree.root === null) === (tree.depth === 0), 'the depth of a tree');
    if (tree.root !== null) this.#page(tree.root, tree.depth, isFree);
    const { branches, leaves, overflows, entries } = this.#found;
    const isAll = branches === tree.branches && leaves === tree.leaves && overflows === tree.overflows && entries === tree.entries;
    sound(isAll, 'the counts of a tree');
  }

  /** The page and what lies below it, `depth` levels with itself. */
  #page(page: number, depth: number, isFree: boolean): Span {
    this.#take(page, 1);
    const bytes = (this.#buffers[depth] ??= Buffer.alloc(this.#pageBytes));
    this.#read(bytes, page * this.#pageBytes, this.#pageBytes);
    sound(number(bytes, 0) === page && bytes.readUInt16LE(18) === (depth > 1 ? isBranch : isLeaf), 'the head of a page');
    const lower = bytes.readUInt16LE(20);
    const upper = bytes.readUInt16LE(22);
    sound(lower % 2 === 0 && lower <= upper && upper <= this.#pageBytes - headBytes, 'the bounds of a page');
    const count = lower / 2;
    sound(count >= (depth > 1 ? 2 : 1), 'a page without nodes');
    if (depth > 1) this.#found.branches += 1;
    else this.#found.leaves += 1;
    let span: Span | undefined;
    for (let n = 0; n < count; n += 1) {
      const at = bytes.readUInt16LE(headBytes + 2 * n) + headBytes;
      sound(at % 2 === 0 && at >= headBytes + upper && at + nodeHeadBytes <= this.#pageBytes, 'the place of a node');
      const data = at + nodeHeadBytes + bytes.readUInt16LE(at + 6);
      sound(data <= this.#pageBytes && data - at - nodeHeadBytes <= keyBytesMax, 'the length of a key');
      if (depth === 1) this.#leaf(bytes, at, data, isFree);
      const isEdge = depth > 1 || n === 0 || n === count - 1;
      if (!isEdge) continue;
      const key = bytes.subarray(at + nodeHeadBytes, data);
      const below = depth > 1 ? this.#child(bytes, at, depth, isFree) : spanOf(key);
      // What stands before the first page of a branch is not looked at. Free lists are in the order of numbers, and not looked for.
      const isFound = span === undefined || depth === 1 || (Buffer.compare(span.last, key) < 0 && Buffer.compare(key, below.first) <= 0);
      sound(isFree || isFound, 'what leads to a page');
      span = { first: span?.first ?? below.first, last: below.last };
    }
    assert(span !== undefined, 'a page has nodes');
    return span;
  }

  #child(bytes: Buffer, at: number, depth: number, isFree: boolean): Span {
    return this.#page(bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * fourGiB, depth - 1, isFree);
  }

  #leaf(bytes: Buffer, at: number, data: number, isFree: boolean): void {
    this.#found.entries += 1;
    const length = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    sound(flags === 0 || flags === isBig, 'the kind of a row');
    // A free list is kept under the number of its transaction.
    sound(!isFree || data - at === nodeHeadBytes + 8, 'the key of a free list');
    if (flags === 0) {
      sound(data + length <= this.#pageBytes, 'the length of a row');
      if (isFree) this.#freeList(bytes.subarray(data, data + length));
      return;
    }
    sound(data + 24 <= this.#pageBytes, 'where a long row lies');
    const page = number(bytes, data);
    const head = (this.#buffers[0] ??= Buffer.alloc(headBytes));
    this.#read(head, page * this.#pageBytes, headBytes);
    const pages = head.readUInt32LE(20);
    sound(number(head, 0) === page && head.readUInt16LE(18) === isOverflow, 'the head of a long row');
    // A row that was put twice in one transaction, shorter the second time, keeps the pages of the first.
    sound(headBytes + length <= pages * this.#pageBytes && number(bytes, data + 16) === pages, 'the length of a long row');
    this.#take(page, pages);
    this.#found.overflows += pages;
    if (!isFree) return;
    const list = Buffer.alloc(length);
    this.#read(list, page * this.#pageBytes + headBytes, length);
    this.#freeList(list);
  }

  /** Pages that the next commits write to: none of them may hold anything. */
  #freeList(list: Buffer): void {
    sound(list.length >= 8, 'the length of a free list');
    const count = number(list, 0);
    sound((count + 1) * 8 <= list.length, 'the length of a free list');
    for (let n = 1; n <= count; n += 1) {
      const entry = list.readBigInt64LE(8 * n);
      if (entry > 0n) this.#take(number(list, 8 * n), 1);
      if (entry >= 0n) continue;
      n += 1;
      sound(n <= count && -entry < BigInt(this.#pages), 'a run of free pages');
      this.#take(number(list, 8 * n), Number(-entry));
    }
  }

  #take(page: number, count: number): void {
    sound(page + count <= this.#pages, 'a page beyond the last');
    for (let each = page; each < page + count; each += 1) {
      const bit = 1 << (each & 7);
      const byte = this.#seen[each >> 3] ?? 0;
      sound((byte & bit) === 0, 'a page that is used twice');
      this.#seen[each >> 3] = byte | bit;
    }
  }

  #read(bytes: Uint8Array, at: number, length: number): void {
    sound(at + length <= this.#size, 'the file ends before its pages');
    sound(fs.readSync(this.#file, bytes, 0, length, at) === length, 'the file ends before its pages');
  }
}

/** Of one row. Its own bytes: the page is read over. */
function spanOf(key: Buffer): Span {
  const own = Buffer.from(key);
  return { first: own, last: own };
}

function treeAt(meta: Buffer, at: number): Tree {
  const [branches, leaves, overflows, entries] = [
    number(meta, at + 8),
    number(meta, at + 16),
    number(meta, at + 24),
    number(meta, at + 32),
  ];
  const root = meta.readBigUInt64LE(at + 40) === nowhere ? null : number(meta, at + 40);
  return { depth: meta.readUInt16LE(at + 6), branches, leaves, overflows, entries, root };
}

/** Eight bytes as a number that can be counted with. */
function number(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + 4);
  sound(high < 0x100000, 'a number');
  return high * fourGiB + bytes.readUInt32LE(at);
}

function sound(isSound: boolean, what: string): void {
  if (!isSound) throw new Error(`the file of the state is damaged: ${what}`);
}
