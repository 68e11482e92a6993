// Where the files of the state lie: in its folder, or in `other` beneath it while the file `at-other` is there. A rewritten copy is made in
// whichever place is not in use, made durable, and becomes the store by making or removing that one file; what it replaces is overwritten
// with zeros and removed.
// Non-goal: what a disk keeps of blocks that were overwritten in place (docs/erasure.md says so).
import fs from 'node:fs';
import { join } from 'node:path';

export const lmdbFiles = ['data.mdb', 'lock.mdb'] as const;
const otherName = 'other';
const switchName = 'at-other';
const zeros = new Uint8Array(1024 * 1024);

export class LmdbFolders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get isAtOther(): boolean {
    return fs.existsSync(join(this.#folder, switchName));
  }

  /** The folder whose files are the store. */
  get current(): string {
    return this.#place(this.isAtOther);
  }

  /** Has a store ever been made here? */
  get hasData(): boolean {
    return fs.existsSync(join(this.current, 'data.mdb'));
  }

  /** The folder that is not in use, made and empty. */
  emptySpare(): string {
    const spare = this.#place(!this.isAtOther);
    this.destroySpare();
    fs.mkdirSync(spare, { recursive: true, mode: 0o700 });
    return spare;
  }

  /** The spare one becomes the store; durable when this returns. Its files must be so already. */
  change(): void {
    const path = join(this.#folder, switchName);
    if (this.isAtOther) fs.rmSync(path);
    else fs.writeFileSync(path, '', { mode: 0o600 });
    syncNames(this.#folder, []);
  }

  /** Overwrites and removes what lies in the place that is not in use. */
  destroySpare(): void {
    destroyFiles(this.#place(!this.isAtOther));
  }

  /** Overwrites and removes all there is; the store is then where it was at first. */
  destroyAll(): void {
    for (const place of [true, false]) destroyFiles(this.#place(place));
    fs.rmSync(join(this.#folder, switchName), { force: true });
  }

  #place(other: boolean): string {
    return other ? join(this.#folder, otherName) : this.#folder;
  }
}

function destroyFiles(folder: string): void {
  for (const name of lmdbFiles) {
    const path = join(folder, name);
    if (!fs.existsSync(path)) continue;
    overwrite(path);
    fs.rmSync(path);
  }
}

function overwrite(path: string): void {
  const handle = fs.openSync(path, 'r+');
  try {
    const { size } = fs.fstatSync(handle);
    for (let at = 0; at < size; at += zeros.length) fs.writeSync(handle, zeros, 0, Math.min(zeros.length, size - at), at);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Makes files and their names durable, where the platform can sync a folder. Failing costs a rebuild at most: the log is the truth. */
export function syncNames(folder: string, names: readonly string[]): void {
  for (const path of [...names.map((name) => join(folder, name)), folder]) {
    const handle = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(handle);
    } catch {
      return;
    } finally {
      fs.closeSync(handle);
    }
  }
}
