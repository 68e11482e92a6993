// Randomness for keys, salts, nonces and ids only; never for a decision (those use Draw, which is replayable).

export interface Entropy {
  /** Fills a fresh array of `length` bytes from a cryptographically secure source. */
  bytes(length: number): Uint8Array;
}
