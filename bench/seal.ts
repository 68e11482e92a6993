// What sealing costs: bytes on the disk beside gzip of the plain text, hot and cold, and the rate at which events are taken in with sealing
// and compaction beside the same without. README.md defines what is counted.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { open, type Engine } from 'ethogram';
import { ManualClock } from 'ethogram/internal/adapters/manual-clock';
import { SeededEntropy } from 'ethogram/internal/adapters/seeded-entropy';
import { SyntheticWorld } from 'ethogram/internal/cli/synthetic-world';
import { Child } from './child.js';
import { demand } from './complaint.js';
import type { Fault } from './fault.js';
import { logBytes } from './log-bytes.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';
import { importVisits } from './visit-import.js';
import { visitsFrom, visitSource } from './visit-source.js';

const startMs = 1_767_225_600_000;

interface Sizes {
  readonly gzip_bytes_per_event: number;
  readonly hot_bytes_per_event: number;
  readonly cold_bytes_per_event: number;
  readonly hot_with_headers: number;
  readonly cold_with_headers: number;
  readonly cold_with_headers_and_keys: number;
  readonly cold_vs_gzip: number;
}

type Fill = (engine: Engine, clock: ManualClock) => Promise<void>;

export async function seal(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const source = visitSource(options.data, options.small);
  const { train } = visitsFrom(source);
  const visits = await sizesOf('visits', options.fault, (engine) => importVisits(engine, train, startMs, null).then(() => undefined));
  const synthetic = await sizesOf('synthetic', options.fault, (engine, clock) => fillSynthetic(engine, clock, options.small));
  const rounds = options.small ? 1 : 3;
  const count = options.small ? 300 : 60_000;
  return {
    bench: 'seal',
    gzip_bytes_per_event: visits.gzip_bytes_per_event,
    hot_bytes_per_event: visits.hot_bytes_per_event,
    cold_bytes_per_event: visits.cold_bytes_per_event,
    ...(await ingestRatio(source, count, rounds)),
    visits,
    synthetic,
  };
}

async function sizesOf(name: string, fault: Fault | null, fill: Fill): Promise<Sizes> {
  const folder = makeScratchFolder();
  const clock = new ManualClock(startMs);
  const home = join(folder, name);
  // No compaction but the one below.
  const never = 10 * 365 * 86_400_000;
  const engine = await open(home, { clock, tickMs: 0, entropy: new SeededEntropy(1), compactEveryMs: never });
  await fill(engine, clock);
  await engine.drain();
  const texts: Uint8Array[] = [];
  const line = Buffer.from('\n');
  let events = 0;
  for (const { bytes } of engine.log.read(0)) {
    if (bytes === null) continue;
    texts.push(Uint8Array.from(bytes), line);
    events += 1;
  }
  const gzip = gzipSync(Buffer.concat(texts)).length / events;
  const hot = logBytes(home);
  demand(
    hot.events === events && hot.coldEvents === 0,
    `${hot.events} of ${events} events stand in the log, ${hot.coldEvents} of them cold`,
  );
  clock.advance(24 * 60 * 60_000);
  await engine.log.compact({ words: fault === 'no-words' ? [] : engine.core.words(), dueOnly: true });
  const verified = await engine.verify();
  demand(verified.ok && verified.events === events, `the log is not clean: ${verified.problems.slice(0, 3).join('; ')}`);
  const cold = logBytes(home);
  demand(cold.coldEvents === events, `only ${cold.coldEvents} of ${events} events are cold`);
  await engine.close();
  removeScratchFolder(folder);
  const per = (bytes: number): number => rounded(bytes / events, 2);
  const sizes: Sizes = {
    gzip_bytes_per_event: rounded(gzip, 2),
    hot_bytes_per_event: per(hot.sealed),
    cold_bytes_per_event: per(cold.sealed),
    hot_with_headers: per(hot.sealed + hot.headers),
    cold_with_headers: per(cold.sealed + cold.headers),
    cold_with_headers_and_keys: per(cold.sealed + cold.headers + cold.keys),
    cold_vs_gzip: rounded(cold.sealed / events / gzip, 3),
  };
  say(`${name}: ${events} events; ${JSON.stringify(sizes)}`);
  return sizes;
}

/** A shop's days: consents, views, carts, purchases, decisions for one action in seven. */
async function fillSynthetic(engine: Engine, clock: ManualClock, small: boolean): Promise<void> {
  const world = new SyntheticWorld({ startAt: startMs, shoppers: small ? 40 : 2_000, days: small ? 1 : 3, withdrawShare: 0 });
  await engine.upsertItems(world.items);
  let next = 0;
  for (const action of world.actions()) {
    clock.advance(Math.max(0, action.at - clock.now()));
    next += 1;
    if (action.kind === 'consent') await engine.choose(action.subject, { choices: action.choices, origin: 'bench' });
    else {
      const { userId, messageId, event, timestamp, properties } = action.event;
      await engine.accept([
        { id: messageId, subject: userId, type: event, occurredAt: Date.parse(timestamp), source: 'synthetic', properties },
      ]);
      if (next % 7 === 0) engine.rank({ point: 'home', subject: userId });
    }
  }
}

interface Run {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly coldShare: number;
}

/** Medians over pairs of runs, each in a process of its own: with sealing and compaction, and without. */
async function ingestRatio(source: string, count: number, rounds: number): Promise<object> {
  const ratios: number[] = [];
  const sealed: Run[] = [];
  const bare: Run[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['bare', 'sealed'] as const) : (['sealed', 'bare'] as const);
    for (const mode of order) (mode === 'sealed' ? sealed : bare).push(await ingestRate(source, count, mode));
    ratios.push((sealed.at(-1)?.perSecond ?? 0) / (bare.at(-1)?.perSecond ?? 1));
  }
  return {
    ingest_ratio: rounded(medianOf(ratios), 3),
    ingest: {
      bare_cpu_us: rounded(medianOf(bare.map(({ cpuUs }) => cpuUs)), 1),
      sealed_cpu_us: rounded(medianOf(sealed.map(({ cpuUs }) => cpuUs)), 1),
      cold_share: rounded(medianOf(sealed.map(({ coldShare }) => coldShare)), 3),
    },
  };
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function ingestRate(source: string, count: number, mode: 'sealed' | 'bare'): Promise<Run> {
  const folder = makeScratchFolder();
  const child = Child.start('seal-child.js', [join(folder, 'data'), source, String(count), mode], true);
  const told = { ...((await child.message()) as object) } as Record<string, number>; // our own child
  await child.ended();
  removeScratchFolder(folder);
  const { events = 0, ms = 1, cpuMs = 0, coldShare = 0 } = told;
  const rate = (events / ms) * 1000;
  const us = rounded((cpuMs / events) * 1000, 1);
  say(`${mode}: ${Math.round(rate)} events/s, ${us} us of processor time an event, ${rounded(coldShare, 2)} cold at the end`);
  return { perSecond: rate, cpuUs: us, coldShare };
}
