// Events that are read by comparison say the same as those that are read by the book, and what is held against bytes is what stands there.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { partsOf } from './event-parts.js';
import { EventReader } from './event-reader.js';
import { WrittenJson } from './written-json.js';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '12', '"', 'a\\b', 'é', 'tab\t', '\ud800', '__proto__', '\u007f'),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 0, 0.1, 1e21, -1e21, 1e15, 999_999_999_999_999, 2 ** 53),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
}));
const name = fc.constantFrom('price', 'product_id', 'b', '7', '__proto__');
const time = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(-0, 1.5, 1_767_225_600_000));
const event = fc.tuple(
  text,
  fc.option(text),
  fc.constantFrom('item.viewed', 'é'),
  time,
  time,
  text,
  fc.dictionary(name, value, { maxKeys: 3 }),
);
/** Puts another byte, or none, in the place of one. */
const damage = fc.option(
  fc.record({ at: fc.nat(), by: fc.constantFrom('', ' ', ',', '"', '0', '-', '.', '}', '{', '[', ']', '\\', 'e', '\u0001', 'ÿ') }),
);

function damaged(written: string, change: { readonly at: number; readonly by: string } | null): Buffer {
  if (change === null) return Buffer.from(written);
  const bytes = Buffer.from(written);
  const at = change.at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(change.by, 'latin1'), bytes.subarray(at + 1)]);
}

describe('an event reader', () => {
  test('gives what parsing gives, whatever it has read before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, damage), { minLength: 1, maxLength: 12 }), (rows) => {
        const reader = new EventReader();
        for (const [parts, change] of rows) {
          const bytes = damaged(JSON.stringify(parts), change);
          const expected = partsOf(bytes);
          const isRead = reader.read(bytes);
          if (expected === undefined) continue;
          expect(isRead).toBe(true);
          const { id, subject, shape, occurredAt, receivedAt, source, values } = reader;
          const { properties, type, ...others } = expected;
          expect({ id, subject, occurredAt, receivedAt, source }).toEqual(others);
          expect([shape.type, shape.names, values]).toEqual([type, Object.keys(properties), Object.values(properties)]);
        }
      }),
      { seed: 20261130, numRuns: 3_000 },
    );
  });

  test('reads the numbers of a known shape as they are written', () => {
    const reader = new EventReader();
    for (const price of ['1', '-0', '0', '1e3', '-12', '0.5', '9007199254740993', '1e999']) {
      expect(reader.read(Buffer.from(`["a","b","item.viewed",1,1,"web",{"price":${price}}]`))).toBe(true);
      expect(reader.values).toEqual([Number(price)]);
    }
  });

  test('takes a shape for another object only between people', () => {
    const reader = new EventReader();
    const read = (type: string): unknown => {
      expect(reader.read(Buffer.from(`["a","b","${type}",1,1,"web",{"price":1}]`))).toBe(true);
      return reader.shape;
    };
    reader.begin();
    const first = read('first');
    for (let other = 0; other < 2_000; other += 1) read(`other-${other}`);
    expect(read('first')).toBe(first);
    reader.begin();
    expect(read('first')).not.toBe(first);
  });
});

describe('written JSON', () => {
  test.each([
    [1, '01'],
    [0, '-0'],
    [0, '00'],
    [12, '1'],
    [1, '12'],
    [5, '5.0'],
    [1000, '1e3'],
    [-1, '1'],
    [1, ''],
    [-1, '-'],
    ['a', '"\\u0061"'],
    [Infinity, 'Infinity'],
    [undefined, ''],
  ])('%s is not written %s', (each, bytes) => {
    const written = new WrittenJson();
    written.begin(Buffer.from(bytes));
    expect(written.value(each) && written.isAtEnd).toBe(false);
  });

  test('is told from bytes that differ in anything', () => {
    const written = new WrittenJson();
    fc.assert(
      fc.property(value, damage, (each, change) => {
        const bytes = damaged(JSON.stringify(each), change);
        written.begin(bytes);
        expect(written.value(each) && written.isAtEnd).toBe(bytes.equals(Buffer.from(JSON.stringify(each))));
      }),
      { seed: 20261130, numRuns: 5_000 },
    );
  });
});
