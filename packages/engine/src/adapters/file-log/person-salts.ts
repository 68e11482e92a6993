// Salts of the digests in record headers. They are not drawn but derived, so that a cold block need not keep 16 bytes an event: from the
// key of the segment and the person comes the person's secret, and from that and the position the salt. When the segment's key is
// destroyed the secret is known only to who can open the person's own block, and when that goes too, a digest says nothing about its
// event. One-way in both steps: a salt gives away neither the secret nor another salt, a person's secret nothing about another person's.
//
//   salt key = hash("ethogram salts", segment key)     secret = hash(salt key, u32 bytes of the id, id); nobody: 0xffffffff
//   salt     = first 16 bytes of hash(first 16 bytes of the secret, u64 position)
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { limits } from '../../base/limits.js';
import { hashBytes, saltBytes, writeUint64 } from './format.js';

const label = Buffer.from('ethogram salts');
const nobody = 0xffff_ffff;

export const secretBytes = 16;

export class PersonSalts {
  #keyId = -1;
  #ask = Buffer.alloc(hashBytes + 4 + 4 * limits.idCharsMax);
  readonly #salted = Buffer.alloc(secretBytes + 8);
  #secrets = new Map<string | null, Buffer>();

  /** From now on secrets are those of the segment with this key. */
  use(keyId: number, key: Uint8Array): void {
    if (keyId === this.#keyId) return;
    this.#keyId = keyId;
    this.#secrets = new Map();
    this.#ask.set(hash('sha256', Buffer.concat([label, key]), 'buffer'), 0);
  }

  /** 32 bytes. */
  secretOf(subject: string | null): Buffer {
    const known = this.#secrets.get(subject);
    if (known !== undefined) return known;
    const bytes = subject === null ? 0 : Buffer.byteLength(subject, 'utf8');
    if (hashBytes + 4 + bytes > this.#ask.length) {
      const larger = Buffer.alloc(hashBytes + 4 + bytes);
      larger.set(this.#ask.subarray(0, hashBytes));
      this.#ask = larger;
    }
    this.#ask.writeUInt32LE(subject === null ? nobody : bytes, hashBytes);
    if (subject !== null) this.#ask.write(subject, hashBytes + 4, 'utf8');
    const secret = Buffer.from(hash('sha256', this.#ask.subarray(0, hashBytes + 4 + bytes), 'binary'), 'latin1');
    if (this.#secrets.size >= limits.personSecretsMax) this.#secrets = new Map();
    this.#secrets.set(subject, secret);
    return secret;
  }

  /** Whether the salt of the event at `position` comes of this secret. */
  gives(secret: Uint8Array, position: number, salt: Buffer): boolean {
    return this.#binary(secret, position).startsWith(salt.toString('latin1'));
  }

  /** Writes the salt of the event at `position` to `at` of `into`. */
  write(secret: Uint8Array, position: number, into: Buffer, at: number): void {
    const salt = this.#binary(secret, position);
    for (let byte = 0; byte < saltBytes; byte++) into[at + byte] = salt.charCodeAt(byte);
  }

  #binary(secret: Uint8Array, position: number): string {
    for (let byte = 0; byte < secretBytes; byte++) this.#salted[byte] = secret[byte] ?? 0;
    writeUint64(this.#salted, secretBytes, position);
    return hash('sha256', this.#salted, 'binary');
  }
}

export function saltOf(secret: Uint8Array, position: number): Buffer {
  const salted = Buffer.alloc(secretBytes + 8);
  salted.set(secret.subarray(0, secretBytes), 0);
  writeUint64(salted, secretBytes, position);
  return hash('sha256', salted, 'buffer').subarray(0, saltBytes);
}
