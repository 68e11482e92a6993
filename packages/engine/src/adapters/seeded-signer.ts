// Signs with one Ed25519 key made of a seed of 32 bytes (RFC 8032). SigningKeys keeps such seeds in a file; tests and simulations make one
// of their own entropy.
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { assert } from '../base/assert.js';
import type { RetiredKey, Signer } from '../ports/signer.js';

/** PrivateKeyInfo of RFC 8410 before the seed itself. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');
const seedBytes = 32;

export class SeededSigner implements Signer {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly retired: readonly RetiredKey[];
  readonly #key: KeyObject;

  constructor(name: string, seed: Uint8Array, retired: readonly RetiredKey[] = []) {
    assert(seed.length === seedBytes, 'a seed has 32 bytes');
    this.name = name;
    this.retired = retired;
    this.#key = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-seedBytes);
  }

  sign(message: Uint8Array): Uint8Array {
    return sign(null, message, this.#key);
  }
}
