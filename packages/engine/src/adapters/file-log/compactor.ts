// Seals neighbouring segments anew, by person, into one cold segment, without their redacted events: same headers, so the chain stands;
// keys of each person's own, so that those which people shared can be destroyed. Order: keys durable, new file durable, renamed over the
// first of the old ones, name durable, only then the old keys destroyed and the other files removed. A crash before the rename is durable
// leaves the old files with their keys; a crash after it leaves the old keys' ids in the heads, and opening destroys them.
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import type { Clock } from '../../ports/clock.js';
import { DiskError } from '../../ports/disk.js';
import type { Keys } from '../../ports/keys.js';
import { encodeSegmentHead, segmentHeadBytes } from './format.js';
import type { OpenFiles } from './open-files.js';
import type { Redactions } from './redactions.js';
import { compactName } from './repair.js';
import { ResealEnded, type Resealed, type ResealInput, type ResealSource } from './reseal.js';
import { Segment } from './segment.js';

/** Does the work of `reseal`, here or on a thread. Rejects with CodedError log_damaged. */
export interface Resealer {
  reseal(input: ResealInput): Promise<Resealed>;
  /** What is on its way rejects soon with ResealEnded. */
  end(): void;
  close(): Promise<void>;
}

export interface CompactRun {
  readonly words: readonly string[];
  /** It does not end before it is done: somebody waits for the destruction of what is redacted in it. */
  readonly mustBeDone: boolean;
  readonly onReplaced: (by: Segment) => void;
}

export class Compactor {
  readonly #files: OpenFiles;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #resealer: Resealer;
  readonly #redactions: Redactions;
  #isEnding = false;
  /** What is on its way is done whoever wants it to end. */
  #mustBeDone = false;

  constructor(files: OpenFiles, keys: Keys, clock: Clock, resealer: Resealer, redactions: Redactions) {
    this.#files = files;
    this.#keys = keys;
    this.#clock = clock;
    this.#resealer = resealer;
    this.#redactions = redactions;
  }

  end(): void {
    this.#isEnding = true;
    if (!this.#mustBeDone) this.#resealer.end();
  }

  get #isToEnd(): boolean {
    return this.#isEnding && !this.#mustBeDone;
  }

  #goOn(): void {
    if (this.#isToEnd) throw new ResealEnded('compaction was to end');
  }

  /**
   * The segments are neighbours, durable, and take no more records. Resolves with the one that takes their place, and how many keys were
   * destroyed. Throws DiskError no_space, or ResealEnded, having changed nothing.
   */
  async compact(run: readonly Segment[], { words, mustBeDone, onReplaced }: CompactRun): Promise<number> {
    this.#mustBeDone = mustBeDone;
    const [first] = run;
    const last = run.at(-1);
    assert(first !== undefined && last !== undefined, 'there is something to compact');
    const upTo = this.#redactions.number;
    const redacted: number[] = [];
    for (let position = first.first; position < last.below; position += 1) if (this.#redactions.has(position)) redacted.push(position);
    const sources: ResealSource[] = [];
    for (const segment of run) sources.push(await this.#source(segment));
    const oldIds = new Set(run.flatMap(({ head }) => [head.keyId]));
    const oldKeys = sources.reduce((sum, { run: keys }) => sum + (keys === null ? 1 : keys.length / 32), 0);
    this.#goOn();
    const resealed = await this.#resealer.reseal({ sources, redacted, words });
    if (this.#isToEnd) resealed.run.fill(0);
    this.#goOn();
    const merged = await this.#write(first, resealed);
    this.#files.rename(compactName, first.name, this.#files.get(compactName));
    for (const segment of run) segment.generation += 1;
    onReplaced(merged);
    await this.#files.syncFolder();
    // [C60]
    await this.#keys.destroy([...oldIds]);
    for (const segment of run.slice(1)) this.#files.remove(segment.name);
    if (run.length > 1) await this.#files.syncFolder();
    // Rows of state wait for their destruction as well: sealing what is due does not settle that, so that the next start knows of it.
    if (mustBeDone) this.#redactions.applied(upTo, first.first, last.below);
    return oldKeys;
  }

  async #source(segment: Segment): Promise<ResealSource> {
    const { head, name } = segment;
    const length = head.cold === undefined ? segment.end : head.capacity;
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += limits.compactSliceBytes) {
      bytes.set(segment.file.read(at, Math.min(limits.compactSliceBytes, length - at)), at);
      await this.#clock.yield();
      this.#goOn();
    }
    const run = head.cold === undefined ? null : this.#keys.run(head.keyId);
    assert(run !== undefined, 'the keys of a cold segment are there');
    const key = this.#keys.get(head.keyId);
    assert(key !== undefined, 'the key of a segment is there');
    // Copies: whoever works with them on another thread gets its own.
    return { name, head, bytes, end: segment.end, keys: run === null ? [[head.keyId, Uint8Array.from(key)]] : [], run };
  }

  async #write(first: Segment, resealed: Resealed): Promise<Segment> {
    const { bytes, recordsEnd, below, records, run } = resealed;
    const keyId = await this.#keys.keepRun(run);
    run.fill(0);
    const { head: before } = first;
    const head = {
      ...before,
      capacity: bytes.length,
      keyId,
      oldKeyId: before.keyId,
      reserve: false,
      keyDurable: true,
      cold: { recordsEnd, below },
    };
    const copy = new Segment(this.#files, first.name, head, 0);
    // What was learned of the file of that name before, also by who began to read it, is void.
    copy.generation = first.generation + 2;
    copy.recordsBefore = first.recordsBefore;
    for (const [size, upTo] of records) copy.note(size, upTo);
    bytes.set(encodeSegmentHead(head), 0);
    const file = this.#files.put(compactName, this.#files.disk.open(this.#files.path(compactName), { create: true }));
    try {
      file.truncate(0);
      for (let at = 0; at < bytes.length; at += limits.compactSliceBytes) {
        this.#files.get(compactName).write(at, bytes.subarray(at, at + limits.compactSliceBytes));
        await this.#clock.yield();
      }
      await this.#files.get(compactName).sync();
    } catch (error) {
      if (error instanceof DiskError && error.code === 'no_space') {
        this.#files.remove(compactName);
        await this.#keys.destroy([keyId]);
      }
      throw error;
    }
    assert(copy.end === recordsEnd && segmentHeadBytes <= recordsEnd, 'the records end where they were said to end');
    return copy;
  }
}
