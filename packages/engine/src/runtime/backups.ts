// The backups of a running engine: one at a time, and what became of the last. Where they go is the caller's; an engine that was opened
// without a disk of files (in memory) makes none.
import { CodedError, type ErrorCode } from '../base/errors.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Clock } from '../ports/clock.js';
import type { Disk } from '../ports/disk.js';
import type { Log } from '../ports/log.js';
import { backUp, type Manifest } from './backup.js';
import type { Writer } from './writer.js';

export interface BackupDone extends Omit<Manifest, 'format' | 'files'> {
  readonly files: number;
  readonly bytes: number;
  /** How long nothing else moved, ms. */
  readonly pauseMs: number;
}

export interface BackupStatus {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** Of the last that was made. */
  readonly done: BackupDone | null;
  /** Of the last that failed, if it came after. */
  readonly code: ErrorCode | null;
}

export interface BackupsParts {
  readonly disk: Disk | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly writer: Writer;
}

export class Backups {
  readonly #parts: BackupsParts;
  #running: Promise<unknown> | null = null;
  #stopped = false;
  #status: BackupStatus = { state: 'none', done: null, code: null };

  constructor(parts: BackupsParts) {
    this.#parts = parts;
  }

  get status(): BackupStatus {
    return this.#status;
  }

  /** Copies what the log holds to `target`, an empty folder; resolves when the copy is whole. Fails with backup_running and others. */
  async run(target: Disk): Promise<Result<BackupDone>> {
    const { disk, log, clock, writer } = this.#parts;
    if (disk === undefined) return fail('backup_no_files');
    if (this.#running !== null) return fail('backup_running');
    const { done } = this.#status;
    this.#status = { state: 'running', done, code: null };
    const making = backUp({
      source: disk,
      target,
      log,
      clock,
      exclusive: (task) => writer.exclusive(task),
      isStopped: () => this.#stopped,
    });
    this.#running = making;
    try {
      const { manifest, pauseMs } = await making;
      const { at, head, redactions, erased, files } = manifest;
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const told: BackupDone = { at, head, redactions, erased, files: files.length, bytes, pauseMs };
      this.#status = { state: 'done', done: told, code: null };
      return ok(told);
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'backup_failed';
      this.#status = { state: 'failed', done, code };
      return fail(code);
    } finally {
      this.#running = null;
    }
  }

  /** Stops what runs; it leaves nothing that could be taken for a backup. */
  async close(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
  }
}
