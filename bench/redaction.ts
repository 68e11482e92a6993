// Redaction equality, on two data folders: in one people are redacted online by the running engine; in the other their events are turned
// into gaps beneath it, the state is thrown away, and the log is folded from nothing. `dump --canonical` of both must be the same, by
// `cmp`.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { open, type Engine } from 'ethogram';
import { FileLog } from 'ethogram/internal/adapters/file-log/file-log';
import { KeyFile } from 'ethogram/internal/adapters/key-file';
import { ManualClock } from 'ethogram/internal/adapters/manual-clock';
import { NodeDisk } from 'ethogram/internal/adapters/node-disk';
import { SeededEntropy } from 'ethogram/internal/adapters/seeded-entropy';
import { SyntheticWorld } from 'ethogram/internal/cli/synthetic-world';
import { demand } from './complaint.js';
import type { Fault } from './fault.js';
import { say } from './progress.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';
import { SeededRandom } from './seeded-random.js';
import { importVisits } from './visit-import.js';
import { visitsFrom, visitSource } from './visit-source.js';

const startMs = 1_767_225_600_000;

interface Compared {
  readonly equal: boolean;
  readonly sha256: readonly [string, string];
  readonly subjects: number;
  readonly events: number;
  readonly gaps: number;
}

export async function redaction(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const visits = visitsFrom(visitSource(options.data, options.small));
  const people = options.small ? 40 : 1000;
  const imported = await compare('visits', options.fault, async (engine) => {
    await importVisits(engine, visits.train, startMs, null);
    const random = new SeededRandom(3);
    return Array.from({ length: people }, () => `train-${random.below(visits.train.length)}`);
  });
  const synthetic = await compare('synthetic', options.fault, (engine, clock) => live(engine, clock, options.small));
  const both = [imported, synthetic];
  return {
    bench: 'redaction',
    equal: both.every(({ equal }) => equal),
    dump_sha256: { visits: imported.sha256, synthetic: synthetic.sha256 },
    subjects: both.reduce((sum, { subjects }) => sum + subjects, 0),
    events: both.reduce((sum, { events }) => sum + events, 0),
    gaps: both.reduce((sum, { gaps }) => sum + gaps, 0),
  };
}

async function compare(
  name: string,
  fault: Fault | null,
  feed: (engine: Engine, clock: ManualClock) => Promise<string[]>,
): Promise<Compared> {
  const home = makeScratchFolder();
  const [online, beneath] = [join(home, 'online'), join(home, 'beneath')];
  const clock = new ManualClock(startMs);
  // Seeded, so that the ids of decisions, and with them the dumps, are the same in every run and on every Node.
  let engine = await open(online, { clock, tickMs: 0, entropy: new SeededEntropy(1) });
  const subjects = [...new Set(await feed(engine, clock))];
  const positions = subjects.flatMap((subject) => engine.core.trace.positions(subject)).sort((a, b) => a - b);
  const events = engine.log.head;
  await engine.close();
  cpSync(online, beneath, { recursive: true });

  engine = await open(online, { clock, tickMs: 0 });
  if (fault === 'forgotten-posting') Object.defineProperty(engine.core.model.index, 'forget', { value: () => 0 });
  await engine.redact(subjects);
  const onlineDump = join(home, 'online.dump');
  if (fault === 'forgotten-posting') writeFileSync(onlineDump, `${[...(await engine.dump())].join('\n')}\n`);
  await engine.close();

  const disk = new NodeDisk(beneath);
  const entropy = new SeededEntropy(2);
  const keys = await KeyFile.open({ disk, folder: 'keys', wrapping: { disk, folder: 'keys' }, entropy });
  const log = await FileLog.open({ disk, folder: 'log', keys, entropy, clock, onFailure: (error) => demand(false, String(error)) });
  await log.redact(positions);
  await log.compact();
  await log.close();
  keys.close();
  rmSync(join(beneath, 'state'), { recursive: true });
  engine = await open(beneath, { clock, tickMs: 0 });
  await engine.redact(subjects);
  const verified = await engine.verify();
  demand(verified.ok, `the log is not clean: ${verified.problems.slice(0, 3).join('; ')}`);
  await engine.close();

  const beneathDump = join(home, 'beneath.dump');
  if (fault !== 'forgotten-posting') dumpTo(online, onlineDump);
  dumpTo(beneath, beneathDump);
  const equal = spawnSync('cmp', [onlineDump, beneathDump], { encoding: 'utf8' }).status === 0;
  const sha256 = [hashOf(onlineDump), hashOf(beneathDump)] as const;
  const hashes = sha256.map((hash) => hash.slice(0, 12)).join(', ');
  say(`${name}: ${subjects.length} people, ${positions.length} of ${events} events; dumps ${equal ? 'equal' : 'DIFFER'} (${hashes})`);
  removeScratchFolder(home);
  return { equal, sha256, subjects: subjects.length, events, gaps: verified.gaps };
}

/** The command that anyone may run. */
function dumpTo(folder: string, file: string): void {
  const binary = join(dirname(fileURLToPath(import.meta.resolve('ethogram'))), '../../bin/ethogram.js');
  writeFileSync(file, execFileSync(process.execPath, [binary, 'dump', '--canonical', '--data', folder], { maxBuffer: 1 << 30 }));
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** A shop's days with late events, duplicates, withdrawals and decisions; every fourth granted shopper is to be redacted. */
async function live(engine: Engine, clock: ManualClock, small: boolean): Promise<string[]> {
  const world = new SyntheticWorld({
    startAt: startMs,
    shoppers: small ? 40 : 300,
    days: small ? 1 : 5,
    lateShare: 0.1,
    duplicateShare: 0.1,
    withdrawShare: 0.2,
  });
  await engine.upsertItems(world.items);
  let count = 0;
  for (const action of world.actions()) {
    clock.advance(Math.max(0, action.at - clock.now()));
    if (action.kind === 'consent') {
      await engine.choose(action.subject, { choices: action.choices, origin: 'bench' });
      continue;
    }
    const { userId, messageId, event, timestamp, properties } = action.event;
    await engine.accept([
      { id: messageId, subject: userId, type: event, occurredAt: Date.parse(timestamp), source: 'synthetic', properties },
    ]);
    count += 1;
    if (count % 7 === 0) engine.rank({ point: 'home', subject: userId });
  }
  await engine.drain();
  return world.shoppers.filter((_, index) => index % 4 === 0).map(({ subject }) => subject);
}
