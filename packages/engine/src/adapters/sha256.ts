// SHA-256 of files that are read in slices: what the manifest of a backup names them by.
import { createHash } from 'node:crypto';

export class Sha256 {
  readonly #hash = createHash('sha256');

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Lower-case hex; nothing may be added afterwards. */
  hex(): string {
    return this.#hash.digest('hex');
  }
}
