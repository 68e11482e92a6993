// The key store: random 256-bit keys by number, in a store of their own, apart from what they seal. A destroyed key is gone for good.
// A run is many keys under one number: those of the people in one stretch of the log, which come and go together.

export interface Keys {
  /** Mints a key. It may seal at once, but nothing sealed by it may be acknowledged before `sync` has resolved. */
  create(): { readonly id: number; readonly key: Uint8Array };
  get(id: number): Uint8Array | undefined;
  /** Ids of all keys and runs that still open something, ascending. */
  ids(): number[];
  sync(): Promise<void>;
  /** Keeps a run: `keys` are 32 bytes each, one after the other. Resolves with its id when it is on stable storage. */
  keepRun(keys: Uint8Array): Promise<number>;
  /** The keys of a run, as they were given; undefined when there is none. Throws CodedError log_damaged when it has changed since. */
  run(id: number): Uint8Array | undefined;
  /** Ids of all runs, ascending. */
  runs(): number[];
  /** Is it certain that this key was destroyed? Of one that was never given, or is missing for another reason, it is not. */
  isDestroyed(id: number): boolean;
  /** Overwrites and forgets the keys and runs; resolves when that is on stable storage. */
  destroy(ids: readonly number[]): Promise<void>;
  /** Wraps all that is left under a new wrapping key, and destroys the old one: what a disk may still keep of old wraps opens nothing. */
  turnOver(): Promise<void>;
  close(): void;
}
