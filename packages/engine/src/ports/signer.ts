// Who signs checkpoints and receipts: one Ed25519 key with the name of the log. Verification needs no port: it is a function of the public
// key. Implementations: adapters/signing-keys (a file), adapters/seeded-signer (tests, simulations).

/** A public key that signs no more, under the name that it signed with. */
export interface RetiredKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

export interface Signer {
  /** Name of the key and origin of the log: no spaces, no plus. It outlives rotations. */
  readonly name: string;
  /** The public key in force, 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array;
  /** Keys that signed before, oldest first, also for ledgers that ended: what they signed stays good. */
  readonly retired: readonly RetiredKey[];
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}
