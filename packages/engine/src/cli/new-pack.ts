// ethogram new pack NAME: a pack that works, with a test that passes, to start from.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CodedError } from '../base/errors.js';
import { UsageError } from './arguments.js';
import type { Command } from './command.js';
import { exitCode } from './exit-code.js';
import { shellQuoted } from './shell-quoted.js';

export const newPack: Command = {
  name: 'new',
  summary: 'write a pack to start from, with its test',
  synopsis: 'new pack NAME [--into DIR]',
  help: [
    'Writes NAME.pack.mjs and NAME.pack.test.mjs, which `node --test` runs where the package ethogram is installed. Overwrites nothing.',
  ],
  examples: ['ethogram new pack fitness', 'ethogram new pack fitness --into packs'],
  options: { into: { type: 'string', value: 'DIR', help: 'the folder to write to (default: here)' } },
  argument: { kind: 'word', choices: ['pack'] },
  shape: ['files: [path]'],
  async run(args, terminal) {
    const [what, name, ...more] = args.positionals;
    if (what !== 'pack' || name === undefined || more.length > 0) throw new UsageError('it takes the word pack and a NAME');
    if (!/^(?!constructor$)[a-z][a-z0-9_]{0,31}$/.test(name))
      throw new UsageError('a NAME is lower case letters, digits and underscores, and not constructor');
    const folder = resolve(args.text('into') ?? '.');
    mkdirSync(folder, { recursive: true });
    const files = [
      [join(folder, `${name}.pack.mjs`), packText(name)],
      [join(folder, `${name}.pack.test.mjs`), testText(name)],
    ] as const;
    for (const [path] of files) if (existsSync(path)) throw new CodedError('file_exists');
    for (const [path, text] of files) writeFileSync(path, text, { flag: 'wx' });
    terminal.result({ files: files.map(([path]) => path) }, () => [
      ...files.map(([path]) => `wrote ${path}`),
      `next: ethogram check-pack ${typed(files[0][0])}; node --test ${typed(files[1][0])}`,
    ]);
    return await Promise.resolve(exitCode.ok);
  },
};

/** A path as it is typed here. */
function typed(path: string): string {
  return shellQuoted(relative('.', path));
}

// What it is called in code is no part of its name: `class` and `test` are good names of packs.
function packText(name: string): string {
  return `// The pack ${name}: event types, traits, segments and decision points, as data. docs/packs.md explains each part.
import { definePack } from 'ethogram';

export const pack = definePack({
  name: '${name}',
  version: 1,
  title: '${name}',
  eventTypes: [
    {
      name: '${name}.done',
      category: 'behavioural',
      purposes: { personalise: 'consent', train: 'consent', analytics: 'consent' },
      properties: { thing_id: { type: 'string', required: true } },
      item: 'thing_id',
      counts: true,
      retentionDays: 395,
    },
  ],
  traits: [{ name: '${name}_acts', kind: 'counter', purpose: 'analytics' }],
  segments: [
    {
      name: '${name}_regulars',
      title: 'Three times or more in a week',
      purpose: 'personalise',
      when: { count: 'events_by_day', of: ['${name}.done'], days: 7, atLeast: 3 },
    },
  ],
  models: [{ name: 'next_item', learnsFrom: ['${name}.done'] }],
  decisionPoints: [{ name: '${name}_next', kind: 'rank', limit: 5, uniformPpm: 10_000 }],
});
`;
}

function testText(name: string): string {
  return `// Nothing is wrong with the pack; somebody who does it three times is a regular, until they withdraw.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkPack, open } from 'ethogram';
import { pack } from './${name}.pack.mjs';

test('nothing is wrong with it', () => assert.deepEqual(checkPack(pack), []));

test('regulars are found, and forgotten when they withdraw', async () => {
  const folder = mkdtempSync(join(tmpdir(), '${name}-'));
  const engine = await open(folder, { packs: [pack] });
  try {
    await engine.choose('ann', { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' });
    const events = [1, 2, 3].map((n) => ({
      id: String(n),
      subject: 'ann',
      type: '${name}.done',
      occurredAt: Date.now(),
      source: 'test',
      properties: { thing_id: 'thing-' + n },
    }));
    const taken = await engine.accept(events);
    assert.deepEqual(taken.ok && taken.value.rejections, []);
    const isRegular = () => engine.profile('ann').value.segments.some(({ isMember }) => isMember);
    assert.equal(isRegular(), true);
    const ranked = engine.rank({ point: '${name}_next', subject: 'ann' });
    assert.equal(ranked.ok && ranked.value.mode, 'personal');
    await engine.choose('ann', { choices: { personalise: 'withdrawn' }, origin: 'test' });
    assert.equal(isRegular(), false);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
});
`;
}
