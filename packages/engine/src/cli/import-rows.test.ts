// Rows of imported files: what is read, what is named as unreadable and where, what is skipped.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { rowBatches, type RowBatch, type RowOptions } from './import-rows.js';
import { ImportSource } from './import-source.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function batchesOf(name: string, text: string, options: Partial<RowOptions> = {}): Promise<RowBatch[]> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const out: RowBatch[] = [];
  for await (const batch of rowBatches(new ImportSource(path), { named: {}, skip: 0, until: Infinity, ...options })) out.push(batch);
  return out;
}

const at = Date.parse('2026-03-01T10:00:00Z');

test('CSV: byte order mark, quotes, line ends, three forms of time, an id of its own', async () => {
  const rows = ['subject,item,timestamp,id', 'ann,"a ""tea"", green",2026-03-01T10:00:00Z,e1', `7,pot,${at / 1000},e2`, `bob,mug,${at},e3`];
  const text = `\ufeff${rows.join('\r\n')}`;
  const [batch] = await batchesOf('a.csv', text);
  expect(batch?.bad).toEqual([]);
  expect(batch?.rows).toEqual([
    { row: 1, subject: 'ann', item: 'a "tea", green', occurredAt: at, id: 'e1' },
    { row: 2, subject: '7', item: 'pot', occurredAt: at, id: 'e2' },
    { row: 3, subject: 'bob', item: 'mug', occurredAt: at, id: 'e3' },
  ]);
});

test('CSV: ragged rows, empty ones and bad cells are named by line and column, the rest is kept', async () => {
  const text = ['user_id,product_id,timestamp', 'ann', 'ann,tea,soon', '', '"a\nb",tea,1', 'ann,tea,1,more', ',tea,1', 'ann,,1'].join('\n');
  const [batch] = await batchesOf('b.csv', text);
  expect(batch?.rows).toEqual([{ row: 5, subject: 'ann', item: 'tea', occurredAt: 1000, id: null }]);
  expect(batch?.bad).toEqual([
    { row: 1, line: 2, column: 'product_id' },
    { row: 2, line: 3, column: 'timestamp' },
    { row: 3, line: 4, column: 'user_id' },
    { row: 4, line: 5, column: 'user_id' },
    { row: 6, line: 8, column: 'user_id' },
    { row: 7, line: 9, column: 'product_id' },
  ]);
});

test('JSONL: the same, by line', async () => {
  const rows = [
    { userId: 'ann', productId: 'tea', time: at },
    { userId: 5, productId: 'pot', time: '2026-03-01T10:00:00Z' },
    { userId: 'ann' },
  ];
  const [batch] = await batchesOf(
    'c.jsonl',
    `${rows.map((row) => JSON.stringify(row)).join('\n')}\nnot json\n[]\n${JSON.stringify(rows[0])}`,
  );
  expect(batch?.rows.map(({ row, subject }) => [row, subject])).toEqual([
    [1, 'ann'],
    [2, '5'],
    [6, 'ann'],
  ]);
  expect(batch?.bad).toEqual([
    { row: 3, line: 3, column: 'productId' },
    { row: 4, line: 4, column: '' },
    { row: 5, line: 5, column: '' },
  ]);
});

test.each(['csv', 'jsonl'])('%s: batches are bounded; skip and until cut at rows, good or bad', async (form) => {
  const count = limits.importBatchRows * 2 + 10;
  const rows = Array.from({ length: count }, (_, index) =>
    form === 'csv' ? `s,i,${index}` : JSON.stringify({ subject: 's', item: 'i', time: index }),
  );
  const text = `${form === 'csv' ? 'subject,item,time\n' : ''}${rows.join('\n')}\n`;
  const all = await batchesOf(`d.${form}`, text);
  expect(all.map(({ rows: { length }, last }) => [length, last])).toEqual([
    [limits.importBatchRows, limits.importBatchRows],
    [limits.importBatchRows, limits.importBatchRows * 2],
    [10, count],
  ]);
  const some = await batchesOf(`d.${form}`, text, { skip: 5, until: 8 });
  expect(some.map(({ rows: taken, last }) => [taken.map(({ row }) => row), last])).toEqual([[[6, 7, 8], 8]]);
});

test('what cannot go on says so with its code', async () => {
  const code = (name: string, text: string, options?: Partial<RowOptions>): Promise<unknown> =>
    batchesOf(name, text, options).then(
      () => 'read',
      (error: { code: string }) => error.code,
    );
  expect(await code('e.csv', 'who,what,when\na,b,1\n')).toBe('import_column');
  expect(await code('e.csv', '')).toBe('import_column');
  expect(await code('e.csv', 'who,what,when\na,b,1\n', { named: { subject: 'who', item: 'what', time: 'when' } })).toBe('read');
  expect(await code('e.csv', 'subject,item,time\n', { named: { subject: 'nobody' } })).toBe('import_column');
  expect(await code('f.csv', `subject,item,time\na,b,1\n"never closed,b,1\n${'c,d,2\n'.repeat(3)}`)).toBe('file_unreadable');
  expect(await code('f.csv', `subject,item,time\n${'x'.repeat(limits.importLineBytesMax + 1)},b,1\n`)).toBe('file_unreadable');
  expect(await code('f.jsonl', 'x'.repeat(limits.importLineBytesMax * 6))).toBe('file_unreadable');
  expect(await code('g.csv.gz', 'not packed')).toBe('file_unreadable');
  expect(() => new ImportSource(join(folder, 'h.xlsx'))).toThrow('file_unreadable');
  expect(() => new ImportSource(join(folder, 'missing.csv'))).toThrow('file_unreadable');
});
