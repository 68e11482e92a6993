// Salts of the digests in record headers. They are not drawn but derived, so that a cold block need not keep 16 bytes an event: from the
// key of the segment and the person comes the person's secret, and from that and the position the salt. When the segment's key is
// destroyed the secret is known only to who can open the person's own block, and when that goes too, a digest says nothing about its
// event. One-way in both steps: a salt gives away neither the secret nor another salt, a person's secret nothing about another person's.
//
//   salt key = hash("ethogram salts", segment key)     secret = hash(salt key, u32 bytes of the id, id); nobody: 0xffffffff
//   salt     = E(x) xor x, where x = first 16 bytes of the secret xor (u64 position, zeros), and E is AES-128 (FIPS 197) under the key that
//              everybody knows: "ethogram salts 1" in ASCII
//
// The second step is the cipher of Even and Mansour (J. Cryptology 10, 1997) with one key, fed forward as in the compression function of
// Matyas, Meyer and Oseas: to who does not know the secret a random function of the position, up to 2^128 / (salts known x AES computed)
// (Dunkelman, Keller, Shamir, EUROCRYPT 2012; Guo, Katz, Wang, Yu, IEEE S&P 2020). All salts of a record are one call of the cipher.
import { Buffer } from 'node:buffer';
import { createCipheriv, hash } from 'node:crypto';
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import { hashBytes, saltBytes, writeUint64 } from './format.js';

const label = Buffer.from('ethogram salts');
const everybodysKey = Buffer.from('ethogram salts 1');
const nobody = 0xffff_ffff;
/** Salt key and length, in front of the id. */
const asked = hashBytes + 4;

export const secretBytes = 16;

export class PersonSalts {
  #keyId = -1;
  #ask = Buffer.alloc(asked + 3 * limits.idCharsMax);
  /** Beginnings of what is asked, by the bytes of the id: ids are of few lengths, and a view costs as much as a short hash. */
  #views: Buffer[] = [];
  readonly #blocks = new SaltBlocks();
  /** Whose secret was asked for last: events and decisions of one person come one after the other. */
  #last: string | null | undefined = undefined;
  #secret: Buffer = Buffer.alloc(0);

  /** From now on secrets are those of the segment with this key. */
  use(keyId: number, key: Uint8Array): void {
    if (keyId === this.#keyId) return;
    this.#keyId = keyId;
    this.#last = undefined;
    this.#ask.set(hash('sha256', Buffer.concat([label, key]), 'buffer'), 0);
  }

  /** 32 bytes, not to be changed. */
  secretOf(subject: string | null): Buffer {
    if (subject === this.#last) return this.#secret;
    if (subject !== null && asked + 3 * subject.length > this.#ask.length) this.#grow(asked + 3 * subject.length);
    const bytes = subject === null ? 0 : this.#ask.write(subject, asked, 'utf8');
    this.#ask.writeUInt32LE(subject === null ? nobody : bytes, hashBytes);
    const view = (this.#views[bytes] ??= this.#ask.subarray(0, asked + bytes));
    // As a binary string the digest comes out of the one-shot hash in half the time of a Buffer.
    this.#secret = Buffer.from(hash('sha256', view, 'binary'), 'latin1');
    this.#last = subject;
    return this.#secret;
  }

  #grow(bytes: number): void {
    const larger = Buffer.alloc(bytes);
    larger.set(this.#ask.subarray(0, hashBytes));
    this.#ask = larger;
    this.#views = [];
  }

  /** Salts of neighbouring events, the first at that position: 16 bytes each, a view until the next call. Of nobody known: no salt. */
  of(events: readonly { readonly subject?: string | null | undefined }[], first: number): Buffer {
    const secrets = events.map(({ subject }) => (subject === undefined ? undefined : this.secretOf(subject)));
    return this.from(secrets, first);
  }

  /** As `of`, by their secrets. */
  from(secrets: readonly (Uint8Array | undefined)[], first: number): Buffer {
    return this.#blocks.salts(secrets, first);
  }
}

/** The second step, for many at once. What it worked with is overwritten by what came out. */
class SaltBlocks {
  readonly #cipher = createCipheriv('aes-128-ecb', everybodysKey, null).setAutoPadding(false);
  #blocks = Buffer.alloc(0);
  #view = new DataView(this.#blocks.buffer);

  salts(secrets: readonly (Uint8Array | undefined)[], first: number): Buffer {
    const bytes = secrets.length * saltBytes;
    if (this.#blocks.length < bytes) {
      const room = new ArrayBuffer(2 * bytes);
      this.#blocks = Buffer.from(room);
      this.#view = new DataView(room);
    }
    const view = this.#view;
    let [a, b, c, d] = [0, 0, 0, 0];
    let loaded: Uint8Array | undefined;
    for (let index = 0; index < secrets.length; index++) {
      const secret = secrets[index];
      if (secret === undefined) continue;
      if (secret !== loaded) {
        [a, b, c, d] = [wordOf(secret, 0), wordOf(secret, 4), wordOf(secret, 8), wordOf(secret, 12)];
        loaded = secret;
      }
      const position = first + index;
      const at = index * saltBytes;
      view.setUint32(at, a ^ position, true);
      view.setUint32(at + 4, b ^ Math.floor(position / 0x1_0000_0000), true);
      view.setUint32(at + 8, c, true);
      view.setUint32(at + 12, d, true);
    }
    const made = this.#blocks.subarray(0, bytes);
    const through = this.#cipher.update(made);
    assert(through.length === bytes, 'a block cipher without padding gives a block for a block');
    const other = new DataView(through.buffer, through.byteOffset, bytes);
    for (let at = 0; at < bytes; at += 4) view.setUint32(at, view.getUint32(at, true) ^ other.getUint32(at, true), true);
    return made;
  }
}

function wordOf(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

const single = new SaltBlocks();

export function saltOf(secret: Uint8Array, position: number): Buffer {
  return Buffer.from(single.salts([secret], position));
}

/** How salts came of secrets at first: blocks without the flag `permuted` (cold-format.ts) were sealed with these. */
export function hashedSaltOf(secret: Uint8Array, position: number): Buffer {
  const salted = Buffer.alloc(secretBytes + 8);
  salted.set(secret.subarray(0, secretBytes), 0);
  writeUint64(salted, secretBytes, position);
  return hash('sha256', salted, 'buffer').subarray(0, saltBytes);
}
