// Rows of imported files: what is read, what is named as unreadable and where, what is skipped.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';
import { parseMap } from './import-mapping.js';
import { rowBatches, type RowBatch, type RowOptions } from './import-rows.js';
import { ImportSource } from './import-source.js';
import { timeReader } from './import-time.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function batchesOf(name: string, text: string | Buffer, options: Partial<RowOptions> = {}): Promise<RowBatch[]> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const out: RowBatch[] = [];
  const common = { named: parseMap(undefined), timeOf: timeReader('auto'), itemNeeded: true, skip: 0, until: Infinity };
  for await (const batch of rowBatches(new ImportSource(path), { ...common, ...options })) out.push(batch);
  return out;
}

const plain = { type: null, source: null, properties: null };
const at = Date.parse('2026-03-01T10:00:00Z');

test('CSV: byte order mark, quotes, line ends, three forms of time, an id of its own', async () => {
  const rows = ['subject,item,timestamp,id', 'ann,"a ""tea"", green",2026-03-01T10:00:00Z,e1', `7,pot,${at / 1000},e2`, `bob,mug,${at},e3`];
  const text = `\ufeff${rows.join('\r\n')}`;
  const [batch] = await batchesOf('a.csv', text);
  expect(batch?.bad).toEqual([]);
  expect(batch?.rows).toEqual([
    { row: 1, line: 2, subject: 'ann', item: 'a "tea", green', occurredAt: at, id: 'e1', ...plain },
    { row: 2, line: 3, subject: '7', item: 'pot', occurredAt: at, id: 'e2', ...plain },
    { row: 3, line: 4, subject: 'bob', item: 'mug', occurredAt: at, id: 'e3', ...plain },
  ]);
});

