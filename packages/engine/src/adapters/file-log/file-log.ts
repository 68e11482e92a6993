// The log on a disk: preallocated segments of sealed records (format.ts has the bytes), group commit, fail-stop, redaction, compaction.
// Invariants: `append` is one write; `durable` moves only after a sync that began later than the write, folder and key included; after a
// failed write or sync nothing is served or accepted any more. Non-goals: more than one process, scheduling of lazy syncs (the caller's).
import { assert } from '../../base/assert.js';
import { CodedError, codeOf } from '../../base/errors.js';
import { limits as defaults } from '../../base/limits.js';
import { fail, type Failure } from '../../base/result.js';
import type { Clock } from '../../ports/clock.js';
import { DiskError, type Disk } from '../../ports/disk.js';
import type { Entropy } from '../../ports/entropy.js';
import type { Keys } from '../../ports/keys.js';
import type { AppendEvent, Compaction, CompactOptions, EventEvidence, Log, LogEntry, VerifyReport } from '../../ports/log.js';
import { makeDurableFolder } from '../durable-folder.js';
import { Compactor, type Resealer } from './compactor.js';
import { encodeSegmentHead, segmentHeadBytes, segmentName, type SegmentHead } from './format.js';
import type { FileLogLimits } from './file-log-limits.js';
import { GroupCommit } from './group-commit.js';
import { HeaderHashes } from './header-hashes.js';
import { LogReader } from './log-reader.js';
import { OpenFiles } from './open-files.js';
import { RecordWriter } from './record-writer.js';
import { Redactions } from './redactions.js';
import { repair } from './repair.js';
import { reseal, ResealEnded } from './reseal.js';
import { runsOf, sizeOf } from './runs.js';
import { scanSegments, type Scan } from './scan.js';
import { Segment } from './segment.js';
import { Spares, type Spare } from './spares.js';
import { Verification } from './verify.js';

export interface FileLogOptions {
  readonly disk: Disk;
  /** Folder of the log on that disk; made when missing; held by this process alone while open. */
  readonly folder: string;
  readonly keys: Keys;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly limits?: Partial<FileLogLimits>;
  /** Who seals by person; here and at once if absent. Closed with the log. */
  readonly resealer?: Resealer;
  /** Called once, when a write or sync failed. The process must stop and reopen from disk. */
  readonly onFailure: (error: CodedError) => void;
}

export class FileLog implements Log {
  #head: number;
  #durable: number;
  #headHash: Uint8Array;
  #durableRecords: number;
  #failure: CodedError | undefined;
  #isClosed = false;
  #isEnding = false;
  #endsWithMark: boolean;
  #commitTarget = -1;
  #unsynced = new Set<Segment>();
  #folderUnsynced = false;
  #keysUnsynced = false;
  /** Redactions one after the other, and compactions; a redaction does not wait for a compaction. */
  #redacting: Promise<void> = Promise.resolve();
  #compacting: Promise<void> = Promise.resolve();
  readonly #segments: Segment[];
  readonly #options: FileLogOptions;
  readonly #limits: FileLogLimits;
  readonly #files: OpenFiles;
  readonly #release: () => void;
  readonly #redactions: Redactions;
  readonly #spares: Spares;
  readonly #writer: RecordWriter;
  readonly #reader: LogReader;
  readonly #headers: HeaderHashes;
  readonly #compactor: Compactor;
  readonly #resealer: Resealer;
  readonly #commit = new GroupCommit(() => this.#commitOnce());

  /**
   * Opens the log, or makes a new one in an empty folder. Cuts a torn tail; refuses damage before it and then changes nothing.
   * Throws CodedError log_damaged, log_version, data_folder_locked, disk_full (only for a new log), or what the disk throws.
   */
  static async open(options: FileLogOptions): Promise<FileLog> {
    const limits = { ...defaults, ...options.limits };
    assert(limits.recordBytesMax + segmentHeadBytes <= limits.segmentBytes, 'a record fits a segment');
    await makeDurableFolder(options.disk, options.folder);
    const release = lock(options);
    const files = new OpenFiles(options.disk, options.folder);
    try {
      const scan = scanSegments(files, options.keys, limits.segmentBytes);
      const found = Redactions.read(files, scan.head);
      // The file is made before the first segment, so without it nobody knows what had been erased.
      if (found === undefined && scan.segments.length > 0) throw new CodedError('log_damaged', 'the file redactions is missing');
      await repair(files, options.keys, scan);
      await found?.repair();
      const redactions = found ?? (await Redactions.create(files));
      const log = new FileLog(options, limits, files, release, scan, redactions);
      await log.#makeReady();
      return log;
    } catch (error) {
      files.closeAll();
      release();
      throw error instanceof DiskError && error.code === 'no_space' ? new CodedError('disk_full', error.message) : error;
    }
  }

