// Ed25519 (RFC 8032) verification by Node's OpenSSL, for a raw public key of 32 bytes. It refuses signatures of another length and those
// whose scalar is out of range, so one message has one signature.
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';

export const publicKeyBytes = 32;
export const signatureBytes = 64;

/** SubjectPublicKeyInfo of RFC 8410 before the key itself. */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** False for whatever is no signature of that message by that key. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([spkiHead, publicKey]), format: 'der', type: 'spki' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}
