// Who wraps the key of the key store: a file, a key service (KMS), a security module. The store hands over one random key of 32 bytes and
// keeps what comes back beside its keys; without the wrapping key that opens nothing. Names are the provider's own; `owner` is the id of
// the key store, so that several stores may share one provider and never destroy each other's keys.
//
// What a provider must hold to (wrapping.suite.ts): a key that `create` has named is on stable storage; after `destroy` has resolved,
// nothing that was wrapped under that name can ever be unwrapped. How the common services say that:
//   Vault transit    create = rotate the key, name = its version; destroy = raise min_decryption_version, then trim
//   Google Cloud KMS create = a new key version; destroy = destroy that version (set the scheduled duration to its minimum)
//   AWS KMS          create = a key of its own; destroy = disable it, then schedule its deletion (seven days at least: say so in receipts)
// Non-goals: sealing data; more than a few calls a minute.

export interface Wrapping {
  /** Makes a new wrapping key for this store; resolves with its name, of at most 128 bytes, when it is on stable storage. */
  create(owner: string): Promise<string>;
  /** Resolves with at most 768 bytes. Rejects with CodedError wrapping_key when there is no such key. */
  wrap(name: string, key: Uint8Array): Promise<Uint8Array>;
  /** Rejects with CodedError wrapping_key when there is no such key, or when it does not open this. */
  unwrap(name: string, wrapped: Uint8Array): Promise<Uint8Array>;
  /** Names of this store's keys that still open something. */
  names(owner: string): Promise<readonly string[]>;
  /** Does nothing when the key is gone already. */
  destroy(name: string): Promise<void>;
}
