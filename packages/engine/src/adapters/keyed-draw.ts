// Chance for decisions: the first four bytes, little-endian, of HMAC-SHA256(salt, decision id + 0x00 + index in decimal).
// Why keyed: whoever holds the salt can draw a recorded decision again; whoever does not cannot foresee or steer one.
// Each ranking draws, and an HMAC object of Node was a twentieth of one; so it is written out as RFC 2104 has it: two one-shot hashes.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { assert } from '../base/assert.js';
import type { Draw } from '../ports/draw.js';

const saltBytesMin = 16;
/** Of SHA-256, in bytes. */
const blockBytes = 64;
const digestBytes = 32;

export class KeyedDraw implements Draw {
  /** What is hashed: one block of the salt under the inner pad, then the text. */
  #inner: Buffer;
  /** One block of the salt under the outer pad, then the inner digest. */
  readonly #outer = Buffer.alloc(blockBytes + digestBytes);

  constructor(salt: Uint8Array) {
    assert(salt.length >= saltBytesMin, 'the salt of draws holds at least 16 bytes');
    const key = salt.length > blockBytes ? hash('sha256', salt, 'buffer') : salt;
    this.#inner = Buffer.alloc(2 * blockBytes, 0x36);
    this.#outer.fill(0x5c, 0, blockBytes);
    key.forEach((byte, at) => {
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    });
  }

  uint32(decisionId: string, index: number): number {
    assert(Number.isSafeInteger(index) && index >= 0, 'the index of a draw is a natural number');
    const text = `${decisionId}\0${index}`;
    const end = blockBytes + Buffer.byteLength(text, 'utf8');
    if (end > this.#inner.length) this.#inner = Buffer.concat([this.#inner.subarray(0, blockBytes)], 2 * end);
    this.#inner.write(text, blockBytes, 'utf8');
    this.#outer.set(hash('sha256', this.#inner.subarray(0, end), 'buffer'), blockBytes);
    return hash('sha256', this.#outer, 'buffer').readUInt32LE(0);
  }
}