test('CSV: ragged rows, open quotes, broken bytes and bad cells are named by line and code, the rest is kept', async () => {
  const rows = [
    'user_id;product_id;timestamp',
    'ann',
    'ann;tea;soon',
    '',
    '"a\nb";tea;1',
    'ann;tea;1',
    'ann;tea;1;more',
    ';tea;1',
    'ann;;1',
  ];
  const text = Buffer.concat([Buffer.from(`${rows.join('\n')}\nann;t`), Buffer.from([0xe4]), Buffer.from(';1\n"open;tea;1\nbob;pot;2')]);
  const [batch] = await batchesOf('b.csv', text);
  expect(batch?.rows).toEqual([
    { row: 4, line: 7, subject: 'ann', item: 'tea', occurredAt: 1000, id: null, ...plain },
    { row: 10, line: 13, subject: 'bob', item: 'pot', occurredAt: 2000, id: null, ...plain },
  ]);
  expect(batch?.bad).toEqual([
    { row: 1, line: 2, code: 'row_ragged' },
    { row: 2, line: 3, code: 'import_row', field: '/time' },
    { row: 3, line: 5, code: 'import_row', field: '/subject' },
    { row: 5, line: 8, code: 'row_ragged' },
    { row: 6, line: 9, code: 'import_row', field: '/subject' },
    { row: 7, line: 10, code: 'import_row', field: '/item' },
    { row: 8, line: 11, code: 'row_encoding' },
    { row: 9, line: 12, code: 'row_quote' },
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
    { row: 3, line: 3, code: 'import_row', field: '/item' },
    { row: 4, line: 4, code: 'row_json' },
    { row: 5, line: 5, code: 'row_json' },
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

test('paths into JSON, properties of the type, an event type of its own', async () => {
  const rows = [
    { at, user: { id: 'ann' }, what: 'item.viewed', price: '3.5', item: 'tea', properties: { query: 'green' } },
    { at, user: {}, what: 'item.viewed', item: 'tea' },
    { at, user: { id: 'bob' }, what: 'page.viewed', properties: JSON.parse('{"constructor":1}') },
    { at, user: { id: 'bob' }, what: 'page.viewed', properties: '{"name":"home"}' },
  ];
  const named = parseMap('subject=user.id,time=at,type=what,price=price,properties=properties');
  const [batch] = await batchesOf('p.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'), { named });
  expect(batch?.rows).toMatchObject([
    { row: 1, subject: 'ann', item: 'tea', type: 'item.viewed', properties: { query: 'green', price: '3.5' } },
    { row: 4, subject: 'bob', item: null, type: 'page.viewed', properties: { name: 'home' } },
  ]);
  expect(batch?.bad).toEqual([
    { row: 2, line: 2, code: 'import_row', field: '/subject' },
    { row: 3, line: 3, code: 'body_shape', field: '/properties' },
  ]);
});

test('what an export wrote is known by its columns', async () => {
  const row = { id: 'e1', subject: 'ann', type: 'item.viewed', occurredAt: at, source: 'web', properties: { product_id: 'tea' } };
  const [json] = await batchesOf('x.jsonl', JSON.stringify(row));
  expect(json?.rows).toEqual([{ ...row, row: 1, line: 1, item: null }]);
  const cells = [
    'id,subject,type,occurredAt,source,properties',
    `e1,ann,item.viewed,${at},web,"{""product_id"":""tea""}"`,
    `e1,ann,x,${at},web,[]`,
  ];
  const [csv] = await batchesOf('x.csv', cells.join('\n'));
  expect(csv?.rows).toEqual([{ ...row, row: 1, line: 2, item: null }]);
  expect(csv?.bad).toEqual([{ row: 2, line: 3, code: 'import_row', field: '/properties' }]);
});

test('what cannot go on says so with its code', async () => {
  const code = (name: string, text: string | Buffer, map?: string): Promise<unknown> =>
    batchesOf(name, text, { named: parseMap(map) }).then(
      () => 'read',
      (error: { code: string }) => error.code,
    );
  expect(await code('e.csv', 'who,what,when\na,b,1\n')).toBe('import_column');
  expect(await code('e.csv', '')).toBe('import_column');
  expect(await code('e.csv', 'who,what,when\na,b,1\n', 'subject=who,item=what,time=when')).toBe('read');
  expect(await code('e.csv', 'subject,item,time\n', 'subject=nobody')).toBe('import_column');
  expect(await code('e.csv', '"subject,item,time\n')).toBe('file_unreadable');
  expect(await code('g.csv.gz', gzipSync('subject,item,time\na,b,1\n'.repeat(999)).subarray(0, 60))).toBe('file_unreadable');
  expect(await code('h', 'neither this nor that')).toBe('file_unreadable');
  expect(() => new ImportSource(join(folder, 'missing.csv'))).toThrow('file_unreadable');
});

test('form and packing are told by content where the name says nothing', async () => {
  const [csv] = await batchesOf('noname', gzipSync('subject\titem\ttime\nann\ttea\t1\n'));
  expect(csv?.rows).toMatchObject([{ subject: 'ann', item: 'tea' }]);
  const [json] = await batchesOf('noname.dat', '{"subject":"ann","item":"tea","time":1}');
  expect(json?.rows).toMatchObject([{ subject: 'ann', item: 'tea' }]);
});

/** Heap and what lies outside of it, where long texts may, after everything has gone that nobody holds. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  assert(typeof gc === 'function', 'V8 gives its collector');
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('an id that is remembered does not hold the chunk that it was cut from', async () => {
  const path = join(folder, 'long.csv');
  const batches = 50;
  const filler = 'x'.repeat(180);
  writeFileSync(path, 'subject,item,time,more\n');
  for (let batch = 0; batch < batches; batch += 1)
    appendFileSync(path, `subject-of-the-batch-${batch},item,1767225600,${filler}\n`.repeat(limits.importBatchRows));
  const kept: string[] = [];
  const before = heldBytes();
  const options = { named: parseMap(undefined), timeOf: timeReader('auto'), itemNeeded: true, skip: 0, until: Infinity };
  for await (const batch of rowBatches(new ImportSource(path), options)) kept.push(batch.rows[0]?.subject ?? '');
  expect(kept).toHaveLength(batches);
  expect(heldBytes() - before).toBeLessThan(4 * 1024 * 1024); // the file has 22 MB
});
