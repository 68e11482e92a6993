// What is learned: visits, their items, the postings of the items and the map of subjects, under one set of operations that keep them
// agreed.
// Invariant (the law of erasure): the content is a function of the set of visits alone. Any two histories that leave the same visits
// leave the same `dump`, and every reader that follows keys and ids instead of slots and numbers computes the same bits.
import { assert } from '../../base/assert.js';
import { HalfSipHash } from '../../base/half-sip-hash.js';
import type { HashKey } from '../../base/half-sip-hash.js';
import { limits } from '../../base/limits.js';
import { ItemTable } from './item-table.js';
import { KeyOrder } from './key-order.js';
import { PostingStore } from './posting-store.js';
import { ProbeTable } from './probe-table.js';
import { SubjectMap } from './subject-map.js';
import { VisitTable } from './visit-table.js';
import { WordArena } from './word-arena.js';

export class VisitStore {
  readonly arena = new WordArena();
  readonly visits = new VisitTable();
  readonly items: ItemTable;
  readonly postings: PostingStore;
  readonly order: KeyOrder;
  readonly subjects: SubjectMap;
  readonly #sip: HalfSipHash;

  constructor(hashKey: HashKey) {
    this.#sip = new HalfSipHash(hashKey);
    this.items = new ItemTable(hashKey);
    this.postings = new PostingStore(this.arena, this.visits);
    this.order = new KeyOrder(this.visits);
    this.subjects = new SubjectMap(this.visits, new ProbeTable((slot) => this.visits.subjectLowOf(slot)));
  }

  /** Puts an item at the end of the visit with this key, which begins here if it is unknown. */
  append(visitKey: number, subject: string, item: string, atMs: number): void {
    this.#push(this.#open(visitKey, subject), item, atMs);
  }

  /** Sets the whole content of a visit; without items the visit is gone. */
  replace(visitKey: number, subject: string, items: readonly string[], lastAtMs: number): void {
    const known = this.order.find(visitKey);
    if (known >= 0) this.#drop(known);
    if (items.length === 0) return;
    const slot = this.#open(visitKey, subject);
    for (const item of items) this.#push(slot, item, lastAtMs);
  }

  /** Removes one visit; says whether it was there. */
  remove(visitKey: number, subject: string): boolean {
    const slot = this.order.find(visitKey);
    if (slot < 0) return false;
    assert(this.#open(visitKey, subject) === slot, 'the visit is known');
    this.#drop(slot);
    return true;
  }

  /** Removes every visit of the subject; says how many. */
  forget(subject: string): number {
    this.#sip.hash(subject);
    const slots = this.subjects.visitsOf(this.#sip.low, this.#sip.high);
    for (const slot of slots) this.#drop(slot);
    return slots.length;
  }

  bytes(): number {
    const parts = [this.arena, this.visits, this.items, this.postings, this.order, this.subjects];
    return parts.reduce((sum, part) => sum + part.bytes(), 0);
  }

  #open(visitKey: number, subject: string): number {
    this.#sip.hash(subject);
    const { low, high } = this.#sip;
    // Most events go on with their subject's newest visit, which is found in one step; looking it up among all takes many.
    const newest = this.subjects.find(low, high);
    if (newest >= 0 && this.visits.keyOf(newest) === visitKey) return newest;
    const known = this.order.find(visitKey);
    if (known >= 0) {
      const same = this.visits.subjectLowOf(known) === low && this.visits.subjectHighOf(known) === high;
      assert(same, 'a visit key belongs to one subject');
      return known;
    }
    const slot = this.visits.create(visitKey, low, high);
    this.order.insert(slot, visitKey);
    this.subjects.link(slot);
    return slot;
  }

  /** Beyond the limit of a visit (a robot's) its first items stay as they are and the rest is not learned. */
  #push(slot: number, id: string, atMs: number): void {
    const length = this.visits.lengthOf(slot);
    let start = this.visits.startOf(slot);
    if (length >= limits.visitItemsMax) return this.visits.setShape(slot, start, length, atMs);
    const item = this.items.numberOf(id);
    if (!this.#holds(start, length, item)) this.postings.add(item, slot);
    start = this.arena.resized(start, length, length + 1);
    this.arena.words[start + length] = item;
    this.visits.setShape(slot, start, length + 1, atMs);
  }

  #holds(start: number, length: number, item: number): boolean {
    const { words } = this.arena;
    for (let at = start; at < start + length; at++) if (words[at] === item) return true;
    return false;
  }

  #drop(slot: number): void {
    const start = this.visits.startOf(slot);
    const length = this.visits.lengthOf(slot);
    const held = new Set(this.arena.words.subarray(start, start + length));
    for (const item of held) if (this.postings.remove(item, slot) === 0) this.items.release(item);
    this.arena.release(start, length);
    this.order.remove(this.visits.keyOf(slot));
    this.subjects.unlink(slot);
    this.visits.release(slot);
  }
}