  private constructor(
    options: FileLogOptions,
    limits: FileLogLimits,
    files: OpenFiles,
    release: () => void,
    scan: Scan,
    redactions: Redactions,
  ) {
    this.#options = options;
    this.#limits = limits;
    this.#files = files;
    this.#release = release;
    this.#redactions = redactions;
    this.#segments = scan.segments;
    this.#head = scan.head;
    this.#durable = scan.head;
    this.#headHash = scan.headHash;
    this.#durableRecords = scan.records;
    this.#headers = new HeaderHashes(this.#segments, scan.records);
    this.#endsWithMark = scan.endsWithMark;
    this.#spares = new Spares(files, options.keys, options.clock, limits, (error) => void this.#fail(error));
    this.#writer = new RecordWriter(options.entropy);
    this.#reader = new LogReader(this.#segments, options.keys, redactions);
    const { entropy } = options;
    this.#resealer = options.resealer ?? {
      reseal: (input) => Promise.resolve().then(() => reseal(input, entropy)),
      end: () => undefined,
      close: () => Promise.resolve(),
    };
    this.#compactor = new Compactor(files, options.keys, options.clock, this.#resealer, redactions);
  }

  async #makeReady(): Promise<void> {
    try {
      await this.#spares.replenish();
      if (this.#failure === undefined && this.#segments.length === 0) await this.#begin();
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      await this.#spares.close();
      throw error;
    }
  }

  get head(): number {
    return this.#head;
  }

  get durable(): number {
    return this.#durable;
  }

  get durableRecords(): number {
    return this.#durableRecords;
  }

  get owesCompaction(): boolean {
    return !this.#redactions.pending.isEmpty;
  }

  get hasDueHot(): boolean {
    return this.#segments.some((segment) => this.#isDue(segment));
  }

  /** Whether its events have been under a key that people share for as long as they may. What takes no more records is due at once. */
  #isDue(segment: Segment): boolean {
    if (segment.isCold || segment.isEmpty) return false;
    if (segment !== this.#active) return true;
    const { hotMs, compactEveryMs } = this.#limits;
    // [C63]
    return this.#options.clock.elapsedMs() - segment.bornMs >= hotMs - 2 * compactEveryMs;
  }

  get redactions(): number {
    return this.#redactions.number;
  }

  append(
    events: readonly AppendEvent[],
    options: { readonly urgent?: boolean } = {},
  ): { readonly ok: true; readonly first: number } | Failure {
    if (this.#failure !== undefined) return fail('log_failed');
    assert(!this.#isClosed, 'a closed log is not appended to');
    assert(events.length > 0 && events.length <= defaults.recordEventsMax, 'a record holds at least one event and not more than its limit');
    for (const { bytes, mask } of events) {
      assert(bytes.length > 0 && Number.isInteger(mask) && mask >= 0 && mask <= 0xffff, 'an event has bytes and a mask of 16 bits');
    }
    const recordBytes = RecordWriter.sizeOf(events);
    assert(recordBytes <= this.#limits.recordBytesMax, 'a record is within its limit: the caller splits');
    try {
      return this.#appendTo(events, recordBytes, options.urgent === true);
    } catch (error) {
      this.#fail(error);
      return fail('log_failed');
    }
  }

  #appendTo(events: readonly AppendEvent[], recordBytes: number, urgent: boolean): { readonly ok: true; readonly first: number } | Failure {
    // Twice at most: when the file itself cannot grow after all, there is still the reserve.
    for (let attempt = 0; attempt < 2; attempt++) {
      const segment = this.#roomFor(recordBytes, urgent);
      if (segment === undefined) break;
      if (this.#write(segment, events)) {
        const first = this.#head;
        this.#head += events.length;
        return { ok: true, first };
      }
    }
    void this.#spares.replenish();
    return fail('disk_full');
  }

  /** Writes one record at the end of the segment; false when the disk has no space for it, and then the segment is as before. */
  #write(segment: Segment, events: readonly AppendEvent[]): boolean {
    const key = this.#options.keys.get(segment.head.keyId);
    assert(key !== undefined, 'the key of the active segment is there');
    const place = { first: this.#head, syncedBefore: this.#durable, previousHash: this.#headHash };
    const record = this.#writer.make(events, place, { id: segment.head.keyId, key });
    const { file } = segment;
    try {
      file.write(segment.end, record);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      if (segment.head.capacity === 0) file.truncate(segment.end);
      else file.write(segment.end, new Uint8Array(16));
      segment.isClosed = true;
      this.#spares.isFull = true;
      return false;
    }
    if (segment.isEmpty) segment.bornMs = this.#options.clock.elapsedMs();
    this.#headHash = this.#writer.headerHash;
    this.#headers.note(this.#headHash);
    this.#endsWithMark = events.length === 0;
    segment.note(record.length, this.#head + events.length);
    this.#unsynced.add(segment);
    return true;
  }

  /** The segment that takes a record of this size, rotated to if need be; undefined on a full disk. */
  #roomFor(recordBytes: number, urgent: boolean): Segment | undefined {
    const active = this.#active;
    if (!active.head.reserve && active.fits(recordBytes)) return active;
    const next = this.#spares.takeNext();
    if (next !== undefined) return this.#rotateTo(next, false);
    // The next one is not ready yet because all this happens within one turn: go on in a file without preallocation.
    if (!this.#spares.isFull && !active.head.reserve) {
      const grown = this.#grow();
      if (grown !== undefined) return grown;
    }
    if (!urgent) return undefined;
    if (active.fits(recordBytes)) return active;
    if (segmentHeadBytes + recordBytes > this.#limits.reserveBytes) return undefined;
    const reserve = this.#spares.takeReserve();
    return reserve === undefined ? undefined : this.#rotateTo(reserve, true);
  }

  get #active(): Segment {
    const active = this.#segments.at(-1);
    assert(active !== undefined, 'an open log has an active segment');
    return active;
  }

  #rotateTo(spare: Spare, reserve: boolean): Segment {
    const head = this.#headOf(spare.key.id, spare.capacity, reserve, true);
    spare.file.write(0, encodeSegmentHead(head));
    const name = segmentName(this.#head);
    this.#dropEmptyActive();
    this.#files.rename(spare.name, name, spare.file);
    void this.#spares.replenish();
    return this.#enlist(name, head);
  }

  /** A segment that is not preallocated and whose key is not durable yet; undefined when there is no space for it. */
  #grow(): Segment | undefined {
    const name = segmentName(this.#head);
    if (this.#active.first === this.#head) return undefined;
    const path = this.#files.path(name);
    try {
      const key = this.#options.keys.create();
      this.#keysUnsynced = true;
      const head = this.#headOf(key.id, 0, false, false);
      this.#files.put(name, this.#files.disk.open(path, { create: true })).write(0, encodeSegmentHead(head));
      return this.#enlist(name, head);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      this.#spares.isFull = true;
      if (this.#files.disk.exists(path)) this.#files.remove(name);
      return undefined;
    }
  }

  #headOf(keyId: number, capacity: number, reserve: boolean, keyDurable: boolean): SegmentHead {
    const place = { first: this.#head, syncedBefore: this.#durable, previousHash: this.#headHash };
    return { ...place, capacity, keyId, oldKeyId: 0, blank: false, reserve, keyDurable };
  }

  /** An active segment without records gives its name, and so its place, to the one that follows. */
  #dropEmptyActive(): void {
    const active = this.#segments.at(-1);
    if (active === undefined || active.first !== this.#head) return;
    assert(active.isEmpty, 'a segment with records is not replaced');
    this.#unsynced.delete(active);
    this.#segments.pop();
  }

  #enlist(name: string, head: SegmentHead): Segment {
    const segment = new Segment(this.#files, name, head, this.#limits.segmentBytes);
    segment.recordsBefore = this.#headers.count;
    this.#segments.push(segment);
    this.#unsynced.add(segment);
    this.#folderUnsynced = true;
    return segment;
  }

  /** The first segment of a new log: durable before anything else, so that its head can be trusted for ever. */
  async #begin(): Promise<void> {
    const spare = this.#spares.takeNext();
    if (spare === undefined) throw new CodedError('disk_full', 'no space for the first segment');
    const head = this.#headOf(spare.key.id, spare.capacity, false, true);
    spare.file.write(0, encodeSegmentHead(head));
    await spare.file.sync();
    this.#files.rename(spare.name, segmentName(0), spare.file);
    this.#enlist(segmentName(0), head);
    await this.#files.syncFolder();
    this.#folderUnsynced = false;
    await this.#spares.replenish();
  }

  sync(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { running } = this.#commit;
    if (running !== undefined && this.#commitTarget === this.#head) return running;
    if (running === undefined && this.#durable === this.#head) return Promise.resolve();
    return this.#commit.request();
  }

  async #commitOnce(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const target = this.#head;
    this.#commitTarget = target;
    const records = this.#headers.count;
    const work = [...this.#unsynced].map((segment) => segment.file.sync());
    if (this.#folderUnsynced) work.push(this.#files.syncFolder());
    if (this.#keysUnsynced) work.push(this.#options.keys.sync());
    this.#unsynced = new Set();
    this.#folderUnsynced = false;
    this.#keysUnsynced = false;
    try {
      await Promise.all(work);
    } catch (error) {
      throw this.#fail(error);
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#durable = target;
    this.#durableRecords = records;
  }

  read(from: number, to: number = this.#head): Iterable<LogEntry> {
    this.#assertServing();
    assert(from >= 0, 'positions begin at zero');
    return this.#reader.read(from, Math.min(to, this.#head));
  }

  readOne(position: number): LogEntry | undefined {
    this.#assertServing();
    return position >= 0 && position < this.#head ? this.#reader.readOne(position) : undefined;
  }

  headerHashes(from: number, to: number): readonly Uint8Array[] {
    this.#assertServing();
    assert(to <= this.#durableRecords, 'only what is on stable storage is vouched for');
    return this.#headers.read(from, to);
  }

  evidence(position: number): EventEvidence | undefined {
    this.#assertServing();
    return position >= 0 && position < this.#head ? this.#reader.evidence(position) : undefined;
  }

  canRedact(positions: readonly number[]): boolean {
    return this.#redactions.hasRoom(positions);
  }

  redact(positions: readonly number[]): Promise<void> {
    const release = this.#redactions.promise(positions);
    const turn = this.#inTurn(this.#redacting, async () => {
      const fresh = this.#redactions.fresh(positions);
      if (fresh.length === 0) return;
      assert((fresh[0] ?? 0) >= 0 && (fresh.at(-1) ?? 0) < this.#head, 'only positions of the log are redacted');
      // First the events, then their redaction: else a crash could give the position to another event, already redacted.
      await this.sync();
      await this.#redactions.accept(fresh);
      this.#reader.forget();
    }).finally(release);
    this.#redacting = turn.catch(() => {});
    return turn;
  }

  async compact({ words = [], dueOnly = false }: CompactOptions = {}): Promise<Compaction> {
    let keys = 0;
    const before = this.#bytes();
    const turn = this.#inTurn(this.#compacting, async () => {
      if (this.#isEnding && dueOnly) throw new CodedError('compaction_stopped');
      await this.sync();
      const { pending } = this.#redactions;
      const isTouched = (segment: Segment): boolean => !dueOnly && pending.hasAnyIn(segment.first, segment.below);
      const isToDo = (segment: Segment): boolean => isTouched(segment) || this.#isDue(segment);
      if (isToDo(this.#active)) await this.#closeActive();
      let isEnded = false;
      let damage: unknown;
      const runs = runsOf(this.#segments.slice(0, -1), isToDo, this.#limits);
      for (const run of runs) {
        try {
          const destroyed = await this.#compactRun(run, words, run.some(isTouched));
          if (destroyed === undefined) isEnded = true;
          else keys += destroyed;
        } catch (error) {
          if (codeOf(error) !== 'log_damaged') throw error;
          // What stands beside the damage must not wait for its repair.
          if (run.length > 1) runs.push(...run.filter(isToDo).map((segment) => [segment]));
          else damage ??= error;
        }
      }
      // Also when nothing was left to do: an earlier try may have come no further.
      if (keys > 0 || !dueOnly) await this.#options.keys.turnOver();
      this.#reader.forget();
      if (damage !== undefined) throw damage;
      if (isEnded && dueOnly) throw new CodedError('compaction_stopped');
    });
    this.#compacting = turn.catch(() => {});
    await turn;
    return { keys, bytes: before - this.#bytes() };
  }

  /** How many keys were destroyed; undefined: it was to end. `mustBeDone`: something in it waits for its destruction. */
  async #compactRun(run: readonly Segment[], words: readonly string[], mustBeDone: boolean): Promise<number | undefined> {
    if (this.#isEnding && !mustBeDone) return undefined;
    const onReplaced = (by: Segment): void => {
      const at = this.#segments.indexOf(run[0] ?? by);
      this.#segments.splice(at, run.length, by);
      this.#reader.forget();
    };
    try {
      return await this.#compactor.compact(run, { words, mustBeDone, onReplaced });
    } catch (error) {
      if (error instanceof ResealEnded && !mustBeDone) return undefined;
      throw error;
    }
  }

  endCompaction(): void {
    this.#isEnding = true;
    this.#compactor.end();
  }

  #bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  }

  /** The active segment takes no more; what follows it is durable before the caller goes on. */
  async #closeActive(): Promise<void> {
    await this.#spares.replenish();
    const next = this.#spares.takeNext();
    if (next === undefined) throw new CodedError('disk_full', 'compaction needs a new segment');
    this.#rotateTo(next, false);
    await this.#commit.request();
  }

  async hold(): Promise<() => void> {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const before = this.#compacting;
    this.#compacting = before.then(() => held);
    await before;
    return release;
  }

  /** Runs maintenance in its turn. A refusal for want of space leaves the log as it was; everything else that fails stops it. */
  #inTurn(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    return before.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      assert(!this.#isClosed, 'a closed log is not changed');
      try {
        await work();
      } catch (error) {
        if (isNoSpace(error)) throw new CodedError('disk_full');
        throw error instanceof DiskError ? this.#fail(error) : error;
      }
    });
  }

  verify(onProgress?: (done: number, total: number) => void): VerifyReport {
    this.#assertServing();
    return new Verification(this.#options.keys, this.#redactions).run(this.#segments, this.#head, onProgress);
  }

  /** Syncs what is not yet durable and leaves a mark that vouches for it. The keys stay the caller's. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.endCompaction();
    try {
      await Promise.all([this.#redacting, this.#compacting]);
      await Promise.all([this.#spares.close(), this.#resealer.close()]);
      if (this.#failure === undefined) await this.#closeInPeace();
    } finally {
      this.#files.closeAll();
      this.#release();
    }
  }

  async #closeInPeace(): Promise<void> {
    await this.sync();
    const active = this.#active;
    if (this.#endsWithMark || active.isEmpty || !active.fits(RecordWriter.sizeOf([]))) return;
    if (this.#write(active, [])) await active.file.sync();
  }

  #assertServing(): void {
    if (this.#failure !== undefined) throw this.#failure;
    assert(!this.#isClosed, 'a closed log is not read');
  }

  #fail(cause: unknown): CodedError {
    if (this.#failure !== undefined) return this.#failure;
    const failure = new CodedError('log_failed', cause instanceof Error ? cause.message : 'unknown cause');
    this.#failure = failure;
    this.#options.onFailure(failure);
    return failure;
  }
}

function isNoSpace(error: unknown): boolean {
  return error instanceof DiskError && error.code === 'no_space';
}

function lock(options: FileLogOptions): () => void {
  try {
    return options.disk.lock(options.folder);
  } catch (error) {
    throw error instanceof DiskError && error.code === 'locked' ? new CodedError('data_folder_locked', error.message) : error;
  }
}
