// Erasure equality, on two histories: people are erased one after another while others go on sending and asking; then the bytes and keys
// are destroyed. `ethogram dump --canonical` of that folder, whose state was only ever folded forward, must be the same, by `cmp`, as
// that of a copy whose state is thrown away and folded anew from the log, in which the erased are gaps.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dirname, join } from 'node:path';
import { open, type Engine, type IncomingEvent } from 'ethogram';
import { ManualClock } from 'ethogram/internal/adapters/manual-clock';
import { SeededEntropy } from 'ethogram/internal/adapters/seeded-entropy';
import { SyntheticWorld } from 'ethogram/internal/cli/synthetic-world';
import { decodeEvent } from 'ethogram/internal/model/event-codec';
import { systemTypes } from 'ethogram/internal/model/system-event';
import { worldDefinitions } from 'ethogram/internal/sim/world-definitions';
import { kinds, loopPoint } from './closed-loop-world.js';
import { demand } from './complaint.js';
import { plantErasureFault, type FaultyLines } from './erasure-faults.js';
import type { Fault } from './fault.js';
import { percentile, rounded } from './percentile.js';
import { Progress, say } from './progress.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';
import { SeededRandom } from './seeded-random.js';
import { importVisits } from './visit-import.js';
import { visitsFrom, visitSource } from './visit-source.js';

const execFileAsync = promisify(execFile);
const startMs = 1_767_225_600_000;
/** Requests of others between two erasures. */
const trafficPerErasure = 3;

/** A history: what is learned first, whom to draw from, and what the others do meanwhile, one request at a time. */
interface History {
  readonly name: string;
  readonly learn: (engine: Engine, clock: ManualClock) => Promise<readonly string[]>;
  readonly traffic: (engine: Engine, clock: ManualClock) => Promise<void>;
}

interface Erased {
  readonly equal: boolean;
  readonly dumps: readonly [string, string];
  readonly keys: number;
  readonly bytes: number;
  readonly events: number;
  readonly acksMs: readonly number[];
}

export async function erase(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const visits = visitsFrom(visitSource(options.data, options.small));
  const people = options.small ? 24 : 1000;
  const faulty = plantErasureFault(options.fault);
  const done: Erased[] = [];
  for (const history of [imported(visits.train, visits.test), synthetic(options.small)])
    done.push(await eraseFrom(history, people, faulty, options.small));
  const sum = (of: (each: Erased) => number): number => done.reduce((total, each) => total + of(each), 0);
  const acks = done.flatMap(({ acksMs }) => acksMs);
  return {
    bench: 'erase',
    equal: done.every(({ equal }) => equal),
    dump_sha256: [0, 1].map((side) => hashOf(done.map(({ dumps }) => dumps[side] ?? ''))),
    keys: sum(({ keys }) => keys),
    bytes: sum(({ bytes }) => bytes),
    subjects_erased: people,
    events: sum(({ events }) => events),
    ack_p50_ms: rounded(percentile(acks, 0.5), 3),
    ack_p99_ms: rounded(percentile(acks, 0.99), 3),
  };
}

/** Room is made ahead in whole segments: little data need not wait for sixteen megabytes at a time. */
const smallSegments = { segmentBytes: 1024 * 1024, reserveBytes: 128 * 1024, recordBytesMax: 512 * 1024 };

async function eraseFrom(history: History, people: number, faulty: FaultyLines, small: boolean): Promise<Erased> {
  const logLimits = small ? smallSegments : {};
  const home = makeScratchFolder();
  const [online, anew] = [join(home, 'online'), join(home, 'anew')];
  const clock = new ManualClock(startMs);
  const engine = await open(online, {
    clock,
    tickMs: 0,
    entropy: new SeededEntropy(1),
    definitions: worldDefinitions,
    choicePoints: [loopPoint('nudge', 10_000, false)],
    logLimits,
  });
  const subjects = draw(await history.learn(engine, clock), people);
  const acksMs: number[] = [];
  let events = 0;
  const progress = new Progress(`erase, ${history.name}`, subjects.length);
  for (const [index, subject] of subjects.entries()) {
    // Days turn for segments as the clock says.
    if (index % 10 === 0) await engine.moveTime();
    const others: Promise<void>[] = [];
    for (let request = 0; request < trafficPerErasure; request += 1) others.push(history.traffic(engine, clock));
    const fromMs = performance.now();
    const receipt = await engine.erase([subject]);
    acksMs.push(performance.now() - fromMs);
    events += receipt.events;
    await Promise.all(others);
    progress.at(index + 1);
  }
  progress.end();
  await engine.completeErasures();
  const { keys, bytes } = destroyedIn(engine);
  const verified = await engine.verify();
  demand(verified.ok, `the log is not clean: ${verified.problems.slice(0, 3).join('; ')}`);
  const dumps: [string, string] = [join(home, 'online.dump'), join(home, 'anew.dump')];
  if (faulty !== null) await dumpFaulty(engine, faulty, dumps[0]);
  await engine.close();
  cpSync(online, anew, { recursive: true });
  rmSync(join(anew, 'state'), { recursive: true });
  if (faulty === null) {
    await Promise.all([dumpTo(online, dumps[0]), dumpTo(anew, dumps[1])]);
  } else {
    const again = await open(anew, { clock, tickMs: 0, logLimits });
    await dumpFaulty(again, faulty, dumps[1]);
    await again.close();
  }
  const equal = spawnSync('cmp', dumps, { encoding: 'utf8' }).status === 0;
  const contents: [string, string] = [readFileSync(dumps[0], 'utf8'), readFileSync(dumps[1], 'utf8')];
  demand(contents[0].length > 0, 'the dump holds something');
  say(`${history.name}: ${subjects.length} people, ${events} events erased; dumps ${equal ? 'equal' : 'DIFFER'}`);
  const hashes: [string, string] = [hashOf([contents[0]]), hashOf([contents[1]])];
  removeScratchFolder(home);
  return { equal, dumps: hashes, keys, bytes, events, acksMs };
}

