// Records of CSV: what is one, what is named with which code, and that the cut into chunks changes nothing.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { CsvRecords, type CsvRecord } from './csv-records.js';
import { JsonLines, type JsonLine } from './json-lines.js';

interface Reader<T> {
  take(chunk: Buffer): T[];
  end(): T[];
}

function readIn<T>(reader: Reader<T>, bytes: Buffer, chunkBytes: number): T[] {
  const out: T[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) out.push(...reader.take(bytes.subarray(at, at + chunkBytes)));
  return [...out, ...reader.end()];
}

const recordsOf = (text: string | Buffer, chunkBytes = 1 << 20): CsvRecord[] => readIn(new CsvRecords(','), Buffer.from(text), chunkBytes);
const linesOf = (text: string | Buffer, chunkBytes = 1 << 20): JsonLine[] => readIn(new JsonLines(), Buffer.from(text), chunkBytes);
const brief = (records: readonly CsvRecord[]): (string | readonly string[])[] => records.map(({ cells, code }) => code ?? cells);

test('quotes as RFC 4180 writes them, byte order mark, CR LF, lines that hold nothing', () => {
  const text = '\ufeffa,b,c\r\n"x ""y"", z",,"1\r\n2"\r\n\r\n ,"",\n"last",é,😀';
  expect(recordsOf(text)).toEqual([
    { line: 1, cells: ['a', 'b', 'c'] },
    { line: 2, cells: ['x "y", z', '', '1\r\n2'] },
    { line: 5, cells: [' ', '', ''] },
    { line: 6, cells: ['last', 'é', '😀'] },
  ]);
});

test('what is no record costs its own line alone', () => {
  expect(brief(recordsOf('a,b\n"c"d,e\nf,g\n"open,h\ni,j'))).toEqual([['a', 'b'], 'row_quote', ['f', 'g'], 'row_quote', ['i', 'j']]);
  const long = 'x'.repeat(limits.importLineBytesMax + 1);
  for (const line of [long, `"${long}"`, `"${long}`, long.repeat(7)])
    expect(brief(recordsOf(`a,b\n${line}\nc,d\n`, 1000))).toEqual([['a', 'b'], 'row_too_long', ['c', 'd']]);
  expect(brief(recordsOf(`a,b\n${long}`))).toEqual([['a', 'b'], 'row_too_long']);
  expect(brief(recordsOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x22, 0x62, 0x0a, 0xc3, 0x22, 0x0a, 0x63])))).toEqual([
    ['a'],
    'row_encoding',
    'row_encoding',
    ['c'],
  ]);
});

test('the cut into chunks changes nothing', () => {
  const piece = fc.constantFrom('a', 'ß', '"', '""', ',', '\n', '\r\n', '"\n', ',"', '","', '\ufeff', ' ', 'b'.repeat(40));
  const bytes = fc
    .array(fc.oneof({ weight: 12, arbitrary: piece.map((text) => Buffer.from(text)) }, fc.constant(Buffer.from([0xe4]))), { maxLength: 60 })
    .map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 20 }), (text, chunkBytes) => {
      expect(recordsOf(text, chunkBytes)).toEqual(recordsOf(text));
      expect(linesOf(text, chunkBytes)).toEqual(linesOf(text));
    }),
    { numRuns: 400, seed: 7 },
  );
});

test('lines of JSON: objects, and the code of what is none', () => {
  const long = JSON.stringify({ a: 'x'.repeat(limits.importLineBytesMax) });
  const text = Buffer.concat([
    Buffer.from(`\ufeff{"a":1}\r\n\n[1]\nnull\n{"a"\n${long}\n{"b":"`),
    Buffer.from([0xe4]),
    Buffer.from('"}\n{"é":2}'),
  ]);
  for (const chunkBytes of [7, 1 << 20])
    expect(linesOf(text, chunkBytes)).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, code: 'row_json' },
      { line: 4, code: 'row_json' },
      { line: 5, code: 'row_json' },
      { line: 6, code: 'row_too_long' },
      { line: 7, code: 'row_encoding' },
      { line: 8, value: { é: 2 } },
    ]);
});
