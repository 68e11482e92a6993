// One schedule of the race suite: a tiny shop with three people on the real engine, over a log and a state whose every step waits for its
// turn, and the things that clients do there. Whatever the engine answers goes to the judge at once.
// Non-goals: crashes, damaged disks and lost keys, which are the simulator's (../world.ts).
import { KeyedDraw } from '../../adapters/keyed-draw.js';
import { MemoryDisk } from '../../adapters/memory-disk.js';
import { KeptFiles } from '../../adapters/kept-files.js';
import { MemoryKeys } from '../../adapters/memory-keys.js';
import { MemoryState } from '../../adapters/memory-state.js';
import { SeededEntropy } from '../../adapters/seeded-entropy.js';
import type { IncomingEvent } from '../../collect/incoming.js';
import { Suppressions } from '../../consent/suppressions.js';
import type { ChoicePoint } from '../../model/choice.js';
import type { Choice } from '../../model/system-event.js';
import { Engine } from '../../runtime/engine.js';
import type { EngineOptions } from '../../runtime/engine-options.js';
import { recover } from '../../runtime/recover.js';
import { shopTypes } from '../../runtime/shop-types.js';
import { GatedLog } from './gated-log.js';
import { capMax, ChoiceJudge } from './choice-judge.js';
import { GatedState } from './gated-state.js';
import { Judge } from './judge.js';
import { uses, type Use } from './ledger.js';
import { Turns, type Chooser } from './turns.js';

/** A planted bug: changes the engine after it opened. */
export interface RaceMutant {
  readonly name: string;
  readonly plant: (engine: Engine, turns: Turns) => void;
}

export interface StageOptions {
  readonly chooser: Chooser;
  /** Does a declared basis hold for imported events, so that some people are known without a grant? */
  readonly declared: boolean;
  /** Virtual ms between two checkpoints; one comes about with each step. */
  readonly checkpointMs: number;
  readonly mutant?: RaceMutant | undefined;
}

/** What one client does, one thing after another. */
export type Actor = (stage: Stage) => Promise<void>;

export const people = ['ada', 'bob', 'cy'] as const;

const names = new Set(['item.viewed', 'item.imported', 'exposure', 'outcome']);
const types = shopTypes.filter(({ name }) => names.has(name));
const point: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: ['tea', 'cup'].map((id) => ({ id, kind: 'nudge', channel: 'page', category: 'tea' })),
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 20_000,
  uniformPpm: 500_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order', welfare: { outcome: 'opt_out', allowedPpm: 0 } },
  guardrails: { caps: [{ channels: ['page'], withinMs: 3_600_000, max: capMax }], deny: [], vulnerable: [] },
  experiment: {
    name: 'learned',
    arms: [
      { name: 'learned', weight: 1, use: 'policy' },
      { name: 'uniform', weight: 1, use: 'uniform' },
    ],
  },
};
const first: Chooser = { pick: () => 0, hops: () => null };
const key = new Uint8Array(32).fill(9);

export class Stage {
  readonly turns: Turns;
  readonly judge: Judge;
  readonly #choices: ChoiceJudge;
  readonly engine: Engine;
  readonly #options: EngineOptions;
  readonly #log: GatedLog;
  #ids = 0;
  /** Requests that are not answered yet. */
  #open = 0;

  private constructor(turns: Turns, log: GatedLog, judge: Judge, options: EngineOptions, engine: Engine) {
    this.turns = turns;
    this.judge = judge;
    this.engine = engine;
    this.#options = options;
    this.#log = log;
    this.#choices = new ChoiceJudge(log, judge);
  }

  /** Runs one schedule; gives what was found and the hash of the order of its steps. */
  static async run(
    options: StageOptions,
    actors: readonly Actor[],
  ): Promise<{ readonly problems: readonly string[]; readonly trace: string }> {
    const turns = new Turns(first);
    const stage = await Stage.#set(turns, options);
    turns.chooser = options.chooser;
    await stage.#play(actors);
    turns.chooser = first;
    if (stage.judge.problems.length === 0) await stage.#end();
    return { problems: stage.judge.problems, trace: turns.trace };
  }

