// Files of the log's folder that are open. A log may have more segments than a process may have files, so the ones used least lately are
// closed. Closing loses nothing: a sync through a new handle of the same file covers what the old one wrote.
import { limits } from '../../base/limits.js';
import type { Disk, DiskFile } from '../../ports/disk.js';

export class OpenFiles {
  readonly disk: Disk;
  readonly folder: string;
  readonly #open = new Map<string, DiskFile>();

  constructor(disk: Disk, folder: string) {
    this.disk = disk;
    this.folder = folder;
  }

  path(name: string): string {
    return this.folder === '' ? name : `${this.folder}/${name}`;
  }

  names(): string[] {
    return this.disk.list(this.folder);
  }

  syncFolder(): Promise<void> {
    return this.disk.syncFolder(this.folder);
  }

  get(name: string): DiskFile {
    const file = this.#open.get(name) ?? this.disk.open(this.path(name));
    this.#open.delete(name);
    return this.put(name, file);
  }

  /** Takes over an open file under this name. */
  put(name: string, file: DiskFile): DiskFile {
    this.#open.get(name)?.close();
    this.#open.delete(name);
    this.#open.set(name, file);
    if (this.#open.size > limits.openSegmentsMax) {
      for (const [oldest, old] of this.#open) {
        this.#open.delete(oldest);
        old.close();
        break;
      }
    }
    return file;
  }

  /** Moves a file over whatever has the name `to`. */
  rename(from: string, to: string, file: DiskFile): void {
    this.disk.rename(this.path(from), this.path(to));
    this.#open.delete(from);
    this.put(to, file);
  }

  remove(name: string): void {
    this.#open.get(name)?.close();
    this.#open.delete(name);
    this.disk.remove(this.path(name));
  }

  closeAll(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }
}
