// The published vectors (key 00..07, message 00, 01, 02, ...) at the even lengths a UTF-16 string can express, then what a table needs of
// it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HalfSipHash } from './half-sip-hash.js';

const hex = (word: number): string => [0, 8, 16, 24].map((shift) => ((word >>> shift) & 0xff).toString(16).padStart(2, '0')).join('');

const messageOf = (bytes: number): string =>
  Array.from({ length: bytes / 2 }, (_, i) => String.fromCharCode(2 * i + ((2 * i + 1) << 8))).join('');

const digest = (sip: HalfSipHash, text: string): string => {
  sip.hash(text);
  return hex(sip.low) + hex(sip.high);
};

test.each([
  [0, '218d1f59b9b83cc8'],
  [2, '064f39ef7c50eb57'],
  [4, 'd5e78a175be52ea1'],
  [6, 'ce3e91358aa2bc25'],
  [8, 'edfee820bce4858c'],
  [10, '95b0469f06a6f2ee'],
  [12, '7bc71f9faef5c799'],
  [16, '7336aad25f7bf3b5'],
  [26, '0d899ed8112923f0'],
])('the published vector of %i bytes', (bytes, expected) => {
  expect(digest(new HalfSipHash([0x03020100, 0x07060504]), messageOf(bytes))).toBe(expected);
});

test('the answer depends on the key and on nothing hashed before', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(), (text, before, k) => {
      const sip = new HalfSipHash([k, 7]);
      sip.hash(before);
      expect(digest(sip, text)).toBe(digest(new HalfSipHash([k, 7]), text));
      expect(digest(new HalfSipHash([k, 8]), text)).not.toBe(digest(new HalfSipHash([k, 7]), text));
    }),
  );
});

test('one changed bit of the text changes about half of the 64 bits', () => {
  const sip = new HalfSipHash([1, 2]);
  let flipped = 0;
  let trials = 0;
  for (let n = 0; n < 200; n++) {
    sip.hash(`subject-${n}`);
    const { low, high } = sip;
    for (let bit = 0; bit < 16; bit++) {
      const unit = String.fromCharCode('s'.charCodeAt(0) ^ (1 << bit));
      sip.hash(`${unit}ubject-${n}`);
      for (let word = (low ^ sip.low) >>> 0; word !== 0; word = (word & (word - 1)) >>> 0) flipped++;
      for (let word = (high ^ sip.high) >>> 0; word !== 0; word = (word & (word - 1)) >>> 0) flipped++;
      trials++;
    }
  }
  expect(flipped / trials).toBeGreaterThan(31.5);
  expect(flipped / trials).toBeLessThan(32.5);
});

test('a pair hashes as the two joined by a zero unit, whatever their lengths', () => {
  const [one, other] = [new HalfSipHash([1, 2]), new HalfSipHash([1, 2])];
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  fc.assert(
    fc.property(text, text, (first, second) => {
      one.hashPair(first, second);
      other.hash(`${first}\u0000${second}`);
      expect([one.low, one.high]).toEqual([other.low, other.high]);
    }),
  );
});
