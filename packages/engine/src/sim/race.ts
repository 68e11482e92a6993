// One race: a person withdraws, objects, freezes or is erased while their events come in, are learned from, and decisions for them are
// being made and leave. The order of all steps is drawn by a seed. Everything is checked naively, from outside, sharing no rule with the
// engine.
import { MemoryDisk } from '../adapters/memory-disk.js';
import { MemoryKeys } from '../adapters/memory-keys.js';
import { MemoryLog } from '../adapters/memory-log.js';
import { MemoryState } from '../adapters/memory-state.js';
import { KeyedDraw } from '../adapters/keyed-draw.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { Suppressions } from '../consent/suppressions.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { bitOf, type Purpose } from '../model/purpose.js';
import type { Choice } from '../model/system-event.js';
import { Engine, type EngineOptions } from '../runtime/engine.js';
import { recover } from '../runtime/recover.js';
import { Scheduler } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';

/** How a person takes their data out of use. */
export const narrowings = ['withdrawn', 'objected', 'restricted', 'erased'] as const;
export type Narrowing = (typeof narrowings)[number];

export interface RaceOptions {
  readonly seed: number;
  readonly narrowing: Narrowing;
  /** Virtual ms at which each step begins, and how long a sync takes; absent: drawn by the seed. */
  readonly at?: {
    readonly narrow: number;
    readonly ingest: number;
    readonly prepare: number;
    readonly emit: number;
    readonly sync: number;
  };
  readonly mutant?: RaceMutant;
}

export interface RaceMutant {
  readonly name: string;
  readonly afterOpen: (engine: Engine, scheduler: Scheduler) => void;
}

export interface RaceReport {
  /** The steps in the order in which they were seen. */
  readonly order: string;
  readonly violations: readonly string[];
}

const viewed: EventType = {
  name: 'item.viewed',
  category: 'behavioural',
  purposes: { personalise: 'consent', train: 'consent' },
  properties: { product_id: { type: 'string', required: true } },
  item: 'product_id',
  counts: true,
  retentionDays: 395,
};

const stepMsMax = 12;
const syncMsMax = 6;
const used: readonly Purpose[] = ['personalise', 'train'];

/** Syncs take their time, drawn or given; appends do not. */
class SlowLog extends MemoryLog {
  readonly #scheduler: Scheduler;
  readonly #ms: () => number;
  readonly #note: (step: string) => void;

  constructor(scheduler: Scheduler, ms: () => number, note: (step: string) => void) {
    super();
    this.#scheduler = scheduler;
    this.#ms = ms;
    this.#note = note;
  }

  override async sync(): Promise<void> {
    const target = this.head;
    await new Promise<void>((resolve) => this.#scheduler.after(this.#ms(), resolve));
    await super.sync();
    this.#note(`s${target}`);
  }
}

export class Race {
  readonly #options: RaceOptions;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #order: string[] = [];
  readonly #violations: string[] = [];
  #engine!: Engine;
  #engineOptions!: EngineOptions;
  #ids = 0;
  /** Acknowledged, and asked to begin anew after that was asked. */
  #narrowed = false;
  #regranted = false;

  constructor(options: RaceOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler({ seed: options.seed });
    this.#random = new SeededRandom(options.seed * 31 + 7);
  }