  /** Ada and Bob have allowed everything and have visited, also each other's items; nothing is known of Cy. */
  static async #set(turns: Turns, { declared, checkpointMs, mutant }: StageOptions): Promise<Stage> {
    const log = new GatedLog(turns);
    const judge = new Judge(log);
    log.onAppend = (at, events) => judge.appended(at, events);
    const entropy = new SeededEntropy(1);
    const halted = (error: unknown): void =>
      void judge.problems.push(`the engine stopped: ${error instanceof Error ? error.stack : String(error)}`);
    const keys = new MemoryKeys(entropy);
    const options: EngineOptions = {
      log,
      keys,
      kept: await KeptFiles.open({ disk: new MemoryDisk(), folder: 'kept', keys, entropy }),
      state: new GatedState(turns),
      clock: turns,
      entropy,
      draw: new KeyedDraw(key),
      hashKey: [1, 2],
      suppressions: await Suppressions.open(new MemoryDisk(), 'erasures', (subject) => subject.padEnd(16)),
      eventTypes: types,
      choicePoints: [point],
      tickMs: 0,
      checkpointMs,
      onHalt: halted,
    };
    const engine = await finish(turns, Engine.open(options));
    const stage = new Stage(turns, log, judge, options, engine);
    if (declared) {
      for (const purpose of uses)
        await finish(turns, engine.declareBasis({ eventType: 'item.imported', purpose, basis: 'legitimate_interests', reason: 'raced' }));
    }
    await finish(turns, engine.upsertItems(['shared', ...people].map((name) => ({ id: `item-${name}`, title: name, attributes: {} }))));
    mutant?.plant(engine, turns);
    const all: Choice = 'granted';
    for (const subject of ['ada', 'bob']) {
      await finish(turns, engine.choose(subject, { choices: { personalise: all, train: all, analytics: all }, origin: 'race' }));
      await finish(turns, engine.accept(stage.events(subject, 'item.viewed', ['item-shared', `item-${subject}`])));
    }
    if (declared) await finish(turns, engine.accept(stage.events('cy', 'item.imported', ['item-shared', 'item-cy'])));
    return stage;
  }

  events(subject: string, type: string, items: readonly string[], grants = false): IncomingEvent[] {
    return items.map((item, index) => {
      this.#ids += 1;
      const event = { id: `m${this.#ids}`, subject, type, occurredAt: this.turns.now(), source: 'race', properties: { product_id: item } };
      const consent = { choices: { personalise: 'granted', train: 'granted' }, origin: 'context.consent' } as const;
      return grants && index === 0 ? { ...event, consent } : event;
    });
  }

  /** Sends a batch and goes on without waiting; the promise is for those who do wait. */
  async send(events: readonly IncomingEvent[]): Promise<void> {
    await this.turns.turn(`send ${events.map(({ id }) => id).join()}`);
    await this.#answered(this.engine.accept(events));
  }

  /** A batch whose first event carries a refusal: a withdrawal by another door. */
  async sendRefusal(subject: string, refused: readonly Use[]): Promise<void> {
    const choices = Object.fromEntries(refused.map((use) => [use, 'withdrawn' as const]));
    const [event] = this.events(subject, 'item.viewed', [`item-${subject}`]);
    if (event === undefined) return;
    await this.turns.turn(`send refusal ${subject} ${refused.join()}`);
    const from = this.#log.head;
    await this.#answered(this.engine.accept([{ ...event, consent: { choices, origin: 'context.consent' } }]));
    this.judge.withdrawn(this.engine, subject, refused, from);
    this.#choices.state(this.engine);
  }

  async choose(subject: string, choice: Choice, chosen: readonly Use[]): Promise<void> {
    await this.turns.turn(`choose ${subject} ${choice} ${chosen.join()}`);
    const from = this.#log.head;
    const choices = Object.fromEntries(chosen.map((use) => [use, choice]));
    const done = await this.#answered(this.engine.choose(subject, { choices, origin: 'race' }));
    if (!done.ok || choice === 'granted') return;
    this.judge.withdrawn(this.engine, subject, chosen, from);
    this.#choices.state(this.engine);
  }

  async erase(subject: string): Promise<void> {
    await this.turns.turn(`erase ${subject}`);
    const from = this.#log.head;
    await this.#answered(this.engine.erase([subject]));
    this.judge.erased(this.engine, subject, from);
    this.#choices.state(this.engine);
  }

  /** Scores, lets others go on `pauses` times, and answers. */
  async decide(subject: string | undefined, items: readonly string[], pauses: number): Promise<void> {
    await this.turns.turn(`decide ${subject ?? 'nobody'}`);
    const draft = this.engine.prepareRank({ point: 'home', ...(subject === undefined ? {} : { subject }), context: { items } });
    if (!draft.ok) throw new Error(draft.code);
    this.judge.scored(draft.value.record);
    for (let pause = 0; pause < pauses; pause += 1) await this.turns.turn(`answer ${subject ?? 'nobody'}`);
    const record = this.engine.emitRank(draft.value);
    if (!record.ok) throw new Error(record.code);
    this.judge.answered(record.value, { ...(subject === undefined ? {} : { subject }), items });
  }

  /** Chooses: scores, lets others go on `pauses` times, places, waits for the disk, answers; then says that it was shown and followed. */
  async nudge(subject: string, pauses: number, follows: readonly string[]): Promise<void> {
    this.#ids += 1;
    const own = `${subject} ${this.#ids}`;
    await this.turns.turn(`nudge ${own}`);
    const draft = this.engine.choosing.prepare({ point: 'nudge', subject });
    if (!draft.ok) throw new Error(draft.code);
    for (let pause = 0; pause < pauses; pause += 1) await this.turns.turn(`place ${own}`);
    const done = await this.#answered(this.engine.choosing.emit(draft.value));
    if (!done.ok) throw new Error(done.code);
    this.#choices.answered(done.value, subject);
    if (done.value.subject === null) return;
    await this.follow(subject, done.value.id, follows);
  }

  /** Says what followed a choice: `shown`, or a kind of outcome. */
  async follow(subject: string, decisionId: string, follows: readonly string[]): Promise<void> {
    const events = follows.map((kind): IncomingEvent => {
      this.#ids += 1;
      const properties = kind === 'shown' ? { decisionId } : { decisionId, kind };
      const type = kind === 'shown' ? 'exposure' : 'outcome';
      return { id: `m${this.#ids}`, subject, type, occurredAt: this.turns.now(), source: 'race', properties };
    });
    if (events.length > 0) await this.send(events);
  }

  async #answered<T>(work: Promise<T>): Promise<T> {
    this.#open += 1;
    const value = await work;
    this.#open -= 1;
    return value;
  }

  async #play(actors: readonly Actor[]): Promise<void> {
    let playing = actors.length;
    for (const actor of actors) {
      actor(this).then(
        () => (playing -= 1),
        (error: unknown) => {
          playing -= 1;
          this.judge.problems.push(`a client met an error: ${String(error)}`);
        },
      );
    }
    const done = await this.turns.until(() => (playing === 0 && this.#open === 0) || this.judge.problems.length > 0);
    if (!done) this.judge.problems.push('a request was never answered');
  }

  /** Law 1: when all is done, state is the fold of the log, from nothing. */
  async #end(): Promise<void> {
    await this.turns.until(() => this.turns.waiting === 0);
    const live = [...(await finish(this.turns, this.engine.dump()))];
    this.judge.log();
    this.judge.state(this.engine);
    this.#choices.state(this.engine, true);
    const rebuilt = [...(await recover({ ...this.#options, state: new MemoryState() })).dump()];
    const at = live.findIndex((line, index) => line !== rebuilt[index]);
    if (at >= 0 || live.length !== rebuilt.length)
      this.judge.problems.push(`state is not the fold of the log: ${live[at]?.split('\t')[0] ?? 'its end'}`);
  }
}

/** Waits for one thing alone. */
async function finish<T>(turns: Turns, work: Promise<T>): Promise<T> {
  let settled = false;
  const watched = work.finally(() => (settled = true));
  watched.catch(() => undefined);
  if (!(await turns.until(() => settled))) throw new Error('nothing is left that could finish this');
  return watched;
}
