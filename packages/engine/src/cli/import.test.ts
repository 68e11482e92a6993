// ethogram import as it is called: counts, rejects, mappings, what it declares. Interrupting and resuming stand in cli.test.ts.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { open } from '../runtime/open.js';
import { freshFolder, run, runJson } from './command-line.suite.js';

const at = freshFolder();
const basis = ['--basis', 'legitimate_interests', '--evidence', 'made up'];

function file(name: string, text: string | Buffer): string {
  writeFileSync(at(name), text);
  return at(name);
}

test('a ragged file: each bad row has its code, the rest is kept, and rejects lists them without a value', async () => {
  const good = Array.from({ length: 50 }, (_, row) => `secret-${row},tea-${row},2026-03-01T10:00:${String(row).padStart(2, '0')}Z`);
  const bad = [
    'secret-x,tea',
    '"secret-y,tea,1',
    'secret-z,tea,soon',
    ',tea,2026-03-01T10:00:00Z',
    'secret-w,tea,1999-01-01T00:00:00Z',
    good[3] ?? '',
  ];
  const path = file('ragged.csv', `visitor,product_id,timestamp\n${[...good.slice(0, 25), ...bad, ...good.slice(25)].join('\r\n')}\n`);
  const { code, json } = await runJson('import', path, ...basis, '--map', 'subject=visitor', '--data', at('ragged'));
  expect(code).toBe(0);
  expect(json).toMatchObject({ rows: 56, accepted: 51, duplicates: 0, refused: 1, unreadable: 4 });
  expect(json['codes']).toEqual({ row_ragged: 1, row_quote: 1, import_row: 2, event_time: 1 });
  const listed = [
    { row: 26, line: 27, code: 'row_ragged' },
    { row: 27, line: 28, code: 'row_quote' },
    { row: 28, line: 29, code: 'import_row', field: '/time' },
    { row: 29, line: 30, code: 'import_row', field: '/subject' },
    { row: 30, line: 31, code: 'event_time', field: '/timestamp' },
  ];
  expect(json['bad']).toEqual(listed);
  const rejects = await runJson('rejects', '--data', at('ragged'));
  expect(rejects.json['rows']).toEqual(listed.map((each) => ({ source: 'ragged.csv', field: null, ...each })));
  expect(rejects.json['rejects']).toHaveLength(5);
  expect((await run('rejects', '--data', at('ragged'))).out).toMatch(/1 x row_ragged[\s\S]*RFC|ragged\.csv line 27 \(row 26\): row_ragged/);
  for (const name of readdirSync(at('ragged/access')))
    expect(readFileSync(at(`ragged/access/${name}`), 'utf8')).not.toMatch(/secret|tea|soon/);

  const again = await runJson('import', path, ...basis, '--map', 'subject=visitor', '--data', at('ragged'));
  expect(again.json).toMatchObject({ rows: 56, accepted: 0, refused: 0, unreadable: 0 });
  expect((await run('import', path, ...basis, '--map', 'subject=visitor', '--data', at('ragged'))).out).toContain('nothing was left to do');
  const other = await runJson(
    'import',
    file('part.csv', 'id,visitor,product_id,timestamp\na,s,t,1767225600\na,s,t,1767225600\n'),
    ...basis,
    '--map',
    'subject=visitor',
    '--data',
    at('ragged'),
  );
  expect(other.json).toMatchObject({ rows: 2, accepted: 1, duplicates: 1, refused: 0 });
});

test('whoever mends --time-form after all rows were refused is told how to have them read again', async () => {
  const path = file('times.csv', 'user_id,product_id,timestamp\nu1,p1,2026-03-01 10:00\nu2,p2,2026-03-02 10:00\n');
  const words = ['import', path, ...basis, '--data', at('times')];
  expect((await run(...words)).out).toMatch(/0 accepted[\s\S]*say --source with a new name/u);
  const mended = [...words, '--time-form', 'ymd'];
  expect((await run(...mended)).out).toMatch(/nothing was left to do[\s\S]*say --source with a new name/u);
  const { out } = await run(...mended, '--source', 'times-2');
  expect(out).toContain('2 accepted');
  expect(out).not.toContain('--source');
});

test('a list in JSON is told as what it is: neither read as CSV, nor shown as names of columns', async () => {
  const rows = [1, 2].map((row) => ({ user_id: `secret-${row}`, product_id: 'tea', timestamp: '2026-03-01T10:00:00Z' }));
  for (const text of [JSON.stringify(rows), JSON.stringify(rows, null, 2), '[]'])
    for (const words of [['--infer'], [...basis, '--data', at('list')]]) {
      const { code, out, err } = await run('import', file('list.json', text), ...words);
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/file_unreadable[^]*one object a line/u);
      expect(err).not.toContain('secret');
    }
  expect(existsSync(at('list'))).toBe(false);
});

test('the command that --infer prints does what it says, whatever the file and its columns are called', async () => {
  const command = async (name: string, text: string): Promise<string> => {
    const { json } = await runJson('import', file(name, text), '--infer');
    return String(json['command']);
  };
  const spaced = await command("ann's views.csv", 'User ID,Product ID,Date\nu1,p1,2026-03-01T10:00:00Z\n');
  const quoted = at("ann's views.csv").replaceAll("'", "'\\''");
  const map = "--map 'subject=User ID,item=Product ID,time=Date'";
  expect(spaced).toBe(`ethogram import '${quoted}' ${map} --basis BASIS --evidence TEXT`);
  // No --map can name such a column.
  const path = at('commas.csv');
  expect(await command('commas.csv', '"user,id",sku,ts\nu1,p1,2026-03-01T10:00:00Z\n')).toBe(
    `ethogram import ${path} --infer --yes --basis BASIS --evidence TEXT`,
  );
  expect((await runJson('import', path, '--infer', '--yes', ...basis, '--data', at('commas'))).json).toMatchObject({ accepted: 1 });
});