  async run(): Promise<RaceReport> {
    await this.#scheduler.settle(this.#open());
    const work = [this.#narrow(), this.#ingest('ann'), this.#decide('ann')];
    if (this.#options.at === undefined) work.push(...this.#crowd());
    await this.#scheduler.settle(Promise.all(work));
    await this.#scheduler.settle(this.#finish());
    return { order: this.#order.join(' '), violations: this.#violations };
  }

  async #open(): Promise<void> {
    const scheduler = this.#scheduler;
    const { at, mutant, seed } = this.#options;
    const syncMs = (): number => at?.sync ?? this.#random.int(syncMsMax * 10) / 10;
    this.#engineOptions = {
      log: new SlowLog(scheduler, syncMs, (step) => this.#order.push(step)),
      state: new MemoryState(),
      keys: new MemoryKeys(new SeededEntropy(seed)),
      clock: scheduler,
      entropy: new SeededEntropy(seed + 1),
      draw: new KeyedDraw(new Uint8Array(32).fill(5)),
      hashKey: [3, 4],
      suppressions: await Suppressions.open(new MemoryDisk(), 'erasures', (subject) => subject.padEnd(16)),
      eventTypes: [viewed],
      tickMs: 0,
      checkpointMs: 4,
      onHalt: (error) => this.#violations.push(`the engine stopped: ${String(error)}`),
    };
    this.#engine = await Engine.open(this.#engineOptions);
    for (const subject of ['ann', 'bob']) {
      await this.#choose(subject, 'granted');
      for (const item of [`${subject}-first`, 'shared', `${subject}-second`]) await this.#engine.accept([this.#view(subject, item)]);
    }
    mutant?.afterOpen(this.#engine, scheduler);
    this.#order.length = 0;
  }

  /** The person goes; from the moment that is acknowledged nothing of theirs may be used. */
  async #narrow(): Promise<void> {
    const { at, narrowing } = this.#options;
    await this.#wait(at?.narrow);
    this.#order.push('n');
    if (narrowing === 'erased') await this.#engine.erase(['ann']);
    else if (narrowing === 'restricted') await this.#engine.restrict('ann', true, 'race');
    else await this.#choose('ann', narrowing);
    this.#narrowed = true;
    this.#order.push('N');
    if (!this.#regranted) this.#checkGone('at the acknowledgement');
  }

  async #ingest(subject: string): Promise<void> {
    await this.#wait(this.#options.at?.ingest);
    const batch = Array.from({ length: 1 + this.#random.int(3) }, () => this.#view(subject, `${subject}-third`));
    this.#order.push(`i${subject}`);
    const carried = { choices: { personalise: 'granted', train: 'granted' }, origin: 'context.consent' } as const;
    // A choice that rides on an event is made when the event is captured: here and now.
    const [first] = batch;
    if (this.#options.at === undefined && first !== undefined && this.#random.chance(0.2)) {
      if (subject === 'ann') this.#regranted = true;
      batch[0] = { ...first, consent: carried };
    }
    await this.#engine.accept(batch);
    this.#order.push(`I${subject}`);
    if (this.#random.chance(0.3)) await this.#engine.accept(batch);
  }

  async #decide(subject: string): Promise<void> {
    const { at } = this.#options;
    await this.#wait(at?.prepare);
    const draft = this.#engine.prepareRank({ point: 'home', subject });
    this.#order.push(`p${subject}`);
    await this.#wait(at?.emit);
    if (!draft.ok) return;
    const record = this.#engine.emitRank(draft.value);
    this.#order.push(`e${subject}`);
    if (!record.ok || subject !== 'ann' || !this.#narrowed || this.#regranted) return;
    if (record.value.mode !== 'contextual' || record.value.subject !== null || record.value.inputs.length > 0)
      this.#violations.push('a personal decision left after the acknowledgement');
  }

  /** More of everything, and now and then a new choice. */
  #crowd(): Promise<void>[] {
    const crowd: Promise<void>[] = [];
    const some = (max: number, act: () => Promise<void>): void => {
      for (let count = this.#random.int(max + 1); count > 0; count -= 1) crowd.push(act());
    };
    some(2, () => this.#ingest('ann'));
    some(3, () => this.#decide('ann'));
    some(2, () => this.#ingest('bob'));
    some(2, () => this.#decide('bob'));
    some(1, async () => {
      await this.#wait(undefined);
      await this.#engine.completeErasures();
    });
    if (this.#random.chance(0.25)) crowd.push(this.#regrant());
    return crowd;
  }

  async #regrant(): Promise<void> {
    await this.#wait(undefined);
    this.#regranted = true;
    this.#order.push('g');
    await this.#choose('ann', 'granted');
    if (this.#options.narrowing === 'restricted') await this.#engine.restrict('ann', false, 'race');
    this.#order.push('G');
  }

  async #finish(): Promise<void> {
    await this.#engine.drain();
    if (this.#narrowed && !this.#regranted) this.#checkGone('at the end');
    this.#checkLog();
    const live = [...(await this.#engine.dump())];
    const anew = [...(await recover({ ...this.#engineOptions, state: new MemoryState() })).dump()];
    const at = live.findIndex((line, index) => line !== anew[index]);
    if (at >= 0 || live.length !== anew.length)
      this.#violations.push(`state is not the fold of the log (${live[at]?.split('\t')[0] ?? 'its end'})`);
    await this.#engine.close();
  }

  /** Nothing learned from them, nothing known of them but what they chose; after an erasure nothing at all. */
  #checkGone(when: string): void {
    const { narrowing } = this.#options;
    for (const line of this.#engine.core.dump()) {
      const part = line.slice(0, line.indexOf('\t'));
      if (part === 'visit' && /"ann"|ann-first|ann-second|ann-third/u.test(line)) this.#violations.push(`the model holds them ${when}`);
      if (part === 'profile' && narrowing !== 'restricted' && line.includes('"ann"'))
        this.#violations.push(`their traits are there ${when}`);
      if (narrowing === 'erased' && part !== 'receipt' && line.includes('"ann"')) this.#violations.push(`${part} names them ${when}`);
    }
  }

  /** No event of theirs stands in the log for a purpose that was not granted at its place. */
  #checkLog(): void {
    const granted = new Set<string>();
    let frozen = false;
    for (const { bytes, mask } of this.#engine.log.read(0)) {
      if (bytes === null) continue;
      const event = decodeEvent(bytes, mask);
      if (event.subject !== 'ann') continue;
      if (event.type === 'consent.changed') {
        frozen = noteChoices(event, granted, frozen);
      } else if (event.type === 'item.viewed') {
        for (const purpose of used)
          if ((mask & bitOf(purpose)) !== 0 && (frozen || !granted.has(purpose)))
            this.#violations.push(`an event is kept for ${purpose} without a grant`);
      } else if (event.type === 'decision.made' && (frozen || !granted.has('personalise'))) {
        this.#violations.push('a personal decision stands in the log after the change');
      }
    }
  }

  async #choose(subject: string, choice: Choice): Promise<void> {
    await this.#engine.choose(subject, { choices: { personalise: choice, train: choice }, origin: 'race' });
  }

  #wait(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(ms ?? this.#random.int(stepMsMax * 10) / 10, resolve));
  }

  #view(subject: string, item: string): IncomingEvent {
    this.#ids += 1;
    const occurredAt = this.#scheduler.now();
    return { id: `m${this.#ids}`, subject, type: 'item.viewed', occurredAt, source: 'race', properties: { product_id: item } };
  }
}

/** Notes what a consent event says; whether the person is frozen after it. */
function noteChoices(event: BehaviourEvent, granted: Set<string>, frozen: boolean): boolean {
  for (const [purpose, choice] of Object.entries(event.properties['choices'] ?? {})) {
    if (choice === 'granted') granted.add(purpose);
    else granted.delete(purpose);
  }
  const { restricted } = event.properties;
  return typeof restricted === 'boolean' ? restricted : frozen;
}
