// `npm run -s crash -- --kills 200 --power 200`: the real process killed at random moments, and its recorded writes replayed into disk
// images as power cuts would leave them. Nothing acknowledged may be lost, every image must open, `verify` must be clean, state must be the
// log's fold. Ends with one line of JSON. Afterwards the same images are built with syncs ignored: these must lose something, or the
// measure is blind.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openImages } from './image.js';
import { seededRandom } from './random.js';
import { compileRecorder, recordingEnvironment } from './recording.js';
import { promisesIn, type Survivors } from './survivors.js';
import { acknowledgedBefore, readTrace, type Trace } from './trace.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    power: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const power = Number(values.power);
const random = seededRandom(Number(values.seed));
const subject = fileURLToPath(new URL('subject.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'ethogram-crash-'));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const total = { acked: 0, lost: 0, unopenable: 0, problems: 0 };
/** After so many kills a fresh folder is begun, so that late rounds do not only re-read old ones. */
const killsPerFolder = 20;

for (let round = 0; round < kills; round += 1) {
  const folder = join(home, `kill-${Math.floor(round / killsPerFolder)}`);
  const acks = `${folder}.acks`;
  await killAtRandom(folder, acks, round);
  const promises = promisesIn(existsSync(acks) ? readFileSync(acks, 'utf8') : '');
  const found = look(folder, promises);
  count(found, `kill ${round}`);
  if ((round + 1) % killsPerFolder === 0 || round === kills - 1) {
    total.acked += promises.length;
    rmSync(folder, { recursive: true, force: true });
    say(`kills ${round + 1}/${kills}: ${total.acked} acknowledged, ${total.lost} lost`);
  }
}

let unsyncedLost = 0;
if (power > 0) {
  const compiled = compileRecorder();
  if (!compiled.ok) {
    say(`${compiled.code}: ${compiled.message}`);
    process.exit(1);
  }
  const traces = Math.min(4, power);
  for (let part = 0; part < traces; part += 1) {
    const trace = record(part, compiled.recorder);
    total.acked += promisesOf(trace, trace.records.length).length;
    const images = Math.floor(power / traces) + (part < power % traces ? 1 : 0);
    cutPower(trace, images, false);
    unsyncedLost += cutPower(trace, Math.max(1, Math.floor(images / 10)), true);
    say(`power ${part + 1}/${traces} recordings: ${images} images, ${total.lost} lost so far; with syncs removed ${unsyncedLost} are lost`);
  }
}
if (!values.keep) rmSync(home, { recursive: true, force: true });
const parts = [...(kills > 0 ? ['kill'] : []), ...(power > 0 ? ['power'] : [])];
process.stdout.write(`${JSON.stringify({ crash: parts.join('+'), kills, images: power, ...total, lost_without_syncs: unsyncedLost })}\n`);
process.exitCode = total.lost + total.unopenable + total.problems > 0 || (power > 0 && unsyncedLost === 0) ? 1 : 0;

function count(found: { readonly opened: boolean; readonly lost: number; readonly problems: readonly string[] }, where: string): void {
  total.lost += found.lost;
  if (!found.opened) total.unopenable += 1;
  if (found.problems.length === 0 && found.lost === 0) return;
  total.problems += found.problems.length;
  say(`${where}: lost ${found.lost}; ${found.problems.slice(0, 3).join('; ')}`);
}

function killAtRandom(folder: string, acks: string, round: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [subject, folder, acks, '1000000', `r${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.once('error', reject);
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), random.below(300)));
    // One in ten is killed while it opens.
    if (round % 10 === 9) setTimeout(() => child.kill('SIGKILL'), 100 + random.below(200));
    child.once('exit', () => resolve());
  });
}

function record(part: number, recorder: string): Trace {
  const folder = join(home, `power-${part}`);
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const [trace, marks] = [join(folder, 'trace'), join(folder, 'acks')];
  const env = { ...process.env, ...recordingEnvironment({ recorder, root, trace, marks }) };
  const done = spawnSync(process.execPath, [subject, root, marks, '6000', `p${part}`], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the process under test failed: ${done.stderr}`);
  const parsed = readTrace(trace);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.trace;
}

function promisesOf(trace: Trace, cut: number): string[] {
  return acknowledgedBefore(trace, cut).flatMap((mark) => promisesIn(Buffer.from(mark).toString('utf8')));
}

/** Builds and opens images; with syncs ignored it only counts what is lost, as a measure of the measure. */
function cutPower(trace: Trace, images: number, ignoreSyncs: boolean): number {
  const opened = openImages(trace, { ignoreSyncs });
  if (!opened.ok) throw new Error(opened.message);
  const target = join(home, 'image');
  let lost = 0;
  for (let image = 0; image < images; image += 1) {
    const cut = random.below(trace.records.length + 1);
    opened.images.build(cut, random.below(1 << 30), target);
    const found = look(target, promisesOf(trace, cut));
    lost += found.lost;
    if (!ignoreSyncs) count(found, `power cut at ${cut}`);
    rmSync(target, { recursive: true, force: true });
  }
  return lost;
}

/** Opens the folder in a process of its own; one that dies of it has lost everything. */
function look(folder: string, promises: readonly string[]): Survivors {
  const list = join(home, 'promises');
  writeFileSync(list, promises.map((promise) => `${promise}\n`).join(''));
  const done = spawnSync(process.execPath, [fileURLToPath(new URL('survivors-child.js', import.meta.url)), folder, list], {
    encoding: 'utf8',
  });
  if (done.status === 0) return JSON.parse(done.stdout) as Survivors; // our own child wrote it
  return {
    opened: false,
    acked: promises.length,
    lost: promises.length,
    problems: [`the process that opened it died (${done.signal ?? done.status}): ${done.stderr.slice(0, 300)}`],
  };
}
