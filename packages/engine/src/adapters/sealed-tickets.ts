// Tickets: short texts that only this tenant can make and read, for links and cookies that go through other hands. Authenticated encryption
// (AES-256-GCM, NIST SP 800-38D) under a key derived (HKDF, RFC 5869) from the tenant's salt for this use alone, with a random nonce of 96
// bits each: nobody can make one, change one, or see whom it is about. Layout: nonce (12) | ciphertext | tag (16), as base64url.
// Non-goals: expiry and single use, which are the reader's business; a ticket says what it says for ever.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Entropy } from '../ports/entropy.js';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export interface Tickets {
  seal(text: string): string;
  /** The text; undefined when it was not made here, or not for this use. */
  open(ticket: string): string | undefined;
}

export function sealedTickets(secret: Uint8Array, use: string, entropy: Entropy): Tickets {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', use, 32));
  return {
    seal: (text) => {
      const nonce = entropy.bytes(nonceBytes);
      const sealing = createCipheriv(cipher, key, nonce);
      const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
      return Buffer.concat([nonce, body, sealing.getAuthTag()]).toString('base64url');
    },
    open: (ticket) => {
      const bytes = Buffer.from(ticket, 'base64url');
      // Only one text stands for a ticket: what decodes to the same bytes, but is written otherwise, is none.
      if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64url') !== ticket) return undefined;
      try {
        const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
        opening.setAuthTag(bytes.subarray(-tagBytes));
        return opening.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + opening.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
