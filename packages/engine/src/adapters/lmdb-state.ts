// State in LMDB, one environment with one database, wrapped here so that no other file knows of it.
//
// A row's key is table + 0x00 + key in UTF-8, so the order of LMDB is the order of the port; the head is the row 0x00 'head', below
// every table. A commit is one transaction on a thread of its own (lmdb-writer.ts): data pages, fdatasync, then the meta page through an
// O_DSYNC descriptor, and only then does the promise resolve.
// Invariant: what it holds can be rebuilt, so whatever looks wrong is distrusted: head() is null until `wipe`.
//   - LMDB has no page checksums, and damages the process on damaged files. So it sees none whose form was not checked (lmdb-pages.ts), and
//     a mark stands beside the files while they are opened and read through (row-checksum.ts), and is set again when a read or a commit
//     fails oddly: whoever opens and finds it, distrusts. One death while opening proves nothing, since opening a large store takes its
//     time and whoever waits may stop it: the store is tried once more, and distrusted after a second.
//     What is distrusted is not read either: each get and range throws, since a row that is not found would pass for one that never was.
//   - A full disk is different, and a machine without a free thread or descriptor: the commit rejects with DiskError no_space or busy,
//     the previous state stands, and later commits may succeed.
//   - A read sees the last commit that has resolved, or a later one: the snapshot of reads is renewed when a commit resolves.
//   - LMDB leaves deleted bytes in free pages, in the gaps of used ones, and deleted keys in branch pages. `scrub` has the thread put the
//     living rows into a new file, one by one, and destroys the old one; reads go on meanwhile, commits wait.
import fs from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { assert } from '../base/assert.js';
import { DiskError } from '../ports/disk.js';
import type { State, StateBatch, StateHead } from '../ports/state.js';
import { LmdbFolders, lmdbFiles as dataFiles, syncNames } from './lmdb-folders.js';
import { keyBytesMax, lmdbOptions } from './lmdb-options.js';
import { checkPages } from './lmdb-pages.js';
import { LmdbWriter, type WriteFailure } from './lmdb-writer.js';
import { RowCheck, textFrom, textIn } from './row-checksum.js';
import { RowPacker } from './row-frames.js';

const rangeRowsMax = 256;
const encodingVersion = '2';
const headName = '\0head';
const headKey = Buffer.from(headName);
const markFile = 'distrusted';
/** What the mark says while a store is opened that nobody died of yet. */
const firstTry = 'opening';

export class LmdbState implements State {
  readonly #folder: string;
  readonly #folders: LmdbFolders;
  #writer: LmdbWriter;
  readonly #keyScratch = Buffer.allocUnsafeSlow(keyBytesMax + 3);
  #db: RootDatabase<unknown, Uint8Array> | undefined;
  #head: StateHead | null = null;
  #queue: Promise<void> = Promise.resolve();

