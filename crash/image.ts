// Builds the disks that a power cut may legally leave behind: at a cut (a place in the trace) and for a seed, one image, written to a
// folder.
//
// What is always in an image: every write that finished before a sync began which ended, without error, before the cut; every write through
// O_DSYNC that returned before the cut; every directory operation that a sync of its directory (or, as ext4 does, of the new file) covered
// alike. What may or may not be: everything else before the cut, and what had been called but had not returned at the cut. pending-file.ts
// and names.ts say what combinations are legal.
//
// Invariant: the image is a function of (trace, options, cut, seed). Cost: checkpoints every few MB of trace, so a build replays only the
// rest.
// Non-goals: permissions, times, symbolic links, bit rot; devices that lie about a finished sync (`ignoreSyncs` shows the worst of those).

import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Disk } from './disk.js';
import { ROOT } from './names.js';
import type { NameTally, NodeId } from './names.js';
import { isChange } from './pending-file.js';
import type { Odds, Placed, Tally } from './pending-file.js';
import { seededRandom } from './random.js';
import type { Trace } from './trace.js';

export interface ImageOptions {
  /** Folder with a copy of the root as it was when the recording began. Without it the root was empty. */
  readonly initial?: string;
  readonly createDurableOnFileSync?: boolean;
  readonly ignoreSyncs?: boolean;
  readonly odds?: Odds;
}

export interface ImageReport extends Readonly<Tally>, Readonly<NameTally> {
  readonly files: number;
  /** Sum of the file sizes, holes included. */
  readonly bytes: number;
}

export type ImagesResult =
  | { readonly ok: true; readonly images: Images }
  | { readonly ok: false; readonly code: 'trace_unknown_file'; readonly at: number; readonly message: string };

const CHECKPOINT_BYTES = 4 * 1024 * 1024;
const CHECKPOINT_RECORDS = 20_000;
const ODDS: Odds = { torn: 0.1, kept: 0.45 };

/** Replays the whole trace once, keeping checkpoints. The trace is refused when it speaks of files that nothing introduced. */
export function openImages(trace: Trace, options: ImageOptions = {}): ImagesResult {
  const { createDurableOnFileSync = true, ignoreSyncs = false } = options;
  const disk = new Disk({ createDurableOnFileSync, ignoreSyncs });
  if (options.initial !== undefined) disk.load(options.initial);
  const checkpoints: Checkpoint[] = [{ at: 0, disk: disk.fork() }];
  let bytes = 0;
  let records = 0;
  for (const [at, record] of trace.records.entries()) {
    const message = disk.apply(at, record);
    if (message !== undefined) return { ok: false, code: 'trace_unknown_file', at, message };
    bytes += record.op === 'write' ? record.data.length : 0;
    records += 1;
    if (bytes < CHECKPOINT_BYTES && records < CHECKPOINT_RECORDS) continue;
    checkpoints.push({ at: at + 1, disk: disk.fork() });
    bytes = 0;
    records = 0;
  }
  return { ok: true, images: new Images(trace, checkpoints, options.odds ?? ODDS) };
}

interface Checkpoint {
  readonly at: number;
  readonly disk: Disk;
}

export class Images {
  readonly trace: Trace;
  readonly #checkpoints: readonly Checkpoint[];
  readonly #odds: Odds;

  constructor(trace: Trace, checkpoints: readonly Checkpoint[], odds: Odds) {
    this.trace = trace;
    this.#checkpoints = checkpoints;
    this.#odds = odds;
  }

  /**
   * Writes one image. `cut` in [0, records.length]: the records before it have happened. `target` must be missing or empty.
   * Nothing is synced: the image is for the reader of this machine.
   */
  build(cut: number, seed: number, target: string): ImageReport {
    assert(Number.isInteger(cut) && cut >= 0 && cut <= this.trace.records.length, 'The cut lies outside the trace.');
    assert(!existsSync(target) || readdirSync(target).length === 0, 'The image folder is not empty.');
    const disk = this.#diskAt(cut);
    const random = seededRandom(seed);
    const tally = { kept: 0, dropped: 0, torn: 0, namesKept: 0, namesDropped: 0, files: 0, bytes: 0 };
    const tree = disk.names.crash(random, tally);
    const inFlight = this.#inFlight(disk, cut);
    const writeFolder = (directory: NodeId, folder: string): void => {
      mkdirSync(folder, { recursive: true });
      for (const [name, node] of tree.get(directory) ?? []) {
        const path = join(folder, name);
        const file = disk.files.get(node);
        if (file === undefined) {
          writeFolder(node, path);
          continue;
        }
        const content = file.crash(random, this.#odds, inFlight.get(node) ?? [], tally);
        const fd = openSync(path, 'wx');
        content.writeTo(fd);
        closeSync(fd);
        tally.files += 1;
        tally.bytes += content.size;
      }
    };
    writeFolder(ROOT, target);
    return tally;
  }

  #diskAt(cut: number): Disk {
    const from = this.#checkpoints.findLast((checkpoint) => checkpoint.at <= cut);
    assert(from !== undefined, 'There is always a checkpoint at 0.');
    const disk = from.disk.fork();
    for (let at = from.at; at < cut; at++) {
      const record = this.trace.records[at];
      if (record !== undefined) disk.apply(at, record);
    }
    return disk;
  }

  /** Changes that had begun before the cut and returned after it, of files that existed at the cut. */
  #inFlight(disk: Disk, cut: number): ReadonlyMap<NodeId, Placed[]> {
    const found = new Map<NodeId, Placed[]>();
    const end = Math.min(cut + this.trace.flightMax + 1, this.trace.records.length);
    for (let at = cut; at < end; at++) {
      const record = this.trace.records[at];
      if (record === undefined || !isChange(record) || record.startedAt > cut) continue;
      const node = disk.nodeOf(record.file);
      if (node !== undefined) found.set(node, [...(found.get(node) ?? []), { at, change: record }]);
    }
    return found;
  }
}
