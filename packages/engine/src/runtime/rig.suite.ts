// A rig for tests: the real engine over the real file log and key file on a disk in memory, with time and chance in the test's hand.
import { FileLog } from '../adapters/file-log/file-log.js';
import { KeptFiles } from '../adapters/kept-files.js';
import { KeyFile } from '../adapters/key-file.js';
import { KeyedProofs } from '../adapters/keyed-proofs.js';
import { KeyedDraw } from '../adapters/keyed-draw.js';
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { MemoryState } from '../adapters/memory-state.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { subjectTags } from '../adapters/subject-tags.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { Suppressions } from '../consent/suppressions.js';
import type { Choice } from '../model/system-event.js';
import type { Purpose } from '../model/purpose.js';
import type { ChoicePoint } from '../model/choice.js';
import type { Definitions } from '../model/definitions.js';
import type { DecisionPoint } from '../model/decision-point.js';
import { Engine } from './engine.js';
import type { EngineOptions } from './engine-options.js';

export class Rig {
  readonly clock = new ManualClock();
  readonly disk: MemoryDisk;
  state = new MemoryState();
  /** What the engine is opened with; those in the log when undefined. */
  definitions: Definitions | undefined;
  halted: unknown = null;
  engine!: Engine;
  choicePoints: readonly ChoicePoint[] = [];
  #seed = 1;
  #ids = 0;

  constructor(disk: MemoryDisk = new MemoryDisk()) {
    this.disk = disk;
  }

  static async open(disk?: MemoryDisk, definitions?: Definitions): Promise<Rig> {
    const rig = new Rig(disk);
    rig.definitions = definitions;
    await rig.start();
    return rig;
  }

  async start(points?: readonly DecisionPoint[], more: Partial<EngineOptions> = {}): Promise<void> {
    this.#seed += 1000;
    const entropy = new SeededEntropy(this.#seed);
    const { clock, disk, state } = this;
    const onFailure = (error: unknown): void => {
      this.halted = error;
    };
    const keys = await KeyFile.open({ disk, folder: 'keys', wrapping: { disk, folder: 'keys' }, entropy });
    const log = await FileLog.open({
      disk,
      folder: 'log',
      keys,
      entropy,
      clock,
      onFailure,
      limits: { segmentBytes: 1 << 20, reserveBytes: 1 << 16, recordBytesMax: 1 << 18 },
    });
    this.engine = await Engine.open({
      disk,
      log,
      keys,
      state,
      clock,
      entropy,
      draw: new KeyedDraw(new Uint8Array(32).fill(7)),
      proofs: new KeyedProofs(new Uint8Array(32).fill(8)),
      hashKey: [1, 2],
      suppressions: await Suppressions.open(disk, 'erasures', subjectTags(new Uint8Array(32).fill(9), 'test')),
      kept: await KeptFiles.open({ disk, folder: 'kept', keys, entropy }),
      tickMs: 0,
      choicePoints: this.choicePoints,
      onHalt: onFailure,
      ...(points === undefined ? {} : { points }),
      ...more,
      ...(this.definitions === undefined ? {} : { definitions: this.definitions }),
    });
  }

  /** Closes and opens again; `wipe` makes it rebuild the state from the log. */
  async restart(wipe = false): Promise<void> {
    await this.engine.close();
    if (wipe) this.state = new MemoryState();
    await this.start();
  }

  view(subject: string, item: string, atMs: number = this.clock.now(), id?: string): IncomingEvent {
    this.#ids += 1;
    return { id: id ?? `m${this.#ids}`, subject, type: 'item.viewed', occurredAt: atMs, source: 'test', properties: { product_id: item } };
  }

  async send(...events: IncomingEvent[]): Promise<{ accepted: number; codes: string[] }> {
    const done = await this.engine.accept(events);
    if (!done.ok) return { accepted: 0, codes: [done.code] };
    return { accepted: done.value.accepted, codes: done.value.rejections.map(({ code }) => code) };
  }

  async say(subject: string, choice: Choice, ...purposes: Purpose[]): Promise<void> {
    const choices = Object.fromEntries(purposes.map((purpose) => [purpose, choice]));
    const done = await this.engine.choose(subject, { choices, origin: 'test' });
    if (!done.ok) throw new Error(done.code);
  }

  /** A visit of items, a minute apart, ending now. */
  async visit(subject: string, ...items: string[]): Promise<void> {
    for (const item of items) {
      this.clock.advance(60_000);
      const done = await this.send(this.view(subject, item));
      if (done.accepted !== 1) throw new Error(done.codes.join());
    }
  }

  async dump(): Promise<string[]> {
    return [...(await this.engine.dump())];
  }
}