  /** Opens, or makes, the store in `folder`, a path of the machine that nothing else uses. Damage is not an error: head() is null then. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#folders = new LmdbFolders(folder);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folders.destroySpare();
    this.#writer = new LmdbWriter(this.#folders.current);
    const mark = this.#markThere();
    if (mark === null || mark === firstTry) this.#open(mark === null ? firstTry : '');
  }

  head(): StateHead | null {
    return this.#head;
  }

  get(table: string, key: string): string | undefined {
    const db = this.#serving();
    const name = `${table}\0${key}`;
    const length = this.#keyScratch.write(name, 'utf8');
    // No row has a key so long. Callers ask by texts that came from outside; `batch` is where a row that does not fit is a bug.
    if (length > keyBytesMax) return undefined;
    return this.#guarded(() => {
      const row = this.#keyScratch.subarray(0, length);
      const value = db.get(row);
      return value === undefined ? undefined : textIn(row, value);
    });
  }

  /** Reads in steps of some hundred rows, so that no read transaction stays open while the caller does something else. */
  *range(table: string, from?: string, below?: string): Iterable<readonly [key: string, value: string]> {
    const end = Buffer.from(below === undefined ? `${table}\u0001` : `${table}\0${below}`);
    const skip = Buffer.byteLength(table) + 1;
    let start = Buffer.from(`${table}\0${from ?? ''}`);
    for (;;) {
      const db = this.#serving();
      if (Buffer.compare(start, end) >= 0) return;
      const rows: (readonly [string, string])[] = [];
      let last: Uint8Array = start;
      this.#guarded(() => {
        for (const { key, value } of db.getRange({ start, end, limit: rangeRowsMax })) {
          rows.push([textFrom(key, skip), textIn(key, value)]);
          last = key;
        }
      });
      yield* rows;
      if (rows.length < rangeRowsMax) return;
      start = Buffer.concat([last, Buffer.alloc(1)]);
    }
  }

  batch(): StateBatch {
    const packer = new RowPacker();
    return {
      add: (table, key, value) => {
        assert(table !== '' && !table.includes('\0'), 'a table has a name, without zeros');
        packer.add(`${table}\0${key}`, value, keyBytesMax);
      },
      commit: (head) => this.#commit(packer, head),
    };
  }

  wipe(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#writer.close();
      await this.#db?.close();
      this.#db = undefined;
      this.#head = null;
      this.#folders.destroyAll();
      fs.rmSync(join(this.#folder, markFile), { force: true });
      this.#writer = new LmdbWriter(this.#folders.current);
      this.#open(firstTry);
      assert(this.#db !== undefined, 'an empty store opens');
    });
  }

  scrub(): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#serving();
      const spare = this.#folders.emptySpare();
      const failure = await this.#writer.copyTo(spare);
      if (failure !== null) {
        this.#folders.destroySpare();
        throw this.#errorOf(failure, 'copy');
      }
      await this.#writer.close();
      const fresh = open<unknown, Uint8Array>(spare, lmdbOptions);
      try {
        for (const name of dataFiles) fs.chmodSync(join(spare, name), 0o600);
        syncNames(spare, dataFiles);
        assert(this.#serving() === old, 'nobody else changes the store');
      } catch (error) {
        await fresh.close();
        this.#folders.destroySpare();
        throw error;
      }
      try {
        this.#folders.change();
      } catch (error) {
        // Nobody knows which of the two is the store now.
        this.#distrust();
        throw error;
      }
      this.#db = fresh;
      this.#writer = new LmdbWriter(spare);
      await old.close();
      this.#folders.destroySpare();
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#writer.close();
      await this.#db?.close();
      this.#db = undefined;
      this.#head = null;
    });
  }

  #commit(packer: RowPacker, head: StateHead): Promise<void> {
    return this.#inTurn(async () => {
      packer.add(headName, `${encodingVersion} ${JSON.stringify([head.position, head.redactions, head.format])}`, keyBytesMax);
      await this.#write(packer.take());
      this.#head = { position: head.position, redactions: head.redactions, format: head.format };
    });
  }

  /** `mark`: what is found by the next process if this one dies of it. */
  #open(mark: string): void {
    this.#mark(mark);
    // A power cut may tear the files of a store that is being made; the mark must then be there to be found.
    const { current } = this.#folders;
    const isNew = !this.#folders.hasData;
    if (isNew) syncNames(this.#folder, [markFile]);
    let db: RootDatabase<unknown, Uint8Array> | undefined;
    try {
      if (!isNew) checkPages(join(current, 'data.mdb'));
      db = open<unknown, Uint8Array>(current, lmdbOptions);
      for (const name of dataFiles) fs.chmodSync(join(current, name), 0o600);
      const head = db.get(headKey);
      if (head !== undefined) check(db);
      this.#head = head === undefined ? null : parseHead(textIn(headKey, head));
    } catch {
      // Whatever it was, the log can rebuild it. The mark stays until the wipe.
      void db?.close();
      return;
    }
    this.#db = db;
    if (isNew) syncNames(current, dataFiles);
    fs.rmSync(join(this.#folder, markFile));
  }

  async #write(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    const db = this.#serving();
    const failure = await this.#writer.write(chunks);
    // Else a read in this turn of the event loop could still see what was before, though the caller has let go of its own copy.
    if (failure !== null) throw this.#errorOf(failure, 'commit');
    db.resetReadTxn();
    this.#serving();
  }

  /** What a write or copy of the thread came to. What does not pass by itself is reason for distrust. */
  #errorOf(failure: WriteFailure, what: string): DiskError {
    const message = `${what} of state: ${failure.message}`;
    if (!failure.isBegun) return new DiskError('busy', message);
    if (isFull(failure)) return new DiskError('no_space', message);
    this.#distrust();
    return new DiskError('io', message);
  }

  /** The open store. Throws DiskError io when it is closed or distrusted. */
  #serving(): RootDatabase<unknown, Uint8Array> {
    if (this.#db === undefined) throw new DiskError('io', 'the state is closed, or is not trusted before a wipe');
    return this.#db;
  }

  #guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.#distrust();
      throw new DiskError('io', `read of state: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }

  /** After this nothing is served until a wipe, in this process or the next. */
  #distrust(): void {
    const db = this.#db;
    this.#db = undefined;
    this.#head = null;
    // The thread may be reading it. A damaged environment may refuse even to close; its files go at the wipe in any case.
    if (db !== undefined) void this.#inTurn(() => db.close()).catch(() => {});
    try {
      this.#mark();
    } catch {
      // Whoever opens reads all of it anyway.
    }
  }

  #mark(text = ''): void {
    fs.writeFileSync(join(this.#folder, markFile), text, { mode: 0o600 });
  }

  #markThere(): string | null {
    const path = join(this.#folder, markFile);
    return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : null;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

/**
 * Reads all there is, as opening the log reads all of the log: a damaged page may also hide rows, and nobody may be taken for unknown. That
 * each row would be found, checkPages has seen.
 */
function check(db: RootDatabase<unknown, Uint8Array>): void {
  const rows = new RowCheck();
  for (const { key, value } of db.getRange({})) rows.see(key, value);
  rows.end();
}

function parseHead(text: string): StateHead | null {
  if (!text.startsWith(`${encodingVersion} `)) return null;
  const parts: unknown = JSON.parse(text.slice(encodingVersion.length + 1));
  if (!Array.isArray(parts)) return null;
  const position: unknown = parts[0];
  const redactions: unknown = parts[1];
  const format: unknown = parts[2];
  if (typeof position !== 'number' || typeof redactions !== 'number' || typeof format !== 'string') return null;
  return { position, redactions, format };
}

/** ENOSPC and EDQUOT as the numbers of the system, and LMDB's own full map. */
function isFull({ code }: WriteFailure): boolean {
  return code === 28 || code === 112 || code === 122 || code === -30792;
}
