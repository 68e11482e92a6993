// ethogram export: what may leave and what may not (law 3), and that import reads it again.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { open } from '../runtime/open.js';
import type { Engine } from '../runtime/engine.js';
import { freshFolder, run, runJson } from './command-line.suite.js';
import { writeArchive } from './export-person.js';

const at = freshFolder();
const basis = ['--basis', 'legitimate_interests', '--evidence', 'made up'];
const hourMs = 3_600_000;

async function within<T>(data: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await open(at(data), { tickMs: 0 });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const view = (id: string, subject: string, item: string, occurredAt: number): Parameters<Engine['accept']>[0][number] => ({
  id,
  subject,
  type: 'item.viewed',
  occurredAt,
  source: 'web',
  properties: { product_id: item, query: 'a "green", one\nand more' },
});
const idsOf = (out: string): string[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).id);

test.each(['x.jsonl', 'x.csv', 'x.csv.gz', 'x.jsonl.gz'])('%s: what import reads again is what was exported', async (name) => {
  const [from, to] = [`from-${name}`, `to-${name}`];
  writeFileSync(at('rows.csv'), `subject,item,time,query\nann,"te""a, 1",1767225600,"two\nlines"\nbob,pot,1767225601.25,\n`);
  const rows = await runJson('import', at('rows.csv'), ...basis, '--map', 'query=query', '--data', at(from));
  expect(rows.json).toMatchObject({ accepted: 2, unreadable: 0 });
  const granted = Date.now() - 2 * hourMs;
  const grant = (engine: Engine): Promise<unknown> => engine.choose('cleo', { choices: { train: 'granted' }, origin: 'test' }, granted);
  await within(from, async (engine) => {
    await grant(engine);
    await engine.accept([view('v1', 'cleo', 'mug', granted + hourMs)]);
  });
  const exported = await runJson('export', 'events', '--purpose', 'train', '--data', at(from), '--out', at(name));
  expect(exported).toMatchObject({ code: 0, json: { kind: 'events', lines: 3, withheld: {} } });
  await within(to, grant);
  const back = await runJson('import', at(name), ...basis, '--data', at(to));
  expect(back.json).toMatchObject({ rows: 3, accepted: 3, refused: 0, unreadable: 0 });
  const lines = async (data: string): Promise<string> => (await run('export', 'events', '--purpose', 'train', '--data', at(data))).out;
  expect(await lines(to)).toBe(await lines(from));
  expect(idsOf(await lines(to))).toEqual(['rows.csv:1', 'rows.csv:2', 'v1']);
  expect((await runJson('import', at(name), ...basis, '--data', at(from))).json).toMatchObject({ accepted: 0, duplicates: 3 });
});

test('law 3: an event leaves for the purpose it was kept for, while that still holds, and for no other', async () => {
  const granted = Date.now() - 3 * hourMs;
  const ids = async (purpose: string, ...more: string[]): Promise<string[]> =>
    idsOf((await run('export', 'events', '--purpose', purpose, '--data', at('law'), ...more)).out);
  await within('law', async (engine) => {
    await engine.choose('ann', { choices: { analytics: 'granted', train: 'granted' }, origin: 'test' }, granted);
    await engine.choose('bob', { choices: { analytics: 'granted' }, origin: 'test' }, granted);
    await engine.accept([view('a1', 'ann', 'tea', granted + 1), view('b1', 'bob', 'tea', granted + hourMs)]);
  });
  expect(await ids('analytics')).toEqual(['a1', 'b1']);
  expect(await ids('train')).toEqual(['a1']);
  expect(await ids('share')).toEqual([]);
  expect(await ids('analytics', '--subject', 'bob')).toEqual(['b1']);
  expect(await ids('analytics', '--type', 'page.viewed')).toEqual([]);
  expect(await ids('analytics', '--since', new Date(granted + hourMs).toISOString())).toEqual(['b1']);
  expect(await ids('analytics', '--until', new Date(granted + hourMs).toISOString())).toEqual(['a1']);
  // A grant that says it is older than the event opens nothing that was not kept for its purpose.
  await within('law', (engine) => engine.choose('bob', { choices: { train: 'granted' }, origin: 'test' }, granted));
  expect(await ids('train')).toEqual(['a1']);
  await within('law', (engine) => engine.choose('ann', { choices: { analytics: 'withdrawn' }, origin: 'test' }));
  expect(await ids('analytics')).toEqual(['b1']);
  expect(await ids('train')).toEqual(['a1']);
  expect((await run('export', 'events', '--purpose', 'analytics', '--data', at('law'))).err).toContain('1 events withheld: no_grant');
  // Given again, it does not reach back: what was captured before stays.
  await within('law', (engine) => engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'test' }));
  expect(await ids('analytics')).toEqual(['b1']);
  await within('law', (engine) => engine.erase(['bob']));
  expect(await ids('analytics')).toEqual([]);
});

