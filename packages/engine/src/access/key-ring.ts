// The keys that a running door knows, kept up to date with the file while it runs: looked at every limits.keysPollMs, so a new, rotated or
// revoked key counts within a second, without a restart.
// Invariant: it fails closed. Once a key was seen, `required` stays true: a file that is emptied, removed or damaged later opens
// nothing (a damaged one leaves the keys as they were; who is told of it is `onError`).
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import { hashOfKey, sameHash } from './key-text.js';
import { parseKeys, type Key, type KeyStore } from './key-store.js';

export interface KeyRingOptions {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly onError?: (error: unknown) => void;
  /** Told of the keys whenever they are read, and when one has ended since. */
  readonly onKeys?: (keys: readonly Key[]) => void;
}

export class KeyRing {
  readonly #store: KeyStore;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #onKeys: (keys: readonly Key[]) => void;
  #seen: Buffer | null;
  #byHash = new Map<string, Key>();
  #required = false;
  #version = 0;
  /** How many opened something when they were told of last. */
  #liveTold = 0;
  #cancel: (() => void) | null = null;

  /** Reads the file. Throws CodedError keys_unreadable. */
  constructor({ store, clock, onError = () => undefined, onKeys = () => undefined }: KeyRingOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
    this.#onKeys = onKeys;
    this.#seen = store.bytes();
    if (this.#seen !== null) this.#take(parseKeys(this.#seen));
  }

  /** Does a caller need a key? False only while there has never been one. */
  get required(): boolean {
    return this.#required;
  }

  /** Changes whenever the keys do: what was found before must be found again. */
  get version(): number {
    return this.#version;
  }

  /** How many keys open something now. */
  get live(): number {
    const now = this.#clock.now();
    return [...this.#byHash.values()].filter((key) => isLive(key, now)).length;
  }

  /** The key of that text, if it is one and has not ended. Costs a hash: callers remember what they found, by `version`. */
  find(text: string): Key | undefined {
    const hash = hashOfKey(text);
    const key = this.#byHash.get(hash);
    return key !== undefined && sameHash(key.sha256, hash) && isLive(key, this.#clock.now()) ? key : undefined;
  }

  /** Looks at the file from now on, until `close`. */
  watch(): void {
    this.#cancel = this.#clock.after(limits.keysPollMs, () => {
      this.refresh();
      this.watch();
    });
  }

  /** Looks at the file once. */
  refresh(): void {
    try {
      const bytes = this.#store.bytes();
      if (bytes === null ? this.#seen === null : this.#seen?.equals(bytes) === true) {
        if (this.live !== this.#liveTold) this.#tell([...this.#byHash.values()]);
        return;
      }
      this.#seen = bytes;
      this.#take(bytes === null ? [] : parseKeys(bytes));
    } catch (error) {
      this.#onError(error);
    }
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #take(keys: readonly Key[]): void {
    this.#byHash = new Map(keys.map((key) => [key.sha256, key]));
    if (keys.length > 0) this.#required = true;
    this.#version += 1;
    this.#tell(keys);
  }

  #tell(keys: readonly Key[]): void {
    this.#liveTold = this.live;
    this.#onKeys(keys);
  }
}

export function isLive(key: Key, now: number): boolean {
  return key.expiresAt === null || now < key.expiresAt;
}
