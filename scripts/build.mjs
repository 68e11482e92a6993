// Builds every project with `tsc -b`, then bundles the browser SDK. Deletes all output first when a source has gone, because tsc leaves the
// old output behind.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pairs = [
  ['packages/engine/src', 'packages/engine/dist'],
  ['packages/client/src', 'packages/client/dist'],
  ['packages/browser/src', 'packages/browser/dist/esm'],
  ['bench', 'bench/dist'],
  ['crash', 'crash/dist'],
  ['vectors', 'vectors/dist'],
];

function orphaned(sourceDir, outDir) {
  if (!existsSync(outDir)) return false;
  return readdirSync(outDir, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .some((name) => !existsSync(join(sourceDir, name.replace(/\.js$/, '.ts'))));
}

for (const [sourceDir, outDir] of pairs) {
  const from = join(root, sourceDir);
  const to = join(root, outDir);
  if (orphaned(from, to)) {
    rmSync(to, { recursive: true, force: true });
    console.error(`${relative(root, to)}: a source has gone, building afresh`);
  }
}
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const done = spawnSync(process.execPath, [tsc, '-b', ...process.argv.slice(2)], { cwd: root, stdio: ['ignore', 2, 2] });
const status = done.status ?? 1;
const bundled =
  status === 0
    ? spawnSync(process.execPath, [join(root, 'packages/browser/scripts/bundle.mjs')], { cwd: root, stdio: ['ignore', 2, 2] }).status
    : status;
process.exit(bundled ?? 1);
