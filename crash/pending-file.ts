// One file between syncs: what is certainly on disk, and what has been asked for since in the order asked.
// Why: a power cut may keep any of the latter. `crash` draws one legal outcome; `synced` moves what a finished sync promises to the certain
// side.
//
// The rules of the draw:
//  - A disk sector (512 bytes) is written whole, so each is left as it was after some prefix of the changes to it: a kept later write
//    brings along what earlier ones put into the same sector. Across sectors there is no order at all.
//  - The size is one field in the journal: it is what some prefix of the size changes made it. Bytes never written read as zero.
//  - Data written after a shrink that did not reach the disk went to blocks that the old size does not show, so it is not seen either.
//  - A change that a failed sync covered is never promised by a later sync (Linux marks its pages clean all the same).
//
// Invariant: `content` equals the file after every promised change; the first change in `pending` is not promised.

import type { Content } from './content.js';
import type { SeededRandom } from './random.js';
import type { TraceRecord } from './trace.js';

export const SECTOR_BYTES = 512;

export type Change = Extract<TraceRecord, { op: 'write' | 'truncate' | 'allocate' | 'zero' }>;

export function isChange(record: TraceRecord): record is Change {
  return record.op === 'write' || record.op === 'truncate' || record.op === 'allocate' || record.op === 'zero';
}

/** A change with its place in the trace. */
export interface Placed {
  readonly at: number;
  readonly change: Change;
}

/** Shares of the writes that no sync covers. What is neither kept nor torn is dropped. */
export interface Odds {
  readonly torn: number;
  readonly kept: number;
}

export interface Tally {
  kept: number;
  dropped: number;
  torn: number;
}

export class PendingFile {
  readonly content: Content;
  #pending: Placed[];
  #promised: Set<Placed>;
  #doomed: Set<Placed>;

  constructor(content: Content, pending: Placed[] = [], promised = new Set<Placed>(), doomed = new Set<Placed>()) {
    this.content = content;
    this.#pending = pending;
    this.#promised = promised;
    this.#doomed = doomed;
  }

