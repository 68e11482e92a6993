import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { limits } from '../base/limits.js';
import { unzipped } from '../answer/zip.suite.js';
import { archiveOf, personLines } from './archive.js';
import { smallestChoice } from '../pack/smallest-choice.suite.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';

async function archived(rig: Rig, subject: string): Promise<{ files: Map<string, string> }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of rig.engine.archive(subject)) pieces.push(piece);
  return { files: unzipped(Buffer.concat(pieces)) };
}

const linesIn = (text = ''): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

async function shop(): Promise<Rig> {
  const rig = await Rig.open();
  for (const subject of ['ann', 'phone', 'bob']) {
    await rig.say(subject, 'granted', 'personalise', 'train', 'analytics');
    await rig.visit(subject, 'tea', `only-${subject}`);
  }
  await rig.send({
    ...rig.view('ann', 'x', rig.clock.now()),
    type: 'page.viewed',
    properties: { name: '=cmd("<b>"), "quoted"', path: '/a' },
  });
  await rig.engine.link('ann', 'phone', true, 'log-in');
  rig.engine.rank({ point: 'home', subject: 'ann' });
  await rig.engine.drain();
  return rig;
}

describe('an archive', () => {
  it('holds all that is kept under all ids of the person, and nothing of anybody else', async () => {
    const rig = await shop();
    const { files } = await archived(rig, 'ann');
    expect([...files.keys()].sort()).toEqual(
      ['consents.jsonl', 'decisions.jsonl', 'events.jsonl', 'index.html', 'profile.json', 'records.jsonl', 'schema.json']
        .concat(['tables/item.viewed.csv', 'tables/page.viewed.csv'])
        .sort(),
    );
    const all = [...files.values()].join('\n');
    expect(all).toContain('only-ann');
    expect(all).toContain('only-phone');
    expect(all).not.toMatch(/"bob"|\bbob,/u);
    expect(linesIn(files.get('events.jsonl')).map(({ subject }) => subject)).toEqual(['ann', 'ann', 'ann', 'phone', 'phone']);
    expect(linesIn(files.get('records.jsonl')).map(({ type }) => type)).toEqual(['identity.linked']);
    expect(JSON.parse(files.get('profile.json') ?? '')).toMatchObject({ ids: ['ann', 'phone'], traits: {} });
    const [decision] = linesIn(files.get('decisions.jsonl'));
    expect(decision).toMatchObject({ type: 'decision.made', sentences: expect.arrayContaining([expect.stringContaining('Ranked from')]) });
    expect(linesIn(files.get('consents.jsonl')).length).toBeGreaterThanOrEqual(2);
    const kinds = [...personLines('ann', rig.engine.archiveParts)].map((line) => String(JSON.parse(line).kind));
    expect(kinds[0]).toBe('profile');
    const consents = linesIn(files.get('consents.jsonl')).map(() => 'consent');
    expect(kinds.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      ...consents,
      'decision',
      ...Array<string>(5).fill('event'),
      'profile',
      'record',
    ]);
  });

  it('tells every kind of decision in sentences, and what became of it', async () => {
    const rig = await shop();
    rig.choicePoints = [smallestChoice];
    await rig.restart();
    const chosen = await rig.engine.chooseAction({ point: 'offer', subject: 'ann' });
    if (!chosen.ok) throw new Error(chosen.code);
    const outcome = { type: 'outcome', properties: { decisionId: chosen.value.id, kind: 'order' } };
    await rig.send({ ...rig.view('ann', 'x', rig.clock.now()), ...outcome });
    const { files } = await archived(rig, 'ann');
    const told = linesIn(files.get('decisions.jsonl')).find(({ type }) => type === 'choice.made');
    expect(told).toMatchObject({
      id: chosen.value.id,
      sentences: [expect.stringContaining('"a" was drawn with a probability of')],
      outcomes: [[expect.any(Number), 'order', '']],
      properties: { choice: { subject: 'ann', action: 'a' } },
    });
    expect(files.get('index.html')).toMatch(/at offer<\/h3><ul><li>&quot;a&quot; was drawn/u);
    expect(linesIn(files.get('records.jsonl')).map(({ type }) => type)).toEqual(['identity.linked']);
  });

  it('is described by its schema, opens for everybody, and runs nothing', async () => {
    const rig = await shop();
    const { files } = await archived(rig, 'phone');
    const schema = JSON.parse(files.get('schema.json') ?? '');
    const valid = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(schema.events);
    for (const line of linesIn(files.get('events.jsonl'))) expect(valid(line), JSON.stringify(valid.errors)).toBe(true);
    expect(valid({ ...linesIn(files.get('events.jsonl'))[0], properties: { product_id: 5 } })).toBe(false);
    const described = Object.keys(schema.files).map((name) => name.replace('TYPE', 'item.viewed'));
    for (const name of files.keys()) if (name !== 'tables/page.viewed.csv') expect(described).toContain(name);
    const [head, row] = (files.get('tables/page.viewed.csv') ?? '').split('\n');
    expect(head).toBe('id,subject,occurredAt,receivedAt,source,purposes,name,url,path,title,referrer');
    expect(row).toContain(`"'=cmd(""<b>""), ""quoted""",,/a,,`);
    const page = files.get('index.html') ?? '';
    expect(page).toContain('=cmd(&quot;&lt;b&gt;&quot;)');
    expect(page).not.toMatch(/<script|<b>|https?:/u);
  });

  it('shows the newest by when they happened, whichever id they came with and however late they came', async () => {
    const rig = await shop();
    rig.clock.advance(3_600_000);
    await rig.send(rig.view('ann', 'newest'));
    const older = Array.from({ length: 2 * limits.archivePageRows }, (_, at) =>
      rig.view('phone', `o${at}`, rig.clock.now() - 1_000_000 + at),
    );
    await rig.send(...older);
    await rig.send(rig.view('phone', 'late', rig.clock.now() - 2_000_000));
    const page = (await archived(rig, 'ann')).files.get('index.html') ?? '';
    const shown = [...page.matchAll(/<td>product_id: ([^<]+)<\/td>/gu)].map(([, item]) => item);
    expect(shown).toHaveLength(limits.archivePageRows);
    expect([shown[0], shown[1], shown.at(-1)]).toEqual(['newest', `o${2 * limits.archivePageRows - 1}`, `o${limits.archivePageRows + 1}`]);
  });

  it('has a table of its own for each event type, whatever its name is, and a schema that reads them', async () => {
    const names = [
      '商品浏览',
      '订单完成',
      'Class Joined',
      'class_joined',
      '50%/~odd',
      `${'long '.repeat(100)}1`,
      `${'long '.repeat(100)}2`,
      'a',
      'a-1',
    ];
    const rig = await Rig.open();
    await rig.engine.close();
    const eventTypes = names.map((name, at) => ({
      name,
      category: 'behavioural' as const,
      purposes: { personalise: 'consent' as const },
      properties: { [`only_${at}`]: { type: 'string' as const } },
      retentionDays: 395,
    }));
    await rig.start(undefined, { eventTypes: [...shopTypes, ...eventTypes] });
    await rig.say('ann', 'granted', 'personalise');
    for (const [at, type] of names.entries())
      await rig.send({ ...rig.view('ann', 'x', rig.clock.now()), type, properties: { [`only_${at}`]: `value-${at}` } });
    const pieces: Uint8Array[] = [];
    // So small that each line comes as a part of its own.
    for await (const piece of archiveOf('ann', { ...rig.engine.archiveParts, partChars: 1 })) pieces.push(piece);
    for (const files of [(await archived(rig, 'ann')).files, unzipped(Buffer.concat(pieces))]) {
      const tables = [...files].filter(([name]) => name.startsWith('tables/'));
      expect(tables.map(([, text]) => text.split('\n').map((line) => line.split(',').at(-1)))).toEqual(
        names.map((_, at) => [`only_${at}`, `value-${at}`, '']),
      );
      // What a disk takes, one that knows no difference between small letters and capitals included.
      expect(new Set(tables.map(([name]) => name.toLowerCase())).size).toBe(names.length);
      for (const [name] of tables) expect(Buffer.byteLength(name)).toBeLessThan(255);
    }
    const { files } = await archived(rig, 'ann');
    const valid = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(JSON.parse(files.get('schema.json') ?? '').events);
    for (const line of linesIn(files.get('events.jsonl'))) expect(valid(line), JSON.stringify(valid.errors)).toBe(true);
  });

  it('leaves out what was withdrawn and waits for its destruction; a restriction keeps nobody from what is theirs', async () => {
    const rig = await shop();
    await rig.say('bob', 'withdrawn', 'personalise', 'train');
    expect(linesIn((await archived(rig, 'bob')).files.get('events.jsonl'))).toHaveLength(2);
    await rig.say('bob', 'objected', 'analytics');
    await rig.say('bob', 'granted', 'analytics');
    await rig.visit('bob', 'later');
    const { files } = await archived(rig, 'bob');
    expect(linesIn(files.get('events.jsonl')).map(({ properties }) => properties)).toEqual([{ product_id: 'later' }]);
    expect(files.get('index.html')).toContain('2 events for which you withdrew every purpose');
    await rig.engine.restrict('ann', true, 'test');
    expect(linesIn((await archived(rig, 'ann')).files.get('events.jsonl'))).toHaveLength(5);
    expect((await archived(rig, 'ann')).files.get('index.html')).toContain('You have restricted this');
  });

  it('shows a corrected event as it is right, once', async () => {
    const rig = await shop();
    rig.clock.advance(1000);
    await rig.send(rig.view('bob', 'wrong', rig.clock.now(), 'w1'));
    await rig.engine.correct('bob', 'w1', { product_id: 'right' });
    const { files } = await archived(rig, 'bob');
    expect([...files.values()].join('\n')).not.toContain('wrong');
    expect(linesIn(files.get('events.jsonl')).filter(({ id }) => id === 'w1')).toMatchObject([{ corrected: true, type: 'item.viewed' }]);
  });

  it('breaks off when the person is erased, or changes their consent, while it leaves', async () => {
    for (const change of ['erase', 'withdraw'] as const) {
      const rig = await shop();
      const leaving = rig.engine.archive('bob');
      expect((await leaving.next()).done).toBe(false);
      if (change === 'erase') await rig.engine.erase(['bob']);
      else await rig.say('bob', 'withdrawn', 'train');
      await expect(leaving.next()).rejects.toMatchObject({ code: change === 'erase' ? 'subject_unknown' : 'permit_stale' });
    }
    const rig = await shop();
    await expect(rig.engine.archive('nobody').next()).rejects.toMatchObject({ code: 'subject_unknown' });
  });

  it('of many events comes in parts, and memory holds no more than one part', async () => {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'analytics');
    const partChars = 50_000;
    const events = 1000;
    const wide = { type: 'page.viewed', properties: { name: 'x'.repeat(500) } };
    for (let n = 0; n < events; n += 100) {
      const some = Array.from({ length: 100 }, (_, index) => ({ ...rig.view('ann', '', rig.clock.now(), `e${n + index}`), ...wide }));
      expect((await rig.send(...some)).codes).toEqual([]);
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of archiveOf('ann', { ...rig.engine.archiveParts, partChars })) pieces.push(piece);
    const files = unzipped(Buffer.concat(pieces));
    const parts = [...files.keys()].filter((name) => name.startsWith('events'));
    expect(parts).toEqual(parts.map((_, index) => `events-${index + 1}.jsonl`));
    expect(parts.length).toBeGreaterThan(3);
    const gathered = parts.map((name, at) => (files.get(name)?.length ?? 0) + (files.get(`tables/page.viewed-${at + 1}.csv`)?.length ?? 0));
    // The slice that fills a part is let in whole; an event is a line and a row.
    expect(Math.max(...gathered)).toBeLessThan(partChars + limits.archiveSliceEvents * 2 * 800);
    const ids = parts.flatMap((name) => linesIn(files.get(name)).map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: events }, (_, n) => `e${n}`));
  });
});
