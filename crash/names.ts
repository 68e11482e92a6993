// The directory tree: what the process sees, what is certainly on disk, and the directory operations between the two.
// Why: a created file, a rename or a removal is promised only by a sync of its directory, and recovery must bear each of them undone.
//
// The rules of the draw: operations of one directory reach the disk in order (a journal), so each directory keeps a prefix of its own;
// different directories are independent, except that a rename between two is in both or in neither. `createDurableOnFileSync` is what ext4
// does: syncing a newly created file also commits its entry, and the entries of new directories above it.
//
// Invariant: applying all of `pending` to the durable tree gives the live tree.

import assert from 'node:assert/strict';
import type { SeededRandom } from './random.js';

/** A number given to each file or directory as it appears; never used twice. */
export type NodeId = number;
export const ROOT: NodeId = 0;

export type Entries = Map<string, NodeId>;

interface NameChange {
  readonly at: number;
  readonly remove?: { readonly directory: NodeId; readonly name: string };
  readonly add?: { readonly directory: NodeId; readonly name: string; readonly node: NodeId; readonly creates: boolean };
}

export interface NameTally {
  namesKept: number;
  namesDropped: number;
}

export class Names {
  readonly live: Map<NodeId, Entries>;
  readonly #durable: Map<NodeId, Entries>;
  #pending: NameChange[];
  readonly #createDurableOnFileSync: boolean;

  constructor(
    createDurableOnFileSync: boolean,
    live = new Map([[ROOT, new Map<string, NodeId>()]]),
    durable = cloneTree(live),
    pending: NameChange[] = [],
  ) {
    this.#createDurableOnFileSync = createDurableOnFileSync;
    this.live = live;
    this.#durable = durable;
    this.#pending = pending;
  }

  fork(): Names {
    return new Names(this.#createDurableOnFileSync, cloneTree(this.live), cloneTree(this.#durable), this.#pending.slice());
  }

  /** The directory that holds the path's last part, and that part; nothing when a directory on the way is unknown. */
  place(path: string): { readonly directory: NodeId; readonly name: string } | undefined {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let directory = ROOT;
    for (const part of parts) {
      const next = this.live.get(directory)?.get(part);
      if (next === undefined || !this.live.has(next)) return undefined;
      directory = next;
    }
    return { directory, name };
  }

  lookup(path: string): NodeId | undefined {
    if (path === '') return ROOT;
    const place = this.place(path);
    return place && this.live.get(place.directory)?.get(place.name);
  }

  /** Adds an entry that was there, on disk, before the recording began. */
  found(path: string, node: NodeId, isDirectory: boolean): void {
    this.#change({ at: -1, add: { ...this.#known(path), node, creates: true } }, isDirectory);
    this.#settle(new Map([[this.#known(path).directory, 0]]));
  }

  created(at: number, path: string, node: NodeId, isDirectory: boolean): void {
    this.#change({ at, add: { ...this.#known(path), node, creates: true } }, isDirectory);
  }

  linked(at: number, path: string, node: NodeId): void {
    this.#change({ at, add: { ...this.#known(path), node, creates: false } }, false);
  }

  removed(at: number, path: string): void {
    this.#change({ at, remove: this.#known(path) }, false);
  }

  renamed(at: number, from: string, to: string, node: NodeId): void {
    this.#change({ at, remove: this.#known(from), add: { ...this.#known(to), node, creates: false } }, false);
  }

  directorySynced(directory: NodeId, start: number): void {
    const bounds = new Map([[directory, start]]);
    if (this.#createDurableOnFileSync) this.#boundCreation(directory, start, bounds);
    this.#settle(bounds);
  }

  fileSynced(node: NodeId, start: number): void {
    if (!this.#createDurableOnFileSync || this.#pending.length === 0) return;
    const bounds = new Map<NodeId, number>();
    this.#boundCreation(node, start, bounds);
    this.#settle(bounds);
  }

  /** One tree that a power cut may leave. */
  crash(random: SeededRandom, tally: NameTally): Map<NodeId, Entries> {
    const own = new Map<NodeId, NameChange[]>();
    for (const change of this.#pending)
      for (const directory of touched(change)) own.set(directory, [...(own.get(directory) ?? []), change]);
    const bounds = new Map<NodeId, number>(); // first operation of the directory that is lost, by its place
    for (const [directory, changes] of own) bounds.set(directory, changes[random.below(changes.length + 1)]?.at ?? Infinity);
    const kept = (change: NameChange): boolean => touched(change).every((directory) => change.at < (bounds.get(directory) ?? 0));
    for (let cutAgain = true; cutAgain;) {
      cutAgain = false;
      for (const change of this.#pending) {
        if (kept(change)) continue;
        for (const directory of touched(change)) {
          if ((bounds.get(directory) ?? 0) <= change.at) continue;
          bounds.set(directory, change.at);
          cutAgain = true;
        }
      }
    }
    const tree = cloneTree(this.#durable);
    for (const change of this.#pending) {
      if (kept(change)) apply(tree, change);
      tally[kept(change) ? 'namesKept' : 'namesDropped'] += 1;
    }
    return tree;
  }

  #known(path: string): { readonly directory: NodeId; readonly name: string } {
    const place = this.place(path);
    assert(place !== undefined && place.name !== '', `The trace names a path whose directory it never made: ${path}`);
    return place;
  }

  #change(change: NameChange, isDirectory: boolean): void {
    if (isDirectory && change.add !== undefined) {
      this.live.set(change.add.node, new Map());
      this.#durable.set(change.add.node, new Map());
    }
    apply(this.live, change);
    this.#pending.push(change);
  }

  #boundCreation(node: NodeId, start: number, bounds: Map<NodeId, number>): void {
    const creation = this.#pending.find((change) => change.at < start && change.add?.node === node && change.add.creates);
    if (creation?.add === undefined) return;
    const directory = creation.add.directory;
    bounds.set(directory, Math.max(bounds.get(directory) ?? 0, creation.at + 1));
    this.#boundCreation(directory, start, bounds);
  }

  /** Makes durable what lies below each directory's bound, and what a rename ties to it. */
  #settle(bounds: Map<NodeId, number>): void {
    const below = (change: NameChange): boolean => touched(change).some((directory) => change.at < (bounds.get(directory) ?? -Infinity));
    for (let again = true; again;) {
      again = false;
      for (const change of this.#pending) {
        if (!below(change)) continue;
        for (const directory of touched(change)) {
          if ((bounds.get(directory) ?? -Infinity) > change.at) continue;
          bounds.set(directory, change.at + 1);
          again = true;
        }
      }
    }
    for (const change of this.#pending) if (below(change)) apply(this.#durable, change);
    this.#pending = this.#pending.filter((change) => !below(change));
  }
}

function touched(change: NameChange): NodeId[] {
  const from = change.remove?.directory;
  const to = change.add?.directory;
  return [...new Set([from, to].filter((directory) => directory !== undefined))];
}

function apply(tree: Map<NodeId, Entries>, change: NameChange): void {
  if (change.remove !== undefined) tree.get(change.remove.directory)?.delete(change.remove.name);
  if (change.add !== undefined) tree.get(change.add.directory)?.set(change.add.name, change.add.node);
}

function cloneTree(tree: ReadonlyMap<NodeId, Entries>): Map<NodeId, Entries> {
  return new Map([...tree].map(([directory, entries]) => [directory, new Map(entries)]));
}
