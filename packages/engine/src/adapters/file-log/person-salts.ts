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
  /** Whose secret the blocks were loaded with last. */
  #last: string | null | undefined = undefined;

  /** From now on secrets are those of the segment with this key. */
  use(keyId: number, key: Uint8Array): void {
    if (keyId === this.#keyId) return;
    this.#keyId = keyId;
    this.#last = undefined;
    this.#ask.set(hash('sha256', Buffer.concat([label, key]), 'buffer'), 0);
  }

  /** 32 bytes, not to be changed. */
  secretOf(subject: string | null): Buffer {
    return Buffer.from(this.#digestOf(subject), 'latin1');
  }

  /** Salts of neighbouring events, the first at that position: 16 bytes each, a view until the next call. Of nobody known: no salt. */
  of(events: readonly { readonly subject?: string | null | undefined }[], first: number): Buffer {
    const blocks = this.#blocks;
    blocks.begin(events.length, first);
    let index = 0;
    for (const { subject } of events) {
      if (subject !== undefined) {
        // Events and decisions of one person come one after the other.
        if (subject !== this.#last) {
          const secret = this.#digestOf(subject);
          blocks.load(wordIn(secret, 0), wordIn(secret, 4), wordIn(secret, 8), wordIn(secret, 12));
          this.#last = subject;
        }
        blocks.put(index);
      }
      index += 1;
    }
    return blocks.salts();
  }

  /** As `of`, by their secrets. */
  from(secrets: readonly (Uint8Array | undefined)[], first: number): Buffer {
    this.#last = undefined;
    return saltsFrom(this.#blocks, secrets, first);
  }

  /** The secret as a binary string: so the digest comes out of the one-shot hash in half the time of a Buffer. */
  #digestOf(subject: string | null): string {
    const bytes = subject === null ? 0 : this.#write(subject);
    this.#ask.writeUInt32LE(subject === null ? nobody : bytes, hashBytes);
    return hash('sha256', (this.#views[bytes] ??= this.#ask.subarray(0, asked + bytes)), 'binary');
  }

  /** Puts an id into what is asked; says how many bytes it has. Most are ASCII, for which a call out of the engine takes longest. */
  #write(subject: string): number {
    if (asked + 3 * subject.length > this.#ask.length) this.#grow(asked + 3 * subject.length);
    const ask = this.#ask;
    for (let unit = 0; unit < subject.length; unit += 1) {
      const code = subject.charCodeAt(unit);
      if (code > 0x7f) return ask.write(subject, asked, 'utf8');
      ask[asked + unit] = code;
    }
    return subject.length;
  }

  #grow(bytes: number): void {
    const larger = Buffer.alloc(bytes);
    larger.set(this.#ask.subarray(0, hashBytes));
    this.#ask = larger;
    this.#views = [];
  }
}

/** The second step, for many at once. What it worked with is overwritten by what came out. */
class SaltBlocks {
  readonly #cipher = createCipheriv('aes-128-ecb', everybodysKey, null).setAutoPadding(false);
  #blocks = Buffer.alloc(0);
  #view = new DataView(this.#blocks.buffer);
  #count = 0;
  #first = 0;
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** Salts of so many events, the first at that position. */
  begin(count: number, first: number): void {
    this.#count = count;
    this.#first = first;
    const bytes = count * saltBytes;
    if (this.#blocks.length >= bytes) return;
    const room = new ArrayBuffer(2 * bytes);
    this.#blocks = Buffer.from(room);
    this.#view = new DataView(room);
  }

  /** The person of the next events, by the first 16 bytes of their secret. */
  load(a: number, b: number, c: number, d: number): void {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  put(index: number): void {
    const view = this.#view;
    const position = this.#first + index;
    const at = index * saltBytes;
    view.setUint32(at, this.#a ^ position, true);
    view.setUint32(at + 4, this.#b ^ Math.floor(position / 0x1_0000_0000), true);
    view.setUint32(at + 8, this.#c, true);
    view.setUint32(at + 12, this.#d, true);
  }

  salts(): Buffer {
    const bytes = this.#count * saltBytes;
    const view = this.#view;
    const made = this.#blocks.subarray(0, bytes);
    const through = this.#cipher.update(made);
    assert(through.length === bytes, 'a block cipher without padding gives a block for a block');
    const other = new DataView(through.buffer, through.byteOffset, bytes);
    for (let at = 0; at < bytes; at += 4) view.setUint32(at, view.getUint32(at, true) ^ other.getUint32(at, true), true);
    return made;
  }
}

function saltsFrom(blocks: SaltBlocks, secrets: readonly (Uint8Array | undefined)[], first: number): Buffer {
  blocks.begin(secrets.length, first);
  let loaded: Uint8Array | undefined;
  secrets.forEach((secret, index) => {
    if (secret === undefined) return;
    if (secret !== loaded) blocks.load(wordOf(secret, 0), wordOf(secret, 4), wordOf(secret, 8), wordOf(secret, 12));
    loaded = secret;
    blocks.put(index);
  });
  return blocks.salts();
}

function wordOf(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** As `wordOf`, of a binary string. */
function wordIn(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24);
}

const single = new SaltBlocks();

export function saltOf(secret: Uint8Array, position: number): Buffer {
  return Buffer.from(saltsFrom(single, [secret], position));
}

/** How salts came of secrets at first: blocks without the flag `permuted` (cold-format.ts) were sealed with these. */
export function hashedSaltOf(secret: Uint8Array, position: number): Buffer {
  const salted = Buffer.alloc(secretBytes + 8);
  salted.set(secret.subarray(0, secretBytes), 0);
  writeUint64(salted, secretBytes, position);
  return hash('sha256', salted, 'buffer').subarray(0, saltBytes);
}
