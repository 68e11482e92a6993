// The bytes are those of encodeEvent, whatever an event holds; and what was handed out stays as it was.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeEvent } from './event-codec.js';
import { EventEncoder } from './event-encoder.js';

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('"', '\\', '\u007f', '\ud800'),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 9, 10, 999_999, 1_000_000, 1_000_001, 999_999_999_999, 1_000_000_000_000, 1_000_000_000_001),
);
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.constant(undefined), fc.jsonValue());
const event = fc.record({
  id: text,
  subject: fc.option(text),
  type: text,
  occurredAt: number,
  receivedAt: number,
  source: text,
  properties: fc.dictionary(text, value),
  mask: fc.constant(1),
});

it('writes what encodeEvent writes, and leaves it alone afterwards', () => {
  const encoder = new EventEncoder();
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const encoded = events.map((each) => encoder.encode(each));
      expect(encoded.map((bytes) => Buffer.from(bytes).toString('utf8'))).toEqual(
        events.map((each) => Buffer.from(encodeEvent(each), 'utf8').toString('utf8')),
      );
    }),
    { numRuns: 300 },
  );
});

it('writes an event larger than its block, and the next one too', () => {
  const encoder = new EventEncoder();
  const large = {
    id: 'a',
    subject: 's',
    type: 't',
    occurredAt: 1,
    receivedAt: 2,
    source: 'x',
    properties: { long: 'y'.repeat(200_000), wide: '\u20ac'.repeat(70_000) },
    mask: 1,
  };
  const small = { ...large, properties: { n: 1 } };
  const encoded = [small, large, small].map((each) => encoder.encode(each));
  expect(encoded.map((bytes) => Buffer.from(bytes).toString('utf8'))).toEqual([small, large, small].map(encodeEvent));
});
