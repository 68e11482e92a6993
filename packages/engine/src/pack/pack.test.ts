// Packs: ours have no findings, each thing that can be wrong is found with its code, a guide and a scaffold run as they are written.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retail } from '../packs/retail.js';
import { travel } from '../packs/travel.js';
import { checkPack } from '../runtime/surroundings.js';
import { Rig } from '../runtime/rig.suite.js';
import { packHints } from './check-pack.js';
import { guarded } from './combined.js';
import type { Pack } from './pack.js';
import { smallestChoice as choice } from './smallest-choice.suite.js';

const engineFolder = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(new URL('../../../../docs/packs.md', import.meta.url), 'utf8');
const plain = { name: 'odd', version: 1, title: 'Odd' } as const;

describe('check-pack', () => {
  it('finds nothing wrong with retail and travel', () => {
    expect(checkPack(retail)).toEqual([]);
    expect(checkPack(travel)).toEqual([]);
  });

  const type = { name: 'a.b', category: 'behavioural', purposes: { train: 'consent' }, properties: {}, retentionDays: 1 } as const;
  const segment = (when: unknown): unknown => ({ ...plain, segments: [{ name: 's', purpose: 'personalise', when }] });
  const odds = { name: 'odds', kind: 'propensity', learnsFrom: ['item.viewed', 'order.completed'], target: 'order.completed' };
  const bounded = (more: object): unknown => ({ ...plain, decisionPoints: [{ ...choice, guardrails: { ...choice.guardrails, ...more } }] });
  const worded = (template: object): unknown => ({
    ...plain,
    decisionPoints: [{ ...choice, actions: [{ ...choice.actions[0], template }] }],
  });
  const arm = { name: 'a', weight: 1, use: 'best' };
  const wrong: readonly (readonly [code: string, field: string, pack: unknown])[] = [
    ['shape', '/version', { ...plain, version: 'x' }],
    ['shape', '/choice~1points', { ...plain, 'choice/points': [] }],
    ['shape', '/title', { ...plain, title: undefined }],
    ['shape', '/segments/0/when', segment({ nothing: 1 })],
    ['shape', '/segments/0/when/of', segment({ count: 'events_by_day', of: ['item.viewed', 'item.viewed'], days: 7, atLeast: 3 })],
    ['shape', '/models/0/learnsFrom', { ...plain, models: [{ ...odds, learnsFrom: ['item.viewed', 'item.viewed', 'order.completed'] }] }],
    ['purpose_unknown', '', null],
    ['name_taken', '/traits/0/name', { ...plain, traits: [{ name: 'last_seen', kind: 'counter', purpose: 'analytics' }] }],
    ['shape', '/traits/0/name', { ...plain, traits: [{ name: 'constructor', kind: 'counter', purpose: 'analytics' }] }],
    ['trait_unknown', '/segments/0/when/count', segment({ count: 'no_such', of: ['item.viewed'], days: 7 })],
    ['trait_kind', '/segments/0/when/count', segment({ count: 'last_seen', of: ['item.viewed'], days: 7 })],
    [
      'trait_purpose',
      '/segments/0/when/not/seen',
      { ...plain, segments: [{ name: 's', purpose: 'fraud', when: { not: { seen: 'last_seen', of: ['item.viewed'], days: 7 } } }] },
    ],
    ['range', '/segments/0/when/days', segment({ seen: 'last_seen', of: ['item.viewed'], days: 61 })],
    [
      'too_many',
      '/segments/0/when',
      segment({ all: Array.from({ length: 70 }, () => ({ seen: 'last_seen', of: ['item.viewed'], days: 7 })) }),
    ],
    ['cuts_unknown', '/segments/0/when/band', segment({ band: 'rfm', measure: 'money' })],
    ['type_unknown', '/segments/0/when', segment({ seen: 'last_seen', of: ['no.such'], days: 7 })],
    ['type_unknown', '/segments/0/when', segment({ seen: 'last_seen', of: ['Product Viewed'], days: 7 })],
    ['type_unknown', '/models/0/learnsFrom/0', { ...plain, models: [{ ...odds, learnsFrom: ['Product Viewed', 'order.completed'] }] }],
    ['type_taken', '/eventTypes/0', { ...plain, eventTypes: [{ ...type, name: 'item.viewed' }] }],
    ['type_system', '/eventTypes/0/name', { ...plain, eventTypes: [{ ...type, name: 'tick' }] }],
    ['type_item', '/eventTypes/0/item', { ...plain, eventTypes: [{ ...type, item: 'x' }] }],
    ['shape', '/models/0/name', { ...plain, models: [{ ...odds, name: 'constructor' }] }],
    ['model_learns', '/models/0/learnsFrom/0', { ...plain, models: [{ name: 'next_item', learnsFrom: ['page.viewed'] }] }],
    ['model_learns', '/models/0/learnsFrom/0', { ...plain, models: [{ ...odds, learnsFrom: ['page.viewed', 'order.completed'] }] }],
    ['model_learns', '/models/0/target', { ...plain, models: [{ ...odds, target: 'item.added' }] }],
    [
      'model_learns',
      '/models/0/learnsFrom/0',
      { ...plain, models: [{ name: 'b', kind: 'baskets', learnsFrom: ['order.completed'], list: 'total', id: 'x' }] },
    ],
    ['model_taken', '/models/1/name', { ...plain, models: [odds, odds] }],
    [
      'model_unknown',
      '/decisionPoints/0/model',
      { ...plain, decisionPoints: [{ name: 'p', kind: 'plan', model: 'no', categories: ['x'] }] },
    ],
    [
      'model_unknown',
      '/decisionPoints/0/model',
      { ...plain, models: [odds], decisionPoints: [{ name: 'p', kind: 'rank', limit: 1, uniformPpm: 0, model: 'odds' }] },
    ],
    ['point_shape', '/decisionPoints/0/holdoutPpm', { ...plain, decisionPoints: [{ ...choice, holdoutPpm: 0 }] }],
    ['shape', '/decisionPoints/0/learner', { ...plain, decisionPoints: [{ ...choice, learner: 'guess' }] }],
    // A bound under another name would stop nothing.
    [
      'shape',
      '/decisionPoints/0/guardrails/vulnerable/0/declare',
      bounded({ vulnerable: [{ declare: 'gambling', categories: ['wine'] }] }),
    ],
    [
      'shape',
      '/decisionPoints/0/guardrails/vulnerable/0/declared',
      bounded({ vulnerable: [{ declare: 'gambling', categories: ['wine'] }] }),
    ],
    ['shape', '/decisionPoints/0/guardrails/vulnerable/0/categories', bounded({ vulnerable: [{ declared: 'gambling', categories: [] }] })],
    ['shape', '/decisionPoints/0/guardrails/caps/0/per', bounded({ caps: [{ channels: ['page'], max: 1, per: 'day' }] })],
    ['shape', '/decisionPoints/0/guardrails/quiet/to', bounded({ quiet: { from: 22, to: 7 } })],
    ['shape', '/decisionPoints/0/actions/0/template/claims', worded({ id: 't', texts: { en: 'Tea' } })],
    [
      'shape',
      '/decisionPoints/0/experiment/arms/0/use',
      { ...plain, decisionPoints: [{ ...choice, experiment: { name: 'x', arms: [arm] } }] },
    ],
    ['point_unknown', '/guardrails/0/point', { ...plain, guardrails: [{ name: 'g', point: 'no', only: {}, because: 'x' }] }],
    ['point_taken', '/decisionPoints/0/name', { ...plain, decisionPoints: [{ name: 'home', kind: 'rank', limit: 1, uniformPpm: 0 }] }],
    ['reason_text', '/reasons/popular', { ...plain, reasons: { popular: 'for {whom}' } }],
  ];

  it('finds each thing that can be wrong, with its code and place', () => {
    for (const [code, field, pack] of wrong.filter(([, , given]) => given !== null)) {
      const found = checkPack(pack).map((each) => `${each.code} ${each.field}`);
      expect(found, `${code} ${field}`).toContain(`${code} ${field}`);
    }
    // An unknown purpose does not pass the shape, and is caught again where definitions come without one.
    expect(Object.keys(packHints).sort()).toEqual([...new Set(wrong.map(([code]) => code))].sort());
  });

  it('stands in docs/packs.md with every code', () => {
    for (const [code, hint] of Object.entries(packHints)) expect(guide).toContain(`| \`${code}\` | ${hint} |`);
  });
});

