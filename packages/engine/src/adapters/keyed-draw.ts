// Chance for decisions: the first four bytes, little-endian, of HMAC-SHA256(salt, decision id + 0x00 + index in decimal).
// Why keyed: whoever holds the salt can draw a recorded decision again; whoever does not cannot foresee or steer one.
import { createHmac } from 'node:crypto';
import { assert } from '../base/assert.js';
import type { Draw } from '../ports/draw.js';

const saltBytesMin = 16;

export class KeyedDraw implements Draw {
  readonly #salt: Uint8Array;

  constructor(salt: Uint8Array) {
    assert(salt.length >= saltBytesMin, 'the salt of draws holds at least 16 bytes');
    this.#salt = salt.slice();
  }

  uint32(decisionId: string, index: number): number {
    assert(Number.isSafeInteger(index) && index >= 0, 'the index of a draw is a natural number');
    return createHmac('sha256', this.#salt).update(`${decisionId}\0${index}`, 'utf8').digest().readUInt32LE(0);
  }
}
