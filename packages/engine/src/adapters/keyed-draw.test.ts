import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { drawSuite } from '../ports/draw.suite.js';
import { KeyedDraw } from './keyed-draw.js';

drawSuite('keyed', (salt) => new KeyedDraw(new Uint8Array(32).fill(salt)));

test.each([16, 32, 64, 65, 200])('is what its definition says, so that others can recompute it: a salt of %i bytes', (length) => {
  const salt = Uint8Array.from({ length }, (_, at) => at + 9);
  const draw = new KeyedDraw(salt);
  // A long id, then short ones: what stood in the buffer before does not count.
  for (const id of ['deci\u00e9', 'long'.repeat(100), 'd', '']) {
    const digest = createHmac('sha256', salt)
      .update(Buffer.from(`${id}\u000012`, 'utf8'))
      .digest();
    const expected = (digest[0] ?? 0) + (digest[1] ?? 0) * 256 + (digest[2] ?? 0) * 65536 + (digest[3] ?? 0) * 16777216;
    expect(draw.uint32(id, 12)).toBe(expected);
  }
});

test('a short salt and an odd index are bugs; the salt is copied', () => {
  expect(() => new KeyedDraw(new Uint8Array(8))).toThrow('salt');
  const salt = new Uint8Array(16).fill(1);
  const draw = new KeyedDraw(salt);
  const before = draw.uint32('d', 0);
  salt.fill(2);
  expect(draw.uint32('d', 0)).toBe(before);
  expect(() => draw.uint32('d', -1)).toThrow('index');
  expect(() => draw.uint32('d', 0.5)).toThrow('index');
});
