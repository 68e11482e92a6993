// How well, how fast and in how much memory the engine says what comes next: its own `rank`, in process, on visits of a data folder.
// README.md defines the protocols and each field. Invariant: in both protocols a query sees only what happened before it.
import type { VisitSettings } from 'ethogram/internal/predict/visits/visit-settings';
import { open, type Engine, type RankRequest } from 'ethogram';
import { answersWanted, benchPoints } from './bench-point.js';
import { Complaint, demand } from './complaint.js';
import { burn, type Fault } from './fault.js';
import { percentile, rounded } from './percentile.js';
import { Progress, say } from './progress.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';
import { SeededRandom } from './seeded-random.js';
import { tunedOn } from './tuned-settings.js';
import { ShiftedClock } from './shifted-clock.js';
import { importVisits, type Imported } from './visit-import.js';
import { visitsFrom } from './visit-source.js';
import type { Visit, Visits } from './visits.js';

/** 2026-01-01T00:00:00Z: when every run of this bench happens. */
const startMs = 1_767_225_600_000;
const blockVisits = 200;
const shuffledAnswers = 100;

class Quality {
  queries = 0;
  #hits = 0;
  #reciprocal = 0;

  judge(ranked: readonly string[], target: string): void {
    this.queries += 1;
    const at = ranked.indexOf(target);
    if (at < 0) return;
    this.#hits += 1;
    this.#reciprocal += 1 / (at + 1);
  }

