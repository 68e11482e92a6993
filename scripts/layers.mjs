// Derives one TypeScript project per layer folder from layers.json, so that `tsc -b` itself refuses an upward import.
// Run `node scripts/layers.mjs` after changing layers.json; the tidy test fails while the two differ (`--check` prints what).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = 'packages/engine/src';
const layers = JSON.parse(readFileSync(join(root, 'layers.json'), 'utf8'));

/** Which layers may a layer import? Everything beneath it in the order, plus what `sees` names; an aside layer sees just its list. */
export function visibleFrom(layer) {
  if (layers.aside[layer]) return layers.aside[layer];
  const at = layers.order.indexOf(layer);
  if (at < 0) throw new Error(`layers.json does not name the folder ${layer}`);
  return [...layers.order.slice(0, at), ...(layers.sees[layer] ?? [])];
}

export const layerNames = [...layers.order, ...Object.keys(layers.aside)];

export function projects() {
  const out = new Map();
  const present = layerNames.filter((name) => existsSync(join(root, source, name)));
  for (const name of present) {
    const references = visibleFrom(name)
      .filter((other) => present.includes(other))
      .map((other) => ({ path: `../${other}` }));
    const config = {
      extends: '../../../../tsconfig.base.json',
      compilerOptions: { rootDir: '.', outDir: `../../dist/${name}`, tsBuildInfoFile: `../../dist/${name}/tsconfig.tsbuildinfo` },
      include: ['**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.suite.ts'],
      references,
    };
    out.set(`${source}/${name}/tsconfig.json`, config);
  }
  // Tests see every layer: one project checks them all and emits nothing.
  out.set('packages/engine/tsconfig.tests.json', {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', composite: false, declaration: false, noEmit: true, tsBuildInfoFile: 'dist/tests.tsbuildinfo' },
    include: ['src/**/*.test.ts', 'src/**/*.suite.ts'],
    references: present.map((name) => ({ path: `src/${name}` })),
  });
  const tops = [
    'packages/engine/tsconfig.tests.json',
    ...present.map((name) => `${source}/${name}`),
    ...['bench', 'crash', 'vectors', 'packages/client/src', 'packages/browser/src'].filter((name) =>
      existsSync(join(root, name, 'tsconfig.json')),
    ),
    ...['packages/client/tsconfig.tests.json', 'packages/browser/tsconfig.tests.json'].filter((path) => existsSync(join(root, path))),
  ];
  out.set('tsconfig.json', { files: [], references: tops.map((path) => ({ path })) });
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let stale = 0;
  for (const [path, config] of projects()) {
    const text = `${JSON.stringify(config, null, 2)}\n`;
    const file = join(root, path);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (before === text) continue;
    stale += 1;
    if (process.argv.includes('--check')) console.error(`${path} differs from layers.json: run node scripts/layers.mjs`);
    else writeFileSync(file, text);
  }
  if (process.argv.includes('--check') && stale > 0) process.exit(1);
}
