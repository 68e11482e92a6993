// The repository's style, enforced on every source of the tree; and faults planted on purpose, because a checker that finds nothing
// proves nothing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as layersScript from './layers.mjs';
import { sourceText } from './source-text.js';
import { check, covers, generated, isTest, layerProblem, linesMax, median, medianLinesMax } from './tidy.js';
import { banned } from './tidy-rules.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const skipped = new Set(['node_modules', 'dist', '.git', 'build', 'coverage', '.ethogram']);

/** Every file below a folder of the root, by path with '/'. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

const files = filesBelow('');
const sources = files.filter((path) => /\.(?:ts|mjs|js)$/.test(path));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const linesOf = (path: string): number => read(path).replace(/\n$/, '').split('\n').length;
const layers: {
  readonly layerNames: readonly string[];
  readonly projects: () => ReadonlyMap<string, unknown>;
  readonly visibleFrom: (layer: string) => readonly string[];
} = layersScript;

describe('the tree', () => {
  test('no source breaks a rule', () => {
    const findings = sources.flatMap((path) => check(path, read(path), layers));
    expect(findings.map(({ path, line, rule, instead }) => `${path}:${line} ${rule}: ${instead}`)).toEqual([]);
  });

  test('engine sources are short: the median file holds at most 120 lines', () => {
    const engine = sources.filter((path) => path.startsWith('packages/engine/src/') && !isTest(path));
    expect(engine.length).toBeGreaterThan(50);
    expect(median(engine.map(linesOf))).toBeLessThanOrEqual(medianLinesMax);
  });

  test('the C source keeps the length limit too', () => {
    for (const path of files.filter((name) => name.endsWith('.c'))) expect(linesOf(path), path).toBeLessThanOrEqual(linesMax);
  });

  test('every tsconfig.json is what layers.json says', () => {
    for (const [path, config] of layers.projects()) expect(JSON.parse(read(path)), path).toEqual(config);
  });

  test('every folder of the engine is a layer that layers.json names', () => {
    const folders = readdirSync(join(root, 'packages/engine/src'), { withFileTypes: true });
    expect(folders.filter((entry) => !entry.isDirectory() || !layers.layerNames.includes(entry.name)).map((entry) => entry.name)).toEqual(
      [],
    );
  });

  test('no text file names a place on some machine', () => {
    const pattern = new RegExp(`(?:^|[\\s'"\`(=:])/(?:${['home', 'root', 'Users', 'work', 'tmp'].join('|')})/`, 'm');
    const texts = files.filter((path) => /(?:\.(?:md|yml|yaml|json|jsonc|sh|c|h)|\.ci\/run|\.editorconfig|\.gitattributes)$/.test(path));
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((path) => pattern.test(read(path)))).toEqual([]);
  });

  test('every relative link of a document leads somewhere', () => {
    const broken = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...read(path).matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)]
          .map((match) => posix.join(posix.dirname(path), match[1] ?? ''))
          .filter((target) => !existsSync(join(root, target)))
          .map((target) => `${path}: ${target}`),
      );
    expect(broken).toEqual([]);
  });

  test('no exception outlives its need', () => {
    const idle = banned.flatMap((ban) =>
      ban.except
        .filter(({ path }) => {
          const alone = { ...ban, except: [] };
          const needing = sources.filter((source) => covers(path, source) && ban.within(source));
          return (
            needing.length > 0 &&
            !needing.some((source) => check(source, read(source), layers, [alone]).some(({ rule }) => rule === ban.rule))
          );
        })
        .map(({ path }) => `${ban.rule}: ${path} needs no exception any more`),
    );
    expect(idle).toEqual([]);
  });
});

const head = '// A file with a head.\n';
const understand = 'packages/engine/src/understand/planted.ts';
const rulesOf = (path: string, code: string): string[] => check(path, head + code, layers).map(({ rule }) => rule);

describe('planted faults are found', () => {
  const machinePath = ['', 'home', 'somebody', 'data'].join('/');
  const silenced = ['// @ts', 'ignore'].join('-');
  test.each([
    ['wall clock', 'const now = Date.now();'],
    ['wall clock', 'const now = new Date();'],
    ['wall clock', 'const ms = performance.now();'],
    ['timer', 'setTimeout(() => undefined, 10);'],
    ['timer', "import { setTimeout as wait } from 'node:timers/promises';"],
    ['timer', 'await new Promise((resolve) => setImmediate(resolve));'],
    ['timer', 'setInterval(tick, 1000);'],
    ['chance', 'const draw = Math.random();'],
    ['process', "const home = process.env['HOME'];"],
    ['process module', "import os from 'node:os';"],
    ['files', "import { readFileSync } from 'node:fs';"],
    ['files', "const fs = await import('fs/promises');"],
    ['cryptography', "import { randomBytes } from 'node:crypto';"],
    ['network', "import http from 'node:http';"],
    ['inexact mathematics', 'const square = Math.pow(x, 2);'],
    ['inexact mathematics', 'const square = x ** 2;'],
    ['inexact mathematics', 'const decay = Math.exp(-x);'],
    ['inexact mathematics', 'const bits = Math.log2(x);'],
    ['inexact mathematics', 'const wave = Math.sin(x);'],
    ['any', 'const loose = value as any;'],
    ['any', 'function f(value: any): void {}'],
    ['any', 'const list: Array<any> = [];'],
    ['double cast', 'const item = value as unknown as Item;'],
    ['silenced checker', `${silenced}\nconst x = 1;`],
    ['console', "console.log('here');"],
    ['permit', 'const permit = Permitted.mint(value, ground);'],
    ['permit', 'const held = Permitted.inspect(permit);'],
    ['permit import', "import { Permitted } from '../consent/permitted.js';"],
    ['default export', 'export default 1;'],
    ['machine path', `const folder = '${machinePath}';`],
    ['barrel', "export { assert } from '../base/assert.js';"],
    ['barrel', "export * from './fold.js';"],
    ['import extension', "import { assert } from '../base/assert';"],
    ['layer', "import { open } from '../runtime/open.js';"],
    ['layer', "import type { Rank } from '../influence/rank.js';"],
    ['layer', "const rank = await import('../influence/rank.js');"],
    ['layer', "import { MemoryDisk } from '../adapters/memory-disk.js';"],
    ['layer', "import { build } from '../../../../scripts/build.mjs';"],
    ['line length', `const x = '${'x'.repeat(140)}';`],
  ])('%s: %s', (rule, code) => {
    expect(rulesOf(understand, code)).toContain(rule);
  });

  test.each([
    ['test.only', "test.only('one', () => {});"],
    ['it.skip', "it.skip('one', () => {});"],
    ['describe.concurrent.only', "describe.concurrent.only('one', () => {});"],
    ['test.todo', "test.todo('one');"],
    ['xit', "xit('one', () => {});"],
  ])('skipped test: %s', (_, code) => {
    expect(rulesOf('packages/engine/src/base/planted.test.ts', code)).toEqual(['skipped test']);
  });

  test('casts in the gate', () => {
    const gate = 'packages/engine/src/consent/planted.ts';
    expect(rulesOf(gate, 'open(one, two as Permitted<P, T>);')).toEqual(['cast in the gate']);
    expect(rulesOf(gate, "import { one as two } from '../base/result.js';\nconst list = ['a'] as const;")).toEqual([]);
    expect(rulesOf(understand, 'const row = value as Row;')).toEqual([]);
  });

  test.each(['utils', 'helpers', 'common', 'misc', 'types', 'index'])('file name: %s.ts', (name) => {
    expect(rulesOf(`packages/engine/src/base/${name}.ts`, '')).toEqual(['file name']);
    expect(rulesOf(`packages/engine/src/base/${name}/thing.ts`, '')).toEqual(['file name']);
    expect(rulesOf(`packages/engine/src/base/my-${name}.ts`, '')).toEqual([]);
  });

  test('file length and file head', () => {
    expect(rulesOf(understand, '\n'.repeat(linesMax))).toEqual(['file length']);
    expect(rulesOf(understand, '\n'.repeat(linesMax - 1))).toEqual([]);
    expect(rulesOf(generated, `// generated${'\n'.repeat(linesMax)}`)).toEqual([]);
    expect(read(generated)).toMatch(/^\/\/ Generated from /);
    expect(check(understand, 'export const x = 1;\n', layers)).toEqual([
      { path: understand, line: 1, rule: 'file head', instead: expect.any(String) },
    ]);
  });

  test('the line of a finding is the line of the fault', () => {
    expect(check(understand, `${head}\n\nconst now = Date.now();\n`, layers)).toMatchObject([{ line: 4, rule: 'wall clock' }]);
  });
});

describe('what is not a fault', () => {
  test.each([
    '// Date.now() and Math.pow are for adapters; test.only is for nobody.',
    '/** e ** x by Math.exp, setTimeout, process.exit, console.log */',
    "const hint = 'the process. Math.random() is not asked, as any reader knows';",
    'const pattern = /console.log|Date.now/;',
    "import type { Permitted } from '../consent/permitted.js';",
    "import { assert } from '../base/assert.js';",
    "import { expect } from 'vitest';",
    'const root = Math.sqrt(x);',
    'const reader = { any: 1 }; if (list.any(each)) stop();',
    "const url = 'https://example.org/home/page';",
  ])('%s', (code) => {
    expect(rulesOf(understand, code)).toEqual([]);
  });

  test('exceptions hold for their file alone, and tests see every layer', () => {
    expect(rulesOf('packages/engine/src/adapters/system-clock.ts', 'const now = Date.now();')).toEqual([]);
    expect(rulesOf('packages/engine/src/adapters/node-disk.ts', 'const now = Date.now();')).toEqual(['wall clock']);
    expect(rulesOf('packages/engine/src/base/planted.test.ts', "import { open } from '../runtime/open.js';")).toEqual([]);
  });
});

