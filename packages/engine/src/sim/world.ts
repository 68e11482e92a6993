// The simulated world: clients that send, retry, grant, withdraw, ask for decisions and erasure, against the real engine over a faulty disk
// in virtual time; crashes at any moment; the laws checked after each. One seed is one run.
import { FileLog } from '../adapters/file-log/file-log.js';
import { KeptFiles } from '../adapters/kept-files.js';
import { KeyFile } from '../adapters/key-file.js';
import { KeyedDraw } from '../adapters/keyed-draw.js';
import { MemoryState } from '../adapters/memory-state.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { subjectTags } from '../adapters/subject-tags.js';
import { CodedError } from '../base/errors.js';
import { Suppressions } from '../consent/suppressions.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { purposesOf, type Purpose } from '../model/purpose.js';
import { systemTypes, type Choice } from '../model/system-event.js';
import type { Keys } from '../ports/keys.js';
import type { Log } from '../ports/log.js';
import { Engine } from '../runtime/engine.js';
import type { EngineOptions } from '../runtime/engine-options.js';
import { erasuresFolder, keptFolder, keysFolder, logFolder, prepareFolders } from '../runtime/folders.js';
import { recover } from '../runtime/recover.js';
import { checkChoices } from './choice-laws.js';
import { CrashingState } from './crashing-state.js';
import { FaultyDisk } from './faulty-disk.js';
import { checkLog, checkRows } from './laws.js';
import { PromiseBook } from './promise-book.js';
import { worldDefinitions } from './world-definitions.js';
import { worldLists, worldPoints } from './world-points.js';
import { RedactionWatch } from './redaction-watch.js';
import { Scheduler, type SimulatedProcess } from './scheduler.js';
import type { SeededRandom } from './seeded-random.js';

/** A planted bug: changes the ports before the engine opens, or the engine after. */
export interface Mutant {
  readonly name: string;
  readonly wrapLog?: (log: Log) => Log;
  readonly afterOpen?: (engine: Engine) => void;
}

export interface WorldOptions {
  readonly seed: number;
  readonly subjects?: number;
  readonly clients?: number;
  /** Mean virtual time between two actions of one client, ms. */
  readonly pauseMs?: number;
  /** Mean virtual time between crashes, ms. */
  readonly crashEveryMs?: number;
  readonly mutant?: Mutant;
}

export interface WorldReport {
  readonly crashes: number;
  readonly events: number;
  readonly acked: number;
  readonly decisions: number;
  readonly choices: number;
  readonly erasures: number;
  readonly checks: number;
  readonly violations: readonly string[];
}

const startMs = 1_767_225_600_000;
const hashKey = [11, 22] as const;

export class World {
  readonly scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #options: Required<Omit<WorldOptions, 'mutant'>> & Pick<WorldOptions, 'mutant'>;
  readonly #disk: FaultyDisk;
  readonly #state: CrashingState;
  readonly #book = new PromiseBook();
  readonly #violations: string[] = [];
  /** Batches that a client never heard about: it will send them again. */
  readonly #unanswered: (readonly IncomingEvent[])[] = [];
  #paused = false;
  #engine: Engine | null = null;
  #life: SimulatedProcess;
  #lives = 0;
  /** Choices for people that may still be followed, newest last. */
  #made: { readonly subject: string; readonly id: string }[] = [];
  #ids = 0;
  #crashes = 0;
  #checks = 0;
  #erasures = 0;
  #log: Log | null = null;
  #keys: Keys | null = null;
  #suppressions: Suppressions | null = null;
  #watch: RedactionWatch | null = null;

  constructor(options: WorldOptions) {
    this.#options = { subjects: 30, clients: 4, pauseMs: 4000, crashEveryMs: 8 * 60_000, ...options };
    this.scheduler = new Scheduler({ seed: options.seed, startMs });
    this.#random = this.scheduler.random.fork();
    this.#disk = new FaultyDisk(this.scheduler, { syncMsMax: 30, stallChance: 0.02 });
    this.#life = this.scheduler.process();
    this.#state = new CrashingState(this.#random, this.#life);
  }

