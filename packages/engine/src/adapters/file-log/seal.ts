// AES-GCM as the log uses it: NIST SP 800-38D with a tag of 16 bytes. The log's keys are of 256 bits and its nonces 12 random bytes; other
// sizes are taken so that published test vectors run through this very code (`npm run vectors`).
import type { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, type CipherGCMTypes } from 'node:crypto';
import { tagBytes } from './format.js';

const ciphers: Readonly<Record<number, CipherGCMTypes>> = { 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' };

function cipherOf(key: Uint8Array): CipherGCMTypes {
  const cipher = ciphers[key.length];
  if (cipher === undefined) throw new RangeError('a key of AES has 16, 24 or 32 bytes');
  return cipher;
}

/** What is sealed, as long as `plain`, and its tag. */
export function seal(
  key: Uint8Array,
  nonce: Uint8Array,
  authenticated: Uint8Array,
  plain: Uint8Array,
): { readonly sealed: Buffer; readonly tag: Buffer } {
  const cipher = createCipheriv(cipherOf(key), key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(authenticated);
  const sealed = cipher.update(plain);
  cipher.final();
  return { sealed, tag: cipher.getAuthTag() };
}

/** The plain text; undefined when the seal does not hold. */
export function unseal(
  key: Uint8Array,
  nonce: Uint8Array,
  authenticated: Uint8Array,
  sealed: Uint8Array,
  tag: Uint8Array,
): Buffer | undefined {
  const decipher = createDecipheriv(cipherOf(key), key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(tag);
  const plain = decipher.update(sealed);
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}