  fork(): PendingFile {
    return new PendingFile(this.content.fork(), this.#pending.slice(), new Set(this.#promised), new Set(this.#doomed));
  }

  add(placed: Placed, promised: boolean): void {
    this.#pending.push(placed);
    if (promised) this.#promised.add(placed);
    this.#settle();
  }

  /** A sync that began at `start` has ended well: what was finished before it is on disk. */
  synced(start: number): void {
    for (const placed of this.#pending) if (placed.at < start && !this.#doomed.has(placed)) this.#promised.add(placed);
    this.#settle();
  }

  syncFailed(start: number): void {
    for (const placed of this.#pending) if (placed.at < start) this.#doomed.add(placed);
  }

  #settle(): void {
    let count = 0;
    for (const placed of this.#pending) {
      if (!this.#promised.delete(placed)) break;
      applyWhole(this.content, placed.change);
      count += 1;
    }
    if (count > 0) this.#pending.splice(0, count);
  }

  /** One file that a power cut may leave: `inFlight` are changes that had begun and not returned. */
  crash(random: SeededRandom, odds: Odds, inFlight: readonly Placed[], tally: Tally): Content {
    const changes = [...this.#pending, ...inFlight];
    const outcome = this.content.fork();
    if (changes.length === 0) return outcome;
    const promised = changes.map((placed) => this.#promised.has(placed));
    const sizes = drawSize(this.content.size, changes, promised, random);
    const lastKept = drawSectors(changes, promised, sizes.lostShrinks, random, odds, tally);
    changes.forEach(({ change }, order) => {
      if (change.op === 'truncate') {
        if (order < sizes.until && change.size < outcome.size) outcome.zero(change.size, outcome.size - change.size);
      } else if (change.op !== 'allocate') applySectors(outcome, change, order, lastKept);
    });
    outcome.resize(sizes.size);
    return outcome;
  }
}

function sizeAfter(change: Change, size: number): number {
  if (change.op === 'truncate') return change.size;
  if (change.op === 'zero') return size;
  return Math.max(size, change.offset + (change.op === 'write' ? change.data.length : change.length));
}

function applyWhole(content: Content, change: Change): void {
  if (change.op === 'write') content.put(change.offset, change.data);
  else if (change.op === 'zero') content.zero(change.offset, change.length);
  else content.resize(sizeAfter(change, content.size));
}

interface SizeDraw {
  readonly size: number;
  /** Size changes of order numbers below this reached the disk. */
  readonly until: number;
  readonly lostShrinks: readonly { readonly order: number; readonly size: number }[];
}

/** Newest size half of the time, oldest a quarter, anything between a quarter; never older than a promised change. */
function drawSize(before: number, changes: readonly Placed[], promised: readonly boolean[], random: SeededRandom): SizeDraw {
  const steps: { order: number; size: number; shrinks: boolean }[] = [];
  let size = before;
  let stepsPromised = 0;
  changes.forEach(({ change }, order) => {
    const after = sizeAfter(change, size);
    if (after !== size) steps.push({ order, size: after, shrinks: after < size });
    size = after;
    if (promised[order] === true) stepsPromised = steps.length;
  });
  const open = steps.length - stepsPromised;
  const chance = random.next();
  const taken = stepsPromised + (chance < 0.5 ? open : chance < 0.75 ? 0 : random.below(open + 1));
  return {
    size: steps[taken - 1]?.size ?? before,
    until: steps[taken]?.order ?? changes.length,
    lostShrinks: steps.slice(taken).filter((step) => step.shrinks),
  };
}

/** For each sector the order number of the last change that reached it. */
function drawSectors(
  changes: readonly Placed[],
  promised: readonly boolean[],
  lostShrinks: SizeDraw['lostShrinks'],
  random: SeededRandom,
  odds: Odds,
  tally: Tally,
): Map<number, number> {
  const lastKept = new Map<number, number>();
  changes.forEach(({ change }, order) => {
    if (change.op !== 'write' && change.op !== 'zero') return;
    const [first, end] = sectorsOf(change);
    const chance = promised[order] === true ? 1 : random.next();
    const torn = chance < odds.torn;
    if (chance < 1) tally[torn ? 'torn' : chance < odds.torn + odds.kept ? 'kept' : 'dropped'] += 1;
    if (!torn && chance >= odds.torn + odds.kept && chance < 1) return;
    const limit = lostShrinks.reduce((least, shrink) => (shrink.order < order ? Math.min(least, shrink.size) : least), Infinity);
    for (let sector = first; sector < end && sector * SECTOR_BYTES < limit; sector++)
      if (!torn || random.next() < 0.5) lastKept.set(sector, order);
  });
  return lastKept;
}

function sectorsOf(change: Extract<Change, { op: 'write' | 'zero' }>): readonly [number, number] {
  const length = change.op === 'write' ? change.data.length : change.length;
  return [Math.floor(change.offset / SECTOR_BYTES), Math.ceil((change.offset + length) / SECTOR_BYTES)];
}

/** Applies the change to the sectors whose last kept change is this one or a later one, neighbours at a time. */
function applySectors(
  content: Content,
  change: Extract<Change, { op: 'write' | 'zero' }>,
  order: number,
  lastKept: ReadonlyMap<number, number>,
): void {
  const [first, end] = sectorsOf(change);
  const stop = change.offset + (change.op === 'write' ? change.data.length : change.length);
  const reached = (sector: number): boolean => (lastKept.get(sector) ?? -1) >= order;
  for (let sector = first; sector < end;) {
    let next = sector + 1;
    if (!reached(sector)) {
      sector = next;
      continue;
    }
    while (next < end && reached(next)) next += 1;
    const from = Math.max(change.offset, sector * SECTOR_BYTES);
    const to = Math.min(stop, next * SECTOR_BYTES);
    if (change.op === 'write') content.put(from, change.data.subarray(from - change.offset, to - change.offset));
    else content.zero(from, to - from);
    sector = next;
  }
}
