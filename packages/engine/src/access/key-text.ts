// The text of a key: a prefix that names its kind, then 160 random bits in base32 (RFC 4648, lower case: no colon for Basic to trip over,
// one double click selects it). Only its SHA-256 is ever stored; with that many random bits a slow hash would protect nothing more.
import { createHash, timingSafeEqual } from 'node:crypto';
import { assert } from '../base/assert.js';
import type { Entropy } from '../ports/entropy.js';
import { keyPrefix, type KeyKind } from './key-kind.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const keyBytes = 20;
const idBytes = 5;

export function newKeyText(kind: KeyKind, entropy: Entropy): string {
  return keyPrefix[kind] + base32(entropy.bytes(keyBytes));
}

/** A name for a key that is no secret: what lists, logs and rejects say. */
export function newKeyId(entropy: Entropy): string {
  return `key_${base32(entropy.bytes(idBytes))}`;
}

/** SHA-256 of a key's text, as 64 hex digits. */
export function hashOfKey(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Compares two hashes in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

/** Whole groups of 5 bytes only. */
function base32(bytes: Uint8Array): string {
  assert(bytes.length % 5 === 0, 'base32 takes whole groups of five bytes');
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
