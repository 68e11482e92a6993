import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumBytes } from './row-checksum.js';
import { RowPacker, rowsIn } from './row-frames.js';

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8'));
const bare = (value: Uint8Array | null): Uint8Array | null => value?.subarray(checksumBytes) ?? null;

test('rows come out of the chunks as they went in, whatever their size', () => {
  const row = fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.option(fc.string({ unit: 'grapheme' })));
  fc.assert(
    fc.property(fc.array(row), fc.nat(400_000), (rows, long) => {
      const packer = new RowPacker();
      const given: (readonly [string, string | null])[] = [...rows, ['long', 'x'.repeat(long)], ['gone', null]];
      for (const [name, value] of given) packer.add(name, value, 1000);
      const found = packer.take().flatMap((chunk) => [...rowsIn(chunk)].map(({ name, value }) => [text(name), text(bare(value))]));
      expect(found).toEqual(given);
      expect(packer.take()).toEqual([]);
    }),
    { seed: 3, numRuns: 100 },
  );
});

test('a name that does not fit is a bug', () => {
  expect(() => new RowPacker().add('x'.repeat(11), 'v', 10)).toThrow('row key');
});
