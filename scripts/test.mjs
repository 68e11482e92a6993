// `npm test`: builds, then every check of the repository, cheapest first; stops at the first that fails. Needs only Node and npm, touches
// no network, and works after `npm ci --ignore-scripts` too. Arguments go on to Vitest: `npm test -- packages/engine/src/consent`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tool = (path) => join(root, 'node_modules', path);

const steps = [
  ['build', ['scripts/build.mjs']],
  ['types of scripts', [tool('typescript/bin/tsc'), '-p', 'scripts']],
  ['layers', ['scripts/layers.mjs', '--check']],
  ['lint', [tool('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings']],
  ['format', [tool('oxfmt/bin/oxfmt'), '--check']],
  ['unused', [tool('knip/bin/knip.js')]],
  ['tests', [tool('vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]],
];

for (const [index, [name, args]] of steps.entries()) {
  const startedMs = performance.now();
  console.log(`[${index + 1}/${steps.length}] ${name}`);
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (status !== 0) {
    console.error(`[${index + 1}/${steps.length}] ${name} FAILED after ${seconds} s${error === undefined ? '' : `: ${error.message}`}`);
    process.exit(1);
  }
  console.log(`[${index + 1}/${steps.length}] ${name} passed in ${seconds} s`);
}