  /** Runs `hours` of virtual time; `onHour` hears of each. */
  async run(hours: number, onHour?: (hour: number, report: WorldReport) => void): Promise<WorldReport> {
    await this.scheduler.settle(this.#open());
    for (let client = 0; client < this.#options.clients; client += 1) this.#act(client);
    const untilMs = hours * 3_600_000;
    let nextHourMs = 3_600_000;
    while (this.scheduler.elapsedMs() < untilMs && this.#violations.length === 0) {
      await this.scheduler.run(Math.min(this.scheduler.elapsedMs() + 1 + this.#random.int(2 * this.#options.crashEveryMs), untilMs));
      if (this.scheduler.elapsedMs() >= untilMs) break;
      if (this.#random.chance(0.3)) await this.#audit();
      if (this.#random.chance(0.7)) await this.#untilNextPromise();
      await this.#crash();
      for (; nextHourMs <= this.scheduler.elapsedMs(); nextHourMs += 3_600_000) onHour?.(nextHourMs / 3_600_000, this.report());
    }
    if (this.#violations.length === 0) await this.#crash();
    return this.report();
  }

  report(): WorldReport {
    return {
      crashes: this.#crashes,
      events: this.#log?.head ?? 0,
      acked: this.#book.events.length,
      decisions: this.#book.decisions,
      choices: this.#book.chosen.length,
      erasures: this.#erasures,
      checks: this.#checks,
      violations: this.#violations,
    };
  }

  #engineOptions(log: Log, keys: Keys, suppressions: Suppressions, clock: SimulatedProcess): Omit<EngineOptions, 'kept'> {
    return {
      log,
      keys,
      suppressions,
      state: this.#state,
      clock,
      entropy: new SeededEntropy(this.#options.seed * 1000 + this.#lives),
      draw: new KeyedDraw(new Uint8Array(32).fill(5)),
      hashKey,
      definitions: worldDefinitions,
      points: worldLists,
      choicePoints: worldPoints,
      tickMs: 60_000,
      checkpointMs: 3000,
      onHalt: (error) => this.#halted(error),
    };
  }

  async #open(): Promise<void> {
    this.#lives += 1;
    const clock = this.#life;
    const entropy = new SeededEntropy(this.#options.seed * 7919 + this.#lives);
    await prepareFolders(this.#disk);
    const keys = await KeyFile.open({ disk: this.#disk, folder: keysFolder, wrapping: { disk: this.#disk, folder: keysFolder }, entropy });
    const opened = await FileLog.open({
      disk: this.#disk,
      folder: logFolder,
      keys,
      entropy,
      clock,
      onFailure: (error) => this.#halted(error),
      limits: { segmentBytes: 256 * 1024, reserveBytes: 64 * 1024, recordBytesMax: 64 * 1024 },
    });
    const watch = new RedactionWatch(this.#options.mutant?.wrapLog?.(opened) ?? opened, this.#book);
    this.#watch = watch;
    const log = watch.watched();
    this.#log = log;
    this.#keys = keys;
    const suppressions = await Suppressions.open(this.#disk, erasuresFolder, subjectTags(new Uint8Array(32).fill(9), 'test'));
    this.#suppressions = suppressions;
    const kept = await KeptFiles.open({ disk: this.#disk, folder: keptFolder, keys, entropy });
    const engine = await Engine.open({ ...this.#engineOptions(log, keys, suppressions, clock), kept });
    this.#options.mutant?.afterOpen?.(engine);
    await engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'legitimate_interests', reason: 'simulated' });
    this.#engine = engine;
  }

  #halted(error: unknown): void {
    if (!(error instanceof CodedError) || error.code !== 'log_failed')
      this.#violations.push(`the engine stopped: ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** The worst moment for a crash is right after a promise. */
  async #untilNextPromise(): Promise<void> {
    const promised = (): number => this.#book.events.length + this.#book.chosen.length;
    const before = promised();
    await this.scheduler.run(this.scheduler.elapsedMs() + 60_000, () => promised() > before);
  }

  /** Checks the living engine, whose mistakes a crash might wipe away. Clients hold still meanwhile. */
  async #audit(): Promise<void> {
    this.#paused = true;
    await this.scheduler.run(this.scheduler.elapsedMs() + 30_000);
    await this.scheduler.settle(this.#check());
    this.#paused = false;
  }

  async #crash(): Promise<void> {
    this.#crashes += 1;
    this.#life.kill();
    this.#engine = null;
    if (this.#random.chance(0.5)) this.#disk.crash(this.#random);
    else this.#disk.kill();
    this.#life = this.scheduler.process();
    this.#state.crash(this.#life, 0.02);
    try {
      await this.scheduler.settle(this.#open());
      await this.scheduler.settle(this.#check());
    } catch (error) {
      this.#violations.push(`after crash ${this.#crashes}: ${String(error)}`);
    }
  }

  async #check(): Promise<void> {
    const engine = this.#engine;
    const log = this.#log;
    const keys = this.#keys;
    const suppressions = this.#suppressions;
    if (engine === null || log === null || keys === null || suppressions === null) return;
    this.#checks += 1;
    const live = [...(await engine.dump())];
    const options = { ...this.#engineOptions(log, keys, suppressions, this.#life), state: new MemoryState() };
    const rebuilt = [...(await recover(options)).dump()];
    const at = live.findIndex((line, index) => line !== rebuilt[index]);
    if (at >= 0 || live.length !== rebuilt.length)
      this.#violations.push(`law 1: state is not the fold of the log (${live[at]?.split('\t')[0] ?? 'its end'})`);
    this.#violations.push(...(this.#watch?.violations.splice(0) ?? []));
    const verified = log.verify();
    for (const problem of verified.problems) this.#violations.push(`the log: ${problem}`);
    this.#violations.push(
      ...checkLog(log, this.#book, new Set(['item.imported train'])),
      ...checkRows(rebuilt, log, new Set<Purpose>(['train'])),
      ...checkChoices(rebuilt, log),
    );
  }

  #act(client: number): void {
    const pause = 1 + this.#random.int(2 * this.#options.pauseMs);
    this.scheduler.after(pause, () => {
      void this.#actOnce(client).finally(() => this.#act(client));
    });
  }

  /** One action of one client; what the crash swallows is forgotten, as a client would after its own time-out. */
  async #actOnce(client: number): Promise<void> {
    const engine = this.#engine;
    if (engine === null || this.#paused) return;
    const again = this.#random.chance(0.5) ? this.#unanswered.shift() : undefined;
    if (again !== undefined) return this.#deliver(engine, -1, again);
    const subject = `s${this.#random.int(this.#options.subjects)}`;
    const kind = this.#random.int(125);
    const work =
      kind < 60
        ? this.#send(engine, client, subject)
        : kind < 75
          ? this.#choose(engine, subject)
          : kind < 97
            ? this.#rank(engine, subject)
            : kind < 98
              ? this.#redact(engine)
              : kind < 100
                ? this.#import(engine, client, subject)
                : this.#influence(engine, client, subject);
    const timeout = new Promise<void>((resolve) => {
      this.scheduler.after(20_000, resolve);
    });
    await Promise.race([work.catch(() => undefined), timeout]);
  }

  #event(subject: string, type: string): IncomingEvent {
    this.#ids += 1;
    const late = this.#random.chance(0.15) ? this.#random.int(3 * 3_600_000) : 0;
    return {
      id: `m${this.#ids}`,
      subject,
      type,
      occurredAt: Math.floor(this.scheduler.now()) - late,
      source: 'sim',
      properties: { product_id: `i${this.#random.int(40)}` },
    };
  }

  async #send(engine: Engine, client: number, subject: string): Promise<void> {
    const batch = Array.from({ length: 1 + this.#random.int(4) }, () =>
      this.#event(this.#random.chance(0.7) ? subject : `s${this.#random.int(this.#options.subjects)}`, 'item.viewed'),
    );
    const repeated = batch[0];
    if (repeated !== undefined && this.#random.chance(0.2)) batch.push(repeated);
    const carried = this.#random.chance(0.1)
      ? [
          {
            ...this.#event(subject, 'item.viewed'),
            consent: { choices: { personalise: 'granted', train: 'granted' }, origin: 'context.consent' },
          } satisfies IncomingEvent,
        ]
      : [];
    for (let attempt = 0; attempt < (this.#random.chance(0.15) ? 2 : 1); attempt += 1)
      await this.#deliver(engine, attempt === 0 ? client : -1, [...batch, ...carried]);
  }

  async #import(engine: Engine, client: number, subject: string): Promise<void> {
    await this.#deliver(engine, client, [this.#event(subject, 'item.imported')]);
  }

  async #deliver(engine: Engine, client: number, events: readonly IncomingEvent[]): Promise<void> {
    this.#unanswered.push(events);
    const done = await engine.accept(events);
    if (this.#engine !== engine) return;
    this.#unanswered.splice(this.#unanswered.indexOf(events), 1);
    if (!done.ok) return;
    const refused = new Map(done.value.rejections.map(({ index, code }) => [index, code]));
    events.forEach(({ subject, id }, index) => {
      const code = refused.get(index);
      // "Duplicate" promises that the first one is there.
      if (code === undefined) this.#book.events.push({ subject, id, client });
      else if (code === 'duplicate') this.#book.events.push({ subject, id, client: -1 });
    });
  }

  async #choose(engine: Engine, subject: string): Promise<void> {
    const purpose = purposesOf(this.#random.pick([4, 8, 4, 8, 2]))[0] ?? 'personalise';
    const choice: Choice = this.#random.chance(0.6) ? 'granted' : this.#random.pick(['withdrawn', 'denied', 'objected'] as const);
    const choices = this.#random.chance(0.4) ? { personalise: choice, train: choice } : { [purpose]: choice };
    const done = await engine.choose(subject, { choices, origin: 'sim' });
    if (done.ok && this.#engine === engine && done.value.epoch >= 0)
      this.#book.choices.push({ subject, purpose, choice, epoch: done.value.epoch });
  }

  async #rank(engine: Engine, subject: string): Promise<void> {
    const draft = engine.prepareRank({ point: this.#random.chance(0.2) ? 'offers' : 'home', subject });
    if (!draft.ok) return;
    if (this.#random.chance(0.3)) await new Promise<void>((resolve) => this.scheduler.after(this.#random.int(8000), resolve));
    // The race that law 1 is about: the person changes their mind while their answer is on its way.
    if (this.#engine === engine && this.#random.chance(0.1)) await this.#choose(engine, subject);
    if (this.#engine !== engine) return;
    if (engine.emitRank(draft.value).ok) this.#book.decisions += 1;
  }

  /** A choice, or what follows one. */
  async #influence(engine: Engine, client: number, subject: string): Promise<void> {
    const what = this.#random.int(100);
    const made = this.#made.length === 0 ? undefined : this.#random.pick(this.#made);
    if (what < 2) await this.#deliver(engine, client, [this.#declared(subject)]);
    else if (what < 4) await engine.choosing.restart({ point: 'nudge', by: 'Ada', reason: 'simulated' });
    else if (what < 50 && made !== undefined) await this.#deliver(engine, client, this.#followed(made));
    else await this.#nudge(engine, subject);
  }

  async #nudge(engine: Engine, subject: string): Promise<void> {
    const [a, b] = [this.#random.int(9) / 8, this.#random.int(9) / 8];
    const request = {
      point: this.#random.pick(['nudge', 'nudge', 'ridge']),
      subject,
      segment: this.#random.pick(['', 'x']),
      features: [a, b],
    };
    const draft = engine.choosing.prepare(request);
    if (!draft.ok) return;
    if (this.#random.chance(0.3)) await new Promise<void>((resolve) => this.scheduler.after(this.#random.int(8000), resolve));
    if (this.#engine !== engine) return;
    const answer = engine.choosing.emit(draft.value);
    // The person changes their mind while the record is on its way to the disk.
    if (this.#random.chance(0.1)) void this.#choose(engine, subject).catch(() => undefined);
    const done = await answer;
    if (!done.ok || this.#engine !== engine) return;
    this.#book.chosen.push({ subject: done.value.subject, id: done.value.id });
    if (done.value.subject !== null) this.#made = [...this.#made.slice(-39), { subject, id: done.value.id }];
  }

  /** Shown, and perhaps won or regretted; at times long after, and after other choices of consent. */
  #followed({ subject, id }: { readonly subject: string; readonly id: string }): IncomingEvent[] {
    const kinds = this.#random.pick([[], ['order'], ['order'], ['opt_out']]);
    const exposure = { ...this.#event(subject, systemTypes.exposure), properties: { decisionId: id } };
    const outcomes = kinds.map((kind) => ({ ...this.#event(subject, systemTypes.outcome), properties: { decisionId: id, kind } }));
    return [exposure, ...outcomes];
  }

  #declared(subject: string): IncomingEvent {
    return { ...this.#event(subject, 'person.declared'), properties: { zone: 'UTC', bornYear: 1950 + this.#random.int(70) } };
  }

  /** Erases a subject of its own kind: one that no other client names any more. */
  async #redact(engine: Engine): Promise<void> {
    const subject = `gone${this.#erasures}`;
    this.#erasures += 1;
    await engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'sim' });
    await engine.accept([this.#event(subject, 'item.viewed'), this.#event(subject, 'item.viewed'), this.#event(subject, 'item.imported')]);
    const chosen = await engine.chooseAction({ point: 'nudge', subject });
    if (chosen.ok) await engine.accept(this.#followed({ subject, id: chosen.value.id }));
    if (this.#engine !== engine) return;
    this.#book.erase(subject, false);
    await engine.erase([subject]);
    if (this.#random.chance(0.5)) await engine.completeErasures();
    if (this.#engine === engine) this.#book.erase(subject, true);
  }
}