test('an objection keeps events back, and a contract for another type lets none out that rested on consent', async () => {
  writeFileSync(at('rows.csv'), 'subject,item,time\nann,tea,1767225600\nbob,pot,1767225601\n');
  await runJson('import', at('rows.csv'), '--basis', 'contract', '--evidence', 'made up', '--source', 'c', '--data', at('objection'));
  const granted = Date.now() - hourMs;
  await within('objection', async (engine) => {
    await engine.choose('cleo', { choices: { train: 'granted' }, origin: 'test' }, granted);
    await engine.accept([view('v1', 'cleo', 'mug', granted + 1)]);
    await engine.choose('cleo', { choices: { train: 'withdrawn' }, origin: 'test' });
  });
  const ids = async (): Promise<string[]> => idsOf((await run('export', 'events', '--purpose', 'train', '--data', at('objection'))).out);
  expect(await ids()).toEqual(['c:1', 'c:2']);
  await within('objection', async (engine) => {
    for (const purpose of ['train', 'personalise'] as const)
      await engine.declareBasis({ eventType: 'item.imported', purpose, basis: 'legitimate_interests', reason: 'made up' });
    await engine.choose('ann', { choices: { train: 'objected' }, origin: 'test' });
  });
  expect(await ids()).toEqual(['c:2']);
});

