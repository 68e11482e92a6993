// npm run first-minute: the first minute of somebody who has just heard of Ethogram, timed. Clones the last commit into an empty
// folder, runs `npm ci` there, builds all afresh, starts a server, sends the very lines that its first screen shows, waits until that event
// stands on the first screen, lets the server idle, and weighs its private memory; then the same for `npm start`.
// Prints lines, then one line of JSON; exits with 1 when a bound is broken. Needs git, sh and curl; memory is weighed on Linux alone.
// `--tree` takes the files as they lie here instead of the last commit, for a look before committing.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** From the end of `npm ci` to the first event on the screen; anonymous private memory of an idle server. */
const bounds = { firstEventSMax: 60, idleMbMax: 150 };
const idleMs = 15_000;
const waitMsMax = 120_000;

const work = mkdtempSync(join(tmpdir(), 'ethogram-first-minute-'));
const clone = join(work, 'ethogram');
const failures = [];
const figures = { bench: 'first-minute', node: process.versions.node };
const running = new Set();

const say = (text) => process.stdout.write(`${text}\n`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const round = (value, digits = 1) => Number(value.toFixed(digits));

function report(name, key, value, unit, max) {
  figures[key] = value === null ? null : round(value);
  const broken = max !== undefined && value !== null && value > max;
  if (broken) failures.push(`${name}: ${round(value)} ${unit}, at most ${max}`);
  const bound = max === undefined ? '' : ` (at most ${max})`;
  say(`${broken ? 'FAIL' : 'ok  '} ${name}: ${value === null ? 'not known on this system' : `${round(value)} ${unit}${bound}`}`);
}

/** Runs to its end in the clone; seconds. */
function timed(command, args) {
  const fromMs = performance.now();
  const done = spawnSync(command, args, {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed:\n${`${done.stdout}${done.stderr}${done.error?.message ?? ''}`.slice(0, 1_500)}`);
  return (performance.now() - fromMs) / 1000;
}

function fetchTree() {
  const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const changed = git('status', '--porcelain').split('\n').filter(Boolean).length;
  if (process.argv.includes('--tree')) {
    const names = git('ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0').filter(Boolean);
    const gone = new Set(git('ls-files', '-z', '--deleted').split('\0'));
    for (const name of names) if (!gone.has(name)) cpSync(join(root, name), join(clone, name));
    say(`the files as they lie here (${changed} changed since the last commit)`);
    return;
  }
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
  say(
    `commit ${git('rev-parse', '--short', 'HEAD').trim()}${changed > 0 ? `; ${changed} changes that are not committed are not in it` : ''}`,
  );
}

/** Starts a program of its own process group, so that Ctrl-C (SIGINT) reaches it and what it started, and nothing else. */
function start(command, args) {
  const child = spawn(command, args, { cwd: clone, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const program = { pid: child.pid, out: '', ended };
  const hear = (chunk) => (program.out += chunk);
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  running.add(program);
  void ended.then(() => running.delete(program));
  return program;
}

async function stop(program) {
  if (!running.has(program)) return;
  process.kill(-program.pid, 'SIGINT');
  const late = wait(10_000).then(() => 'late');
  if ((await Promise.race([program.ended, late])) !== 'late') return;
  failures.push('a program did not stop within 10 s of Ctrl-C');
  process.kill(-program.pid, 'SIGKILL');
  await program.ended;
}

async function addressOf(program) {
  const untilMs = performance.now() + waitMsMax;
  for (;;) {
    const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(program.out);
    if (found !== null) return found[1];
    if (!running.has(program) || performance.now() > untilMs) throw new Error(`it does not listen:\n${program.out}`);
    await wait(10);
  }
}

/** The line to copy, as the page shows it. */
function lineOf(page, id) {
  const escaped = new RegExp(`<code id="${id}">([^]*?)</code>`).exec(page)?.[1];
  if (escaped === undefined) throw new Error(`the first screen shows no ${id}`);
  const characters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  return escaped.replace(/&(?:lt|gt|quot|amp|#\d+);/g, (each) => characters[each] ?? String.fromCodePoint(Number(each.slice(2, -1))));
}

/** Reads the live stream of the first screen, as its script does, until what it shows passes. */
async function seenLive(url, passes) {
  const reply = await fetch(`${url}/first-screen/live`, { signal: AbortSignal.timeout(waitMsMax) });
  const reader = reply.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('the live stream ended');
    text += decoder.decode(value, { stream: true });
    const pieces = text.split('\n\n');
    text = pieces.pop();
    const shown = pieces.filter((piece) => piece.startsWith('data: ')).map((piece) => JSON.parse(piece.slice(6)).html);
    if (shown.some(passes)) break;
  }
  await reader.cancel();
}

/** The process of the group that runs the engine: `npm start` is npm, a shell and then that. */
function enginePid(program) {
  const group = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // proc(5): after the command in brackets stand state, parent, group.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === program.pid && command[1]?.endsWith('bin/ethogram.js');
    } catch {
      return false; // it has ended meanwhile
    }
  });
  if (group.length !== 1) throw new Error(`${group.length} processes of the engine`);
  return Number(group[0]);
}

/**
 * Memory that is this process's alone and in no file, in MB of 10^6 bytes: of every mapping the anonymous private pages, and what of it was
 * swapped out. Pages of a file (the LMDB map, the program itself, its libraries) are not counted as long as nobody wrote to them
 * privately: the kernel drops and reads them again as it likes. A page of a file that was written privately (copy on write) is anonymous
 * and counts. `private` is all private pages, so that one sees what was left out; `resident` includes what is shared.
 */
function memoryOf(pid) {
  if (process.platform !== 'linux') return { anonymous: null, private: null, resident: null };
  const sums = { anonymous: 0, private: 0, resident: 0 };
  for (const mapping of readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(mapping)?.[1] ?? 0);
    const own = kb('Private_Clean') + kb('Private_Dirty');
    sums.anonymous += Math.min(own, kb('Anonymous')) + kb('Swap');
    sums.private += own;
    sums.resident += kb('Rss');
  }
  return Object.fromEntries(Object.entries(sums).map(([name, kilobytes]) => [name, (kilobytes * 1024) / 1e6]));
}

function weigh(name, key, program, max) {
  const { anonymous, private: own, resident } = memoryOf(process.platform === 'linux' ? enginePid(program) : program.pid);
  report(`${name}, private memory without mapped files`, key, anonymous, 'MB', max);
  if (anonymous !== null) say(`     ${round(own)} MB private with pages of files, ${round(resident)} MB resident`);
}

async function firstEvent() {
  const afterInstallMs = performance.now();
  report('build, all afresh', 'build_s', timed('npm', ['run', '--silent', 'build', '--', '--force']), 's');
  const startedMs = performance.now();
  const server = start(process.execPath, ['packages/engine/bin/ethogram.js', 'serve', '--port', '0', '--data', join(work, 'data')]);
  const url = await addressOf(server);
  report('`ethogram serve` listens', 'listening_s', (performance.now() - startedMs) / 1000, 's');
  weigh('just started', 'started_mb', server);
  const page = await (await fetch(url)).text();
  if (!page.includes('Waiting for your first event')) failures.push('the first screen of an empty server does not wait');
  const seen = seenLive(url, (html) => html.includes('ada viewed Green tea'));
  const sentMs = performance.now();
  for (const id of ['line-items', 'line-event']) {
    const answer = execFileSync('sh', ['-c', lineOf(page, id)], { encoding: 'utf8' });
    if (JSON.parse(answer).success !== true) throw new Error(`the line ${id} was answered ${answer}`);
  }
  await seen;
  report('from the lines sent to the event on the first screen', 'on_screen_s', (performance.now() - sentMs) / 1000, 's');
  const allS = (performance.now() - afterInstallMs) / 1000;
  report('from the end of `npm ci` to the first event on the first screen', 'after_npm_ci_s', allS, 's', bounds.firstEventSMax);
  await wait(idleMs);
  weigh(`\`ethogram serve\`, idle for ${idleMs / 1000} s`, 'idle_mb', server, bounds.idleMbMax);
  await stop(server);
}

async function npmStart() {
  const startedMs = performance.now();
  const program = start('npm', ['start']);
  const url = await addressOf(program);
  report('`npm start` listens', 'start_listening_s', (performance.now() - startedMs) / 1000, 's');
  await seenLive(url, (html) => html.includes('is-live'));
  report(
    '`npm start`: an event on the first screen',
    'start_on_screen_s',
    (performance.now() - startedMs) / 1000,
    's',
    bounds.firstEventSMax,
  );
  const untilMs = performance.now() + waitMsMax;
  while (!program.out.includes('Ctrl-C stops it') && performance.now() < untilMs) await wait(50);
  report('`npm start`: the whole story told', 'start_told_s', (performance.now() - startedMs) / 1000, 's', bounds.firstEventSMax);
  await wait(idleMs);
  weigh('`npm start`, streaming a few events a second', 'start_mb', program, bounds.idleMbMax);
  await stop(program);
}

try {
  fetchTree();
  report('`npm ci` (it builds too)', 'npm_ci_s', timed('npm', ['ci', '--no-audit', '--no-fund']), 's');
  await firstEvent();
  await npmStart();
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
} finally {
  for (const program of running) await stop(program);
  rmSync(work, { recursive: true, force: true });
}
for (const failure of failures) say(`failed: ${failure}`);
say(JSON.stringify({ ...figures, ok: failures.length === 0 }));
process.exitCode = failures.length === 0 ? 0 : 1;