test('layers: upward and sideways refused, downward and granted allowed', () => {
  const from = (layer: string, target: string): string | undefined => layerProblem(`packages/engine/src/${layer}/x.ts`, target, layers);
  expect(from('base', '../model/event.js')).toBe('base must not import model: see layers.json');
  expect(from('adapters', '../consent/gate.js')).toBe('adapters must not import consent: see layers.json');
  expect(from('runtime', '../sim/life.js')).toBe('runtime must not import sim: see layers.json');
  expect(from('runtime', '../adapters/node-disk.js')).toBeUndefined();
  expect(from('cli', '../base/assert.js')).toBeUndefined();
  expect(from('predict', './visits/visit-index.js')).toBeUndefined();
  expect(from('predict/visits', '../../influence/rank.js')).toBe('predict must not import influence: see layers.json');
});

test('views: comments, strings, templates and regular expressions are told from code', () => {
  const view = sourceText('x.ts', "a('//b'); // c\nd(`e${f('g')}h`); /* i\nj */ k(/l'm/); n / o / p;");
  expect(view.code).toBe("a('   ');     \nd(` ${f(' ')} `);     \n     k(/   /); n / o / p;");
  expect(view.strings).toBe("a('//b');     \nd(`e${f('g')}h`);     \n     k(/l'm/); n / o / p;");
});