describe('a guardrail', () => {
  const rule = { name: 'g', point: 'home', only: { inStock: true, priceMax: 100, category: ['a', 'b'] }, because: 'x' };

  it('narrows what a request asks for, and never widens it', () => {
    expect(guarded(undefined, 'home', [rule])).toEqual(rule.only);
    expect(guarded({ category: ['b', 'c'], priceMax: 500 }, 'home', [rule])).toEqual({ category: ['b'], priceMax: 100, inStock: true });
    expect(guarded({ category: ['c'] }, 'home', [rule])).toMatchObject({ category: [] });
    expect(guarded({ priceMin: 3 }, 'other', [rule])).toEqual({ priceMin: 3 });
  });

  it('holds at its point, and stands in the record', async () => {
    const rig = await Rig.open();
    await rig.engine.close();
    await rig.start(undefined, { guardrails: [{ ...rule, only: { inStock: true } }], reasons: { in_catalogue: 'It is here: {item}.' } });
    await rig.engine.upsertItems([
      { id: 'full', stock: 0 },
      { id: 'free', stock: 2 },
    ]);
    const decided = rig.engine.rank({ point: 'home' });
    if (!decided.ok) throw new Error(decided.code);
    expect(decided.value.answer.map(({ item }) => item)).toEqual(['free']);
    expect(decided.value.filter).toEqual({ inStock: true });
    const why = rig.engine.why(decided.value.id);
    expect(why.ok && why.value.items[0]?.why).toEqual(['It is here: .']);
  });
});

