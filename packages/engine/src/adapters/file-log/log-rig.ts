// A file log with its key file on a disk in memory, small enough for every kind of trouble. For tests only.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import type { CodedError } from '../../base/errors.js';
import type { Disk } from '../../ports/disk.js';
import type { AppendEvent } from '../../ports/log.js';
import { KeyFile } from '../key-file.js';
import { ManualClock } from '../manual-clock.js';
import { MemoryDisk } from '../memory-disk.js';
import { SeededEntropy } from '../seeded-entropy.js';
import { FileLog } from './file-log.js';
import type { FileLogLimits } from './file-log-limits.js';

export const smallLimits = { segmentBytes: 4096, reserveBytes: 2048, recordBytesMax: 2048 };

let seed = 0;

export class LogRig {
  readonly disk: MemoryDisk;
  readonly clock = new ManualClock();
  readonly failures: CodedError[] = [];
  readonly #seen: Disk;
  #lives = 0;
  #log: FileLog | undefined;
  #keys: KeyFile | undefined;

  /** `through` may wrap the disk that the log (not the key file) sees. */
  constructor(disk: MemoryDisk = new MemoryDisk(), through: (disk: Disk) => Disk = (same) => same) {
    this.disk = disk;
    this.#seen = through(disk);
  }

  get log(): FileLog {
    if (this.#log === undefined) throw new Error('the log is not open');
    return this.#log;
  }

  get keys(): KeyFile {
    if (this.#keys === undefined) throw new Error('the keys are not open');
    return this.#keys;
  }

  async open(limits: Partial<FileLogLimits> = smallLimits): Promise<FileLog> {
    const entropy = new SeededEntropy(++seed);
    this.#keys = await KeyFile.open({ disk: this.disk, folder: 'keys', wrapping: { disk: this.disk, folder: 'apart' }, entropy });
    const { clock } = this;
    const life = ++this.#lives;
    const onFailure = (error: CodedError): void => {
      // What a killed process still tries fails as it should.
      if (life === this.#lives) this.failures.push(error);
    };
    this.#log = await FileLog.open({ disk: this.#seen, folder: 'log', keys: this.#keys, entropy, clock, limits, onFailure });
    return this.#log;
  }

  async close(): Promise<void> {
    await this.log.close();
    this.keys.close();
  }

  /** As if the process had been killed: what was written stays. */
  kill(): void {
    this.disk.kill();
    this.#lives++;
    this.#log = undefined;
  }

  /** A rig on a copy of the disk's files, changed by `change`. */
  copy(change: (files: Map<string, Uint8Array>) => void = () => {}): LogRig {
    const files = this.disk.files();
    change(files);
    return new LogRig(MemoryDisk.holding(files));
  }

  /** Appends texts as one batch; the first position, or the code of the failure. */
  append(texts: readonly string[], urgent = false): number | string {
    const result = this.log.append(texts.map(eventOf), { urgent });
    return result.ok ? result.first : result.code;
  }

  texts(): (string | null)[] {
    return [...this.log.read(0)].map(({ bytes }) => (bytes === null ? null : new TextDecoder().decode(bytes)));
  }

  /** Names of the segments, in order. */
  segments(): string[] {
    return this.disk.list('log').filter((name) => /^\d/.test(name));
  }

  /** What the log's files hold, short enough to compare. */
  fingerprint(): string[] {
    return [...this.disk.files()]
      .filter(([path]) => path.startsWith('log/'))
      .map(([path, content]) => `${path} ${hash('sha256', content)}`);
  }

  holds(bytes: Uint8Array): boolean {
    return [...this.disk.files().values()].some((content) => Buffer.from(content).includes(Buffer.from(bytes)));
  }
}

export function eventOf(text: string, index = 0): AppendEvent {
  return { bytes: new TextEncoder().encode(text), mask: (index * 7919) & 0xffff };
}
