// Keyed hashes of ids: whoever has one but not the key learns nothing about the id. For lists that outlive the person.
import { createHmac, hkdfSync } from 'node:crypto';

const tagBytes = 16;

/** HMAC-SHA256 under a key derived (HKDF, RFC 5869) from a secret for this use alone, cut to 16 bytes, as a string of latin-1. */
export function subjectTags(secret: Uint8Array, use: string): (subject: string) => string {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', use, 32));
  return (subject) => createHmac('sha256', key).update(subject, 'utf8').digest().toString('latin1', 0, tagBytes);
}
