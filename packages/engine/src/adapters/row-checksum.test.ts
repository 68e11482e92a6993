import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumBytes, checksumIn, putChecksum, RowCheck, sumName, sumValue, textIn } from './row-checksum.js';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.integer({ min: 500, max: 530 }).map((length) => new Uint8Array(length).fill(length)),
);

function valueOf(text: Uint8Array): Uint8Array {
  const value = new Uint8Array(checksumBytes + text.length);
  value.set(text, checksumBytes);
  return value;
}

test('the checksum of a row is the crc32 of its name and its value, however long they are', () => {
  fc.assert(
    fc.property(bytes, bytes, (name, text) => {
      const value = valueOf(text);
      const expected = crc32(Buffer.concat([name, text]));
      expect(putChecksum(name, value)).toBe(expected);
      expect(checksumIn(value)).toBe(expected);
      expect(Buffer.from(value).readUInt32LE(0)).toBe(expected);
    }),
  );
});

test('a text is read from plain bytes as from Buffers, and not where anything of its row was changed', () => {
  const name = Buffer.from('t\0key');
  const value = valueOf(Buffer.from('Tee für zwei'));
  putChecksum(name, value);
  expect([value, Buffer.from(value)].map((each) => textIn(name, each))).toEqual(['Tee für zwei', 'Tee für zwei']);
  expect(() => textIn(Buffer.from('t\0kez'), value)).toThrow('damaged');
  for (let at = 0; at < value.length; at += 1) {
    const changed = Uint8Array.from(value);
    changed[at] = (changed[at] ?? 0) ^ 0x80;
    expect(() => textIn(name, changed)).toThrow('damaged');
  }
});

test('rows that are in order, whole and all there pass', () => {
  const rows = ['a', 'b'].map((name) => {
    const value = valueOf(Buffer.from(name.repeat(3)));
    return { name: Buffer.from(name), value, checksum: putChecksum(Buffer.from(name), value) };
  });
  const sum = sumValue(rows.reduce((all, { checksum }) => (all + checksum) >>> 0, 0));
  const look = (seen: typeof rows): void => {
    const check = new RowCheck();
    check.see(sumName, sum);
    for (const { name, value } of seen) check.see(name, value);
    check.end();
  };
  expect(() => look(rows)).not.toThrow();
  expect(() => look(rows.slice(1))).toThrow('missing');
  expect(() => look(rows.toReversed())).toThrow('order');
});
