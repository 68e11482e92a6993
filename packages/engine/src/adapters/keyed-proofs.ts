// The Proofs port over node:crypto: HMAC-SHA256 under a key derived (HKDF, RFC 5869) for this use alone; Ed25519 (RFC 8032).
//   sealed = base64url(text) "." base64url(HMAC)
import { createHmac, createPublicKey, hkdfSync, timingSafeEqual, verify } from 'node:crypto';
import type { Proofs } from '../ports/proofs.js';

export class KeyedProofs implements Proofs {
  readonly #key: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'ethogram proofs', 32));
  }

  seal(text: string): string {
    const body = Buffer.from(text, 'utf8').toString('base64url');
    return `${body}.${this.#mac(body).toString('base64url')}`;
  }

  open(sealed: string): string | undefined {
    const [body = '', mac = '', ...more] = sealed.split('.');
    const given = Buffer.from(mac, 'base64url');
    const right = this.#mac(body);
    if (more.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return Buffer.from(body, 'base64url').toString('utf8');
  }

  verify(publicKey: string, text: string, signature: string): boolean {
    try {
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
      return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64url'));
    } catch {
      return false;
    }
  }

  #mac(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body, 'utf8').digest();
  }
}
