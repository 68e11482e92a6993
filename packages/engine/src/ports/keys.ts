// The key store: random 256-bit keys by number, in a store of their own, apart from what they seal. A destroyed key is gone for good.

export interface Keys {
  /** Mints a key. It may seal at once, but nothing sealed by it may be acknowledged before `sync` has resolved. */
  create(): { readonly id: number; readonly key: Uint8Array };
  get(id: number): Uint8Array | undefined;
  /** Ids of all keys that still open something, ascending. */
  ids(): number[];
  sync(): Promise<void>;
  /** Overwrites and forgets the keys; resolves when that is on stable storage. */
  destroy(ids: readonly number[]): Promise<void>;
  close(): void;
}