  figures(): { readonly hr20: number; readonly mrr20: number } {
    return { hr20: rounded(this.#hits / this.queries, 5), mrr20: rounded(this.#reciprocal / this.queries, 5) };
  }
}

class Asker {
  readonly times: number[] = [];
  readonly #engine: Engine;
  readonly #fault: Fault | null;
  readonly #random = new SeededRandom(7);

  constructor(engine: Engine, fault: Fault | null) {
    this.#engine = engine;
    this.#fault = fault;
  }

  ask(subject: string): readonly string[] {
    const shuffles = this.#fault === 'shuffle-ranking';
    const request: RankRequest = { point: 'bench', subject, limit: shuffles ? shuffledAnswers : answersWanted };
    const fromMs = performance.now();
    if (this.#fault === 'slow-rank') burn(5);
    const decided = this.#engine.rank(request);
    this.times.push(performance.now() - fromMs);
    demand(decided.ok, 'a ranking was refused');
    demand(decided.value.mode === 'personal', `a granted person got a ${decided.value.mode} decision`);
    const ranked = decided.value.answer.map(({ item }) => item);
    return shuffles ? this.#random.shuffle(ranked).slice(0, answersWanted) : ranked;
  }
}

async function trained(
  visits: Visits,
  fault: Fault | null,
  settings: VisitSettings | null,
): Promise<{ readonly folder: string; readonly engine: Engine; readonly clock: ShiftedClock; readonly imported: Imported }> {
  const folder = makeScratchFolder();
  const clock = new ShiftedClock(startMs);
  const engine = await open(folder, { clock, points: benchPoints });
  const imported = await importVisits(engine, visits.train, startMs, fault);
  if (settings !== null) demand((await engine.tune(settings)).ok, 'the settings were refused');
  const seen = engine.core.model.index.visits;
  if (fault === null) demand(seen === visits.train.length, `${visits.train.length} visits were imported, the index holds ${seen}`);
  return { folder, engine, clock, imported };
}

async function view(
  engine: Engine,
  now: number,
  views: readonly { readonly subject: string; readonly item: string; readonly place: number }[],
): Promise<void> {
  const events = views.map(({ subject, item, place }) => ({
    id: `${place}`,
    subject,
    type: 'item.viewed',
    occurredAt: now,
    source: 'bench',
    properties: { product_id: item },
  }));
  const written = await engine.accept(events);
  demand(written.ok && written.value.accepted === events.length, `views were refused: ${JSON.stringify(written).slice(0, 200)}`);
}

async function grant(engine: Engine, subjects: readonly string[], mayLearn: boolean): Promise<void> {
  const choices = mayLearn ? ({ personalise: 'granted', train: 'granted' } as const) : ({ personalise: 'granted' } as const);
  const done = await Promise.all(subjects.map((subject) => engine.choose(subject, { choices, origin: 'bench' })));
  demand(
    done.every(({ ok }) => ok),
    'a grant was refused',
  );
}

/** Nothing is learned from the askers, so visits may run in step: all first views, then all first queries, and so on. */
async function staticProtocol(engine: Engine, clock: ShiftedClock, visits: readonly Visit[], fault: Fault | null): Promise<Quality> {
  const quality = new Quality();
  const asker = new Asker(engine, fault);
  const progress = new Progress('static', visits.length);
  const before = engine.core.model.index.visits;
  for (let from = 0; from < visits.length; from += blockVisits) {
    const block = visits.slice(from, from + blockVisits).map((visit, index) => ({ visit, subject: `static-${from + index}` }));
    await grant(
      engine,
      block.map(({ subject }) => subject),
      false,
    );
    for (let place = 0; ; place += 1) {
      const steps = block.flatMap(({ visit, subject }) => {
        const item = visit[place];
        const target = visit[place + 1];
        return item === undefined || target === undefined ? [] : [{ subject, item, target, place }];
      });
      if (steps.length === 0) break;
      await view(engine, clock.now(), steps);
      for (const { subject, target } of steps) quality.judge(asker.ask(subject), target);
    }
    progress.at(from);
  }
  progress.end();
  demand(engine.core.model.index.visits === before, 'the static protocol learned from people who had not allowed it');
  return quality;
}

/** One visit after another, each view acknowledged and learned before the query that follows it. */
async function liveProtocol(
  engine: Engine,
  clock: ShiftedClock,
  visits: readonly Visit[],
  fault: Fault | null,
): Promise<{ readonly quality: Quality; readonly times: readonly number[] }> {
  const quality = new Quality();
  const asker = new Asker(engine, fault);
  const progress = new Progress('live', visits.length);
  for (const [index, visit] of visits.entries()) {
    const subject = `live-${index}`;
    await grant(engine, [subject], fault !== 'skip-learning');
    for (const [place, item] of visit.entries()) {
      await view(engine, clock.now(), [{ subject, item, place }]);
      const target = visit[place + 1];
      if (target !== undefined) quality.judge(asker.ask(subject), target);
    }
    progress.at(index);
  }
  progress.end();
  return { quality, times: asker.times };
}

export async function sessions(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly tune: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  if (options.data === null && !options.small)
    throw new Complaint(2, 'sessions needs --data DIR: a folder with train.txt(.gz) and test.txt(.gz), one visit a line');
  const { fault } = options;
  const visits = options.small || options.data === null ? visitsFrom('made-small') : visitsFrom(options.data);

  const settings = options.tune ? tunedOn(visits.train) : null;
  const first = await trained(visits, fault, settings);
  const bytes = first.engine.core.model.index.bytes();
  say(`resident memory after the import: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB; index ${(bytes / 1e6).toFixed(1)} MB`);
  const fixed = await staticProtocol(first.engine, first.clock, visits.test, fault);
  await first.engine.close();
  removeScratchFolder(first.folder);
  say(`static: ${JSON.stringify(fixed.figures())}`);

  const second = await trained(visits, fault, settings);
  const live = await liveProtocol(second.engine, second.clock, visits.test, fault);
  await second.engine.close();
  removeScratchFolder(second.folder);
  demand(live.quality.queries === fixed.queries, 'both protocols ask the same queries');

  return {
    bench: 'sessions',
    queries: fixed.queries,
    static: fixed.figures(),
    live: live.quality.figures(),
    p50_ms: rounded(percentile(live.times, 0.5), 3),
    p99_ms: rounded(percentile(live.times, 0.99), 3),
    bytes_per_event: rounded(bytes / first.imported.events, 2),
    learn_events_per_s: Math.round((first.imported.events / first.imported.ms) * 1000),
  };
}
