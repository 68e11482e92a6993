// npm run -s test:import -- --rows N --kills N --seed N: a large import, once in one go and once killed (SIGKILL) at drawn moments and
// begun again. Both folders must end in the same state, byte for byte. Rows are views of some 50,000 products by people who look at five
// each, in time order. `--planted`: the second import leaves out the last row, so the run must fail. Ends with one line of JSON:
// rows, kills (that came before the end), equal, dump_sha256 (two), rows_per_s (of the import in one go), rss_mb_half and rss_mb_end (the
// most that its process held up to half of its time, and in all; null where /proc does not say).
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '../bench/dist/seeded-random.js';

const program = join(dirname(fileURLToPath(import.meta.url)), '../packages/engine/bin/ethogram.js');
const option = (name, usual) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};
const [rows, kills, seed] = [option('rows', 10_000_000), option('kills', 3), option('seed', 1)];
if (![rows, kills, seed].every((value) => Number.isSafeInteger(value) && value >= 0) || rows === 0) {
  process.stderr.write('usage: npm run -s test:import -- [--rows N] [--kills N] [--seed N] [--planted]\n');
  process.exit(2);
}

const planted = process.argv.includes('--planted');
const random = new SeededRandom(seed);
const products = 50_000;
const rowsOfPerson = 5;
const lookMs = 250;
const work = mkdtempSync(join(tmpdir(), 'ethogram-import-'));
const path = join(work, 'rows.csv');
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
const say = (text) => process.stderr.write(`${text}\n`);

async function writeRows() {
  const file = createWriteStream(path);
  const fromMs = Date.now() - 30 * 24 * 3_600_000;
  const stepMs = (29 * 24 * 3_600_000) / rows;
  file.write('user_id,product_id,timestamp\n');
  for (let row = 0; row < rows;) {
    const lines = [];
    for (const end = Math.min(rows, row + 10_000); row < end; row += 1) {
      const at = new Date(fromMs + Math.floor(row * stepMs)).toISOString();
      lines.push(`u${Math.floor(row / rowsOfPerson)},p${Math.floor(random.share() ** 2 * products)},${at}\n`);
    }
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** The most memory that a process has held so far, MB; null where the system does not say. */
function peakMb(pid) {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return null;
  const said = /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'));
  return said === null ? null : Math.round(Number(said[1]) / 1024);
}

/** Runs the import to its end, or kills it after so many ms. `look` is told of the process now and then. */
async function importInto(folder, { limit, killAfterMs = null, look = () => undefined }) {
  const args = [program, 'import', path, '--data', folder, '--limit', `${limit}`, '--json'];
  args.push('--basis', 'legitimate_interests', '--evidence', 'generated');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  running.add(child);
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  const looking = setInterval(() => look(child.pid), lookMs);
  const killing = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await once(child, 'close');
  clearInterval(looking);
  clearTimeout(killing);
  running.delete(child);
  if (signal === 'SIGKILL') return null;
  if (code !== 0) throw new Error(`the import ended with ${code}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

function dumpHash(folder) {
  return execFileSync(process.execPath, [program, 'dump', '--canonical', '--hash', '--quiet', folder], { encoding: 'utf8' }).trim();
}

await writeRows();
say(`${rows} rows, ${(statSync(path).size / 1e6).toFixed(0)} MB`);

const whole = join(work, 'whole');
const fromMs = performance.now();
const looks = [];
const look = (pid) => looks.push([performance.now() - fromMs, peakMb(pid)]);
const done = await importInto(whole, { limit: rows, look });
const tookMs = performance.now() - fromMs;
/** Nothing is said of a process that has just ended. */
const held = looks.filter(([, mb]) => mb !== null);
const [half, end] = [held.findLast(([ms]) => ms <= tookMs / 2)?.[1] ?? null, held.at(-1)?.[1] ?? null];
if (done.accepted !== rows) throw new Error(`${done.accepted} of ${rows} rows were accepted`);
say(`in one go: ${(tookMs / 1000).toFixed(0)} s`);

const broken = join(work, 'broken');
let killed = 0;
for (let left = kills; ; left -= 1) {
  const killAfterMs = left > 0 ? (0.05 + 0.9 * random.share()) * (tookMs / kills) : null;
  const ended = await importInto(broken, { limit: planted ? rows - 1 : rows, killAfterMs });
  if (ended !== null) break;
  killed += 1;
  say(`killed after ${(killAfterMs / 1000).toFixed(1)} s`);
}

const hashes = [dumpHash(whole), dumpHash(broken)];
const equal = hashes[0] === hashes[1];
const figures = {
  import: 'resume',
  rows,
  kills: killed,
  equal,
  dump_sha256: hashes,
  rows_per_s: Math.round(rows / (tookMs / 1000)),
  rss_mb_half: half,
  rss_mb_end: end,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(equal && killed > 0 ? 0 : 1);
