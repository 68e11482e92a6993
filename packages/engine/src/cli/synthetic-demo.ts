// The synthetic world behind the button of the first screen: three days of made-up shoppers through the public HTTP API, then a few
// events a second, until it is stopped; and then their erasure, as anybody's. Real people in the same folder are not touched: only ids
// that this world made are erased, and only items that it made are retired.
import { limits } from '../base/limits.js';
import type { DemoSwitch } from '../http/first-screen-routes.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import { DemoStream } from './demo-stream.js';
import { Remote } from './remote.js';
import { SyntheticWorld, worldDefaults } from './synthetic-world.js';

const dayMs = 86_400_000;
const stepMs = 400;

export interface SyntheticDemoOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Of the server, once it listens. */
  readonly url: () => string;
  /** Told in a sentence when the world has stopped by a failure. */
  readonly complain: (sentence: string) => void;
}

export class SyntheticDemo implements DemoSwitch {
  readonly #options: SyntheticDemoOptions;
  #state: DemoSwitch['state'] = 'idle';
  #stopping = false;
  #world: SyntheticWorld | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: SyntheticDemoOptions) {
    this.#options = options;
  }

  get state(): DemoSwitch['state'] {
    return this.#state;
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'starting';
    this.#stopping = false;
    const { clock, complain, url } = this.#options;
    const { seed, days } = worldDefaults;
    // Other people each time: those of the last time were erased, and stay so.
    const world = new SyntheticWorld({ world: `${clock.now().toString(36)}-`, startAt: clock.now() - days * dayMs });
    this.#world = world;
    this.#running = this.#live(world, new DemoStream(new Remote(url()), world, seed)).catch(() => {
      this.#state = 'idle';
      complain('the synthetic world has stopped: the server refused it');
    });
  }

  async stop(): Promise<void> {
    this.end();
    await this.#running;
    const { engine } = this.#options;
    const world = this.#world;
    this.#world = null;
    if (world !== null) {
      await engine.erase(world.shoppers.map(({ subject }) => subject));
      const ids = world.items.map(({ id }) => id);
      for (let at = 0; at < ids.length; at += limits.itemsPerRequestMax)
        await engine.retireItems(ids.slice(at, at + limits.itemsPerRequestMax));
    }
    this.#state = 'idle';
  }

  /** Ends the stream and leaves its people, when the server stops. */
  end(): void {
    this.#stopping = true;
  }

  async #live(world: SyntheticWorld, stream: DemoStream): Promise<void> {
    const { clock } = this.#options;
    await stream.sendItems();
    await stream.replay(world.actions(), clock.now(), () => this.#stopping);
    this.#state = 'running';
    while (!this.#stopping) {
      await stream.step(clock.now());
      await new Promise<void>((resolve) => clock.after(stepMs, resolve));
    }
  }
}
