// `npm run -s test:spec [-- C7 C9]`: takes the enforcement of each invariant of docs/consent.spec.md out of a copy of the sources, one at a
// time, and runs the test that the page names for it. Prints the table; fails when a test stays green, or is red before anything is taken
// out.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const mutations = JSON.parse(readFileSync(join(root, 'scripts/consent-mutations.json'), 'utf8'));
const rows = readFileSync(join(root, 'docs/consent.spec.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (C\d+) \| (.*) \| `([^`]+)` \| `([^`]+)`: (.*) \|$/u.exec(line))
  .filter((match) => match !== null)
  .map(([, id, invariant, file, test, title]) => ({ id, invariant, file, test: `packages/engine/src/${test}`, title }));
const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? rows : rows.filter(({ id }) => wanted.includes(id));

const copy = mkdtempSync(join(tmpdir(), 'ethogram-spec-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const left = /(?:^|\/)(?:node_modules|dist|\.git)$/u;
cpSync(root, copy, { recursive: true, filter: (path) => !left.test(path) });
for (const path of ['node_modules', 'packages/engine/dist']) symlinkSync(join(root, path), join(copy, path));

function isGreen(test, title) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  const run = spawnSync(process.execPath, [vitest, 'run', test, '-t', pattern], { cwd: copy, encoding: 'utf8', timeout: 180_000 });
  return run.status === 0;
}

let failed = 0;
const say = (line) => process.stdout.write(`${line}\n`);
for (const [test, title] of new Map(chosen.map((row) => [`${row.test} ${row.title}`, [row.test, row.title]])).values()) {
  if (isGreen(test, title)) continue;
  failed += 1;
  say(`RED BEFORE  ${test}: ${title}`);
}
say('| invariant | taken out of | test | |');
say('|---|---|---|---|');
for (const { id, file, test, title } of chosen) {
  const { file: path, find, put } = mutations[id];
  const whole = join(copy, path);
  const source = readFileSync(whole, 'utf8');
  writeFileSync(
    whole,
    source.replace(find, () => put),
  );
  const survived = isGreen(test, title);
  writeFileSync(whole, source);
  if (survived) failed += 1;
  say(`| ${id} | ${file} | ${title} | ${survived ? 'STAYS GREEN' : 'red'} |`);
}
say(JSON.stringify({ spec: chosen.length, red: chosen.length - failed }));
process.exitCode = failed === 0 ? 0 : 1;
