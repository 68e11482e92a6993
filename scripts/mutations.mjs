// `npm run -s test:spec [-- C7 C9]`: takes the enforcement of each invariant of docs/consent.spec.md out of a copy of the sources, one at a
// time, and runs the test that the page names for it. Prints the table; fails when a test stays green, or is red before anything is taken
// out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** How many run at a time, each in a copy of its own. */
const workers = 2;
const left = /(?:^|\/)(?:node_modules|dist|\.git)$/u;
const copies = Array.from({ length: workers }, () => mkdtempSync(join(tmpdir(), 'ethogram-spec-')));
process.on('exit', () => copies.forEach((copy) => rmSync(copy, { recursive: true, force: true })));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
for (const copy of copies) {
  cpSync(root, copy, { recursive: true, filter: (path) => !left.test(path) });
  for (const path of ['node_modules', 'packages/engine/dist']) symlinkSync(join(root, path), join(copy, path));
}

async function isGreen(copy, test, title) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  const run = spawn(process.execPath, [vitest, 'run', test, '-t', pattern], { cwd: copy, stdio: 'ignore', timeout: 180_000 });
  const [status] = await once(run, 'exit');
  return status === 0;
}

/** Is the test red without the enforcement? */
async function isCaught(copy, { id, test, title }) {
  const { file: path, find, put } = mutations[id];
  const whole = join(copy, path);
  const source = readFileSync(whole, 'utf8');
  writeFileSync(
    whole,
    source.replace(find, () => put),
  );
  const survived = await isGreen(copy, test, title);
  writeFileSync(whole, source);
  return !survived;
}

/** What each task gives, in their order; every worker takes the next one that is left. */
async function allOf(tasks, work) {
  const results = [];
  let next = 0;
  await Promise.all(
    copies.map(async (copy) => {
      while (next < tasks.length) {
        const at = next++;
        results[at] = await work(copy, tasks[at]);
        process.stderr.write(`${results.filter((each) => each !== undefined).length} of ${tasks.length}\n`);
      }
    }),
  );
  return results;
}

let failed = 0;
const say = (line) => process.stdout.write(`${line}\n`);
const tests = [...new Map(chosen.map((row) => [`${row.test} ${row.title}`, row])).values()];
const green = await allOf(tests, (copy, { test, title }) => isGreen(copy, test, title));
for (const [at, { test, title }] of tests.entries()) {
  if (green[at]) continue;
  failed += 1;
  say(`RED BEFORE  ${test}: ${title}`);
}
const caught = await allOf(chosen, isCaught);
say('| invariant | taken out of | test | |');
say('|---|---|---|---|');
for (const [at, { id, file, title }] of chosen.entries()) {
  if (!caught[at]) failed += 1;
  say(`| ${id} | ${file} | ${title} | ${caught[at] ? 'red' : 'STAYS GREEN'} |`);
}
say(JSON.stringify({ spec: chosen.length, red: caught.filter(Boolean).length }));
process.exitCode = failed === 0 ? 0 : 1;