test("a person's copy holds their choices, events and decisions, and nobody else's", async () => {
  const granted = Date.now() - hourMs;
  await within('person', async (engine) => {
    for (const who of ['ann', 'bob'])
      await engine.choose(who, { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' }, granted);
    await engine.upsertItems([{ id: 'tea' }, { id: 'pot', title: 'Pot' }]);
    await engine.retireItems(['tea']);
    await engine.accept([view('a1', 'ann', 'tea', granted + 1), view('b1', 'bob', 'pot', granted + 1)]);
    expect(engine.rank({ point: 'home', subject: 'ann' }).ok).toBe(true);
  });
  const { out } = await run('export', 'person', 'ann', '--data', at('person'));
  const lines = out.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['profile', 'consent', 'event', 'decision']);
  expect(out).not.toContain('bob');
  expect(await runJson('export', 'person', 'nobody', '--data', at('person'))).toMatchObject({
    code: 1,
    json: { error: { code: 'subject_unknown' } },
  });
  expect((await run('export', 'items', '--data', at('person'))).out).toBe('{"id":"pot","title":"Pot"}\n');
});

test("the file is the owner's alone and never written over; without a purpose nothing leaves", async () => {
  await within('out', (engine) => engine.upsertItems([{ id: 'tea' }]));
  expect((await run('export', 'items', '--data', at('out'), '--out', at('items.jsonl'))).code).toBe(0);
  expect(statSync(at('items.jsonl')).mode & 0o777).toBe(0o600);
  const words = [
    ['items', '--out', at('items.jsonl')],
    ['events'],
    ['events', '--purpose', 'fun'],
    ['events', 'ann'],
    ['person'],
    ['person', 'ann', '--format', 'csv'],
    [],
  ];
  for (const argv of words)
    expect(await runJson('export', ...argv, '--data', at('out'))).toMatchObject({ code: 2, json: { error: { code: 'usage' } } });
  expect(readFileSync(at('items.jsonl'), 'utf8')).toBe('{"id":"tea"}\n');
});

test('a corrected event leaves as it was corrected, and what the engine noted itself is not told as withheld', async () => {
  const granted = Date.now() - 2 * hourMs;
  await within('corrected', async (engine) => {
    await engine.choose('ann', { choices: { personalise: 'granted', analytics: 'granted' }, origin: 'test' }, granted);
    await engine.accept([view('v1', 'ann', 'tae', granted + 1), view('v2', 'ann', 'cup', granted + 2)]);
    engine.rank({ point: 'home', subject: 'ann' });
    for (const item of ['tee', 'tea']) expect(await engine.correct('ann', 'v1', { product_id: item })).toMatchObject({ ok: true });
    await engine.link('ann', 'device-1', true, 'test');
  });
  const exported = async (...more: string[]): Promise<unknown> => {
    const { out, err } = await run('export', 'events', '--purpose', 'analytics', '--data', at('corrected'), ...more);
    const events: { id: string; properties: { product_id: string } }[] = out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    return [events.map(({ id, properties }) => `${id} ${properties.product_id}`).toSorted(), err.includes('withheld')];
  };
  expect(await exported()).toEqual([['v1 tea', 'v2 cup'], false]);
  expect(await exported('--subject', 'ann')).toEqual([['v1 tea', 'v2 cup'], false]);
  expect(await exported('--type', 'item.viewed', '--until', new Date(granted + 2).toISOString())).toEqual([['v1 tea'], false]);
  await within('corrected', (engine) => engine.choose('ann', { choices: { analytics: 'withdrawn' }, origin: 'test' }));
  expect(await exported()).toEqual([[], true]);
});

test('--subject names a person: events of all their linked ids leave, each as its own id may', async () => {
  const granted = Date.now() - 2 * hourMs;
  await within('linked', async (engine) => {
    for (const id of ['ann', 'device-1', 'bob']) await engine.choose(id, { choices: { analytics: 'granted' }, origin: 'test' }, granted);
    await engine.accept([
      view('v1', 'device-1', 'tea', granted + 1),
      view('v2', 'ann', 'cup', granted + 2),
      view('v3', 'bob', 'pot', granted + 3),
    ]);
    await engine.link('ann', 'device-1', true, 'test');
  });
  for (const id of ['ann', 'device-1']) {
    const { out } = await run('export', 'events', '--purpose', 'analytics', '--data', at('linked'), '--subject', id);
    expect(idsOf(out).toSorted()).toEqual(['v1', 'v2']);
  }
});

test('--type takes the names under which clients send a type, and no name that there is not', async () => {
  const granted = Date.now() - hourMs;
  await within('types', async (engine) => {
    await engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'test' }, granted);
    await engine.accept([view('v1', 'ann', 'tea', granted + 1)]);
  });
  const words = ['export', 'events', '--purpose', 'analytics', '--data', at('types'), '--type'];
  for (const type of ['item.viewed', 'Product Viewed', 'view_item'])
    expect([type, idsOf((await run(...words, type)).out)]).toEqual([type, ['v1']]);
  expect(await runJson(...words, 'item.veiwed')).toMatchObject({ code: 1, json: { error: { code: 'event_type_unknown' } } });
});

test('an archive that is interrupted leaves no file', async () => {
  await within('stopped', async (engine) => {
    await engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'test' });
    let asked = 0;
    // Asked before each piece: the first has left by then.
    expect(await writeArchive(engine, 'ann', at('stopped.zip'), () => (asked += 1) > 1)).toBeUndefined();
    expect([asked > 1, existsSync(at('stopped.zip'))]).toEqual([true, false]);
    expect(await writeArchive(engine, 'ann', at('stopped.zip'), () => false)).toMatchObject({ bytes: statSync(at('stopped.zip')).size });
  });
});