/** What all completions destroyed: the engine completes by itself too, as time goes by. */
function destroyedIn({ log }: Engine): { readonly keys: number; readonly bytes: number } {
  const sum = { keys: 0, bytes: 0 };
  for (const { bytes, mask } of log.read(0)) {
    if (bytes === null || Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(`"${systemTypes.erasureCompleted}"`) < 0)
      continue;
    const { type, properties } = decodeEvent(bytes, mask);
    if (type !== systemTypes.erasureCompleted) continue;
    sum.keys += Number(properties['keys']);
    sum.bytes += Number(properties['bytes']);
  }
  demand(sum.keys > 0, 'the erasures were completed without a key destroyed');
  return sum;
}

/** `count` of them, drawn evenly, in random order. */
function draw(subjects: readonly string[], count: number): string[] {
  const random = new SeededRandom(3);
  const left = [...new Set(subjects)];
  const drawn: string[] = [];
  while (drawn.length < count && left.length > 0) {
    const [subject] = left.splice(random.below(left.length), 1);
    if (subject !== undefined) drawn.push(subject);
  }
  demand(drawn.length === count, 'the history has people enough');
  return drawn;
}

/** Rows of a data set under a declared basis; meanwhile the visits of its test day come in live, and are asked about. */
function imported(train: readonly (readonly string[])[], test: readonly (readonly string[])[]): History {
  let next = 0;
  return {
    name: 'visits',
    learn: async (engine) => {
      await importVisits(engine, train, startMs, null);
      return train.map((_, index) => `train-${index}`);
    },
    traffic: async (engine, clock) => {
      const visit = test[next % test.length] ?? [];
      const subject = `test-${next}`;
      next += 1;
      clock.advance(1_000);
      const rows = visit.map((item, place): IncomingEvent => {
        const occurredAt = clock.now() + place;
        return { id: `${place}`, subject, type: 'item.imported', occurredAt, source: 'bench', properties: { product_id: item } };
      });
      const taken = await engine.accept(rows);
      demand(taken.ok && taken.value.rejections.length === 0, 'an event of the traffic was refused');
      demand(engine.rank({ point: 'home', subject }).ok, 'a decision of the traffic failed');
    },
  };
}

/** A shop's days with late events, duplicates, withdrawals, decisions and linked ids: half of them first, half of them meanwhile. */
function synthetic(small: boolean): History {
  const world = new SyntheticWorld({
    startAt: startMs,
    shoppers: small ? 96 : 4000,
    days: small ? 1 : 2,
    lateShare: 0.1,
    duplicateShare: 0.1,
    withdrawShare: 0.2,
  });
  const actions = [...world.actions()];
  let next = 0;
  const act = async (engine: Engine, clock: ManualClock): Promise<void> => {
    const action = actions[next];
    next += 1;
    if (action === undefined) return;
    clock.advance(Math.max(0, action.at - clock.now()));
    if (action.kind === 'consent') {
      await engine.choose(action.subject, { choices: action.choices, origin: 'bench' });
      return;
    }
    const { userId, messageId, event, timestamp, properties } = action.event;
    const ranks = next % 7 === 0;
    const links = next % 40 === 0 ? world.shoppers[next % world.shoppers.length] : undefined;
    await engine.accept([
      { id: messageId, subject: userId, type: event, occurredAt: Date.parse(timestamp), source: 'synthetic', properties },
    ]);
    if (ranks) engine.rank({ point: 'home', subject: userId });
    if (next % 5 === 0) await influence(engine, userId, next, clock.now());
    // Refused when one of them is unknown, gone, or the same; now and then they part again.
    if (links !== undefined) await engine.link(userId, links.subject, next % 120 !== 0, 'bench');
  };
  return {
    name: 'synthetic',
    learn: async (engine, clock) => {
      await engine.upsertItems(world.items);
      while (next < actions.length / 2) await act(engine, clock);
      await engine.drain();
      return world.shoppers.map(({ subject }) => subject);
    },
    traffic: act,
  };
}

/** An action is chosen, seen, and now and then followed by an order. */
async function influence(engine: Engine, subject: string, step: number, now: number): Promise<void> {
  const segment = kinds[step % kinds.length];
  const chosen = await engine.chooseAction({ point: 'nudge', subject, ...(segment === undefined ? {} : { segment }) });
  demand(chosen.ok, 'a choice of the traffic failed');
  const decisionId = chosen.value.id;
  const told = { subject, occurredAt: now, source: 'bench' };
  await engine.accept([{ ...told, id: `seen-${step}`, type: 'exposure', properties: { decisionId } }]);
  if (step % 3 === 0) await engine.accept([{ ...told, id: `won-${step}`, type: 'outcome', properties: { decisionId, kind: 'order' } }]);
}

/** The command that anyone may run. */
async function dumpTo(folder: string, file: string): Promise<void> {
  const binary = join(dirname(fileURLToPath(import.meta.resolve('ethogram'))), '../../bin/ethogram.js');
  const { stdout } = await execFileAsync(process.execPath, [binary, 'dump', '--canonical', folder], {
    maxBuffer: 1 << 30,
    encoding: 'buffer',
  });
  writeFileSync(file, stdout);
}

/** From an engine of this process, which has the planted fault. */
async function dumpFaulty(engine: Engine, faulty: NonNullable<FaultyLines>, file: string): Promise<void> {
  writeFileSync(file, `${[...(await engine.dump()), ...faulty(engine)].join('\n')}\n`);
}

function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest('hex');
}