describe('a pack of somebody else', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-pack-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(engineFolder, join(folder, 'node_modules', 'ethogram'), 'junction');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const ethogram = (...args: string[]): string => node(join(engineFolder, 'bin/ethogram.js'), ...args);

  it('is scaffolded with a test that passes, and overwrites nothing', () => {
    ethogram('new', 'pack', 'fitness');
    expect(node('--test', '--test-reporter=tap', 'fitness.pack.test.mjs')).toMatch(/# pass 2\n# fail 0/);
    expect(JSON.parse(ethogram('check-pack', 'fitness.pack.mjs', '--json'))).toEqual({ packs: [{ name: 'fitness', findings: [] }] });
    expect(() => ethogram('new', 'pack', 'fitness')).toThrow(/file_exists/);
  });

  it('is scaffolded under any name, and what follows is told as it must be typed', () => {
    for (const name of ['class', 'test']) {
      const said = ethogram('new', 'pack', name, '--into', 'my packs');
      const next = /next: ethogram (check-pack .*); node (--test .*)\n/u.exec(said) ?? [];
      const [checked = [], tested = []] = next
        .slice(1)
        .map((line) => [...line.matchAll(/'([^']*)'|\S+/gu)].map(([word, quoted]) => quoted ?? word));
      expect(ethogram(...checked)).toBe(`${name}: nothing is wrong\n`);
      expect(node('--test-reporter=tap', ...tested), name).toMatch(/# pass 2\n# fail 0/);
    }
    expect(() => ethogram('new', 'pack', 'constructor')).toThrow(/a NAME is/);
  });

  it('is built by the guide, as it stands there', () => {
    for (const [, name = '', text = ''] of guide.matchAll(/```js (\S+)\n([\s\S]*?)```/g)) writeFileSync(join(folder, name), text);
    expect(JSON.parse(ethogram('check-pack', 'gym.pack.mjs', '--json'))).toMatchObject({ packs: [{ findings: [] }] });
    const printed = JSON.parse(node('use.mjs', join(folder, 'data')));
    expect(printed).toMatchObject({ segments: ['regulars'], offered: ['row', 'yoga'] });
    expect(printed.minutes['class.joined'][1]).toBe(135);
    // The command line has no code of the pack, and folds the same.
    const told = ethogram('segments', 'regulars', '--purpose', 'personalise', '--data', 'data', '--json');
    expect(JSON.parse(told)).toMatchObject({ people: null, fewerThan: 5, members: ['ann'] });
    writeFileSync(
      join(folder, 'broken.json'),
      JSON.stringify({ ...plain, guardrails: [{ name: 'g', point: 'no', only: {}, because: 'x' }] } satisfies Pack),
    );
    expect(() => ethogram('check-pack', 'broken.json')).toThrow(/Command failed/);
  });
});