test('--infer says what it would take and why, imports nothing, and --yes takes it', async () => {
  const rows = Array.from(
    { length: 30 },
    (_, row) => `${row};u${row % 7};sku-${row % 5};0${1 + (row % 9)}.03.2026 10:${10 + row};view;${row}.5`,
  );
  const path = file('infer.csv', `Order;Customer No;Article;Happened;Event;Price\n${rows.join('\n')}\n`);
  const { code, json } = await runJson('import', path, '--infer', '--data', at('inferred'));
  expect(code).toBe(0);
  expect(json).toMatchObject({
    form: 'csv',
    separator: ';',
    missing: [],
    map: 'subject=Customer No,item=Article,time=Happened,price=Price',
    timeForm: 'dmy',
  });
  expect(JSON.stringify(json)).not.toMatch(/sku-|u1|view/);
  expect(existsSync(at('inferred'))).toBe(false);
  expect((await run('import', path, '--infer')).out).toMatch(
    /separated by semicolon; looked at 30 rows[\s\S]*Event +- +left out: not all its values are event types[\s\S]*--map '/,
  );
  const taken = await runJson('import', path, '--infer', '--yes', ...basis, '--data', at('inferred'));
  expect(taken.json).toMatchObject({ rows: 30, accepted: 30 });
  const lines = (await run('export', 'events', '--purpose', 'train', '--data', at('inferred'))).out.split('\n');
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    subject: 'u1',
    occurredAt: '2026-03-02T10:11:00.000Z',
    properties: { product_id: 'sku-1', price: 1.5 },
  });
  const none = await runJson('import', file('none.csv', 'a,b\n1,2\n'), '--infer');
  expect([none.code, none.json['missing']]).toEqual([1, ['subject', 'item', 'time']]);
});

test('packed lines of JSON, properties in their types; what does not fit is refused with its property', async () => {
  const rows = [
    { who: { id: 'ann' }, sku: 'tea', ts: 1_767_225_600, amount: '2.5', n: 3 },
    { who: { id: 'ann' }, sku: 'pot', ts: 1_767_225_601, amount: 'much' },
  ];
  const path = file('rows.jsonl.gz', gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
  const { json } = await runJson(
    'import',
    path,
    ...basis,
    '--map',
    'subject=who.id,item=sku,price=amount,quantity=n',
    '--data',
    at('packed'),
  );
  expect(json).toMatchObject({
    rows: 2,
    accepted: 1,
    refused: 1,
    bad: [{ row: 2, line: 2, code: 'event_property', field: '/properties/price' }],
  });
  const { out } = await run('export', 'events', '--purpose', 'train', '--data', at('packed'));
  expect(JSON.parse(out)).toMatchObject({ properties: { product_id: 'tea', price: 2.5, quantity: 3 } });
});

test('by consent: only people whose grant holds, and nothing is declared', async () => {
  const engine = await open(at('consent'), { tickMs: 0 });
  await engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'test' }, Date.parse('2026-01-01T00:00:00Z'));
  await engine.close();
  const lines = ['user_id,product_id,time', 'ann,tea,2026-03-01T10:00:00Z', 'ann,tea,2025-03-01T10:00:00Z', 'bob,tea,2026-03-01T10:00:00Z'];
  const path = file('views.csv', lines.join('\n'));
  const { json } = await runJson('import', path, '--by-consent', '--type', 'Product Viewed', '--data', at('consent'));
  expect(json).toMatchObject({ accepted: 1, refused: 2, codes: { captured_before_grant: 1, no_grant: 1 } });
  expect(await runJson('import', path, ...basis, '--type', 'item.viewed', '--data', at('consent'))).toMatchObject({
    code: 1,
    json: { error: { code: 'basis_not_declarable' } },
  });
});

test('what is wrong with the command line is said before anything is made', async () => {
  const path = file('rows.csv', 'subject,item,time\n');
  for (const argv of [
    [path],
    [path, '--by-consent', ...basis],
    [path, '--basis', 'consent', '--evidence', 'x'],
    [path, ...basis, '--zone', 'here'],
    [path, ...basis, '--time-form', 'dmx'],
    [path, ...basis, '--map', 'subject'],
  ])
    expect(await runJson('import', ...argv, '--data', at('unmade'))).toMatchObject({
      code: 2,
      json: { error: { code: 'usage', hint: expect.any(String) } },
    });
  expect(existsSync(at('unmade'))).toBe(false);
});

test('rows that are older than their type is kept are taken, and told', async () => {
  const now = new Date().getUTCFullYear();
  const path = file('old.csv', `user_id,product_id,timestamp\na,tea,${now - 3}-01-01T00:00:00Z\nb,tea,${now}-01-01T00:00:00Z\n`);
  const { code, json } = await runJson('import', path, ...basis, '--data', at('old'));
  expect([code, json]).toMatchObject([0, { accepted: 2, expired: 1 }]);
  const again = await run('import', path, ...basis, '--source', 'again', '--data', at('old-too'));
  expect(again.out).toContain('1 of those are older than their type is kept');
});
