// The demo's stream: sends the synthetic world through the public HTTP API, as any client would, and counts what became of it.
import type { Choice } from '../model/system-event.js';
import type { Purpose } from '../model/purpose.js';
import type { DecideAnswer } from '../http/decide-answer.js';
import { limits } from '../base/limits.js';
import type { Remote } from './remote.js';
import { SeededRandom } from './seeded-random.js';
import type { Shopper, SyntheticWorld, WorldAction, WorldEvent } from './synthetic-world.js';

interface BatchAnswer {
  readonly accepted: number;
  readonly rejected: readonly { readonly code: string }[];
}

/** Events in one request of the history. */
const batchEvents = 250;
const visitorsAtOnce = 3;

export class DemoStream {
  readonly #remote: Remote;
  readonly #world: SyntheticWorld;
  readonly #random: SeededRandom;
  readonly #visitors: { readonly shopper: Shopper; readonly events: WorldEvent[] }[] = [];
  readonly refused = new Map<string, number>();
  accepted = 0;
  decisions = 0;

  constructor(remote: Remote, world: SyntheticWorld, seed: number) {
    this.#remote = remote;
    this.#world = world;
    this.#random = new SeededRandom(seed);
  }

  async sendItems(): Promise<void> {
    for (let at = 0; at < this.#world.items.length; at += limits.itemsPerRequestMax) {
      await this.#remote.post('/v1/items', { items: this.#world.items.slice(at, at + limits.itemsPerRequestMax) });
    }
  }

  async choose(subject: string, choices: { readonly [P in Purpose]?: Choice }, at: number): Promise<void> {
    await this.#remote.post('/v1/consents', { subject, choices, origin: 'synthetic', timestamp: new Date(at).toISOString() });
  }

  async send(events: readonly WorldEvent[]): Promise<BatchAnswer> {
    const answer = await this.#remote.post<BatchAnswer>('/v1/batch', { batch: events });
    this.accepted += answer.accepted;
    for (const { code } of answer.rejected) this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
    return answer;
  }

  decide(body: object): Promise<DecideAnswer> {
    this.decisions += 1;
    return this.#remote.post<DecideAnswer>('/v1/decide/home', body);
  }

  /** Sends actions in their order, those of before `until` (ms). */
  async replay(actions: Iterable<WorldAction>, until: number, stopped: () => boolean): Promise<void> {
    let events: WorldEvent[] = [];
    const flush = async (): Promise<void> => {
      if (events.length > 0) await this.send(events);
      events = [];
    };
    for (const action of actions) {
      if (action.at >= until || stopped()) break;
      if (action.kind === 'consent') {
        await flush();
        await this.choose(action.subject, action.choices, action.at);
      } else if (events.push(action.event) >= batchEvents) {
        await flush();
      }
    }
    await flush();
  }

  /** One step of somebody's visit, now; at times a decision for them, seen and maybe clicked. */
  async step(now: number): Promise<void> {
    while (this.#visitors.length < visitorsAtOnce) {
      const shopper = this.#world.shoppers[this.#random.below(this.#world.shoppers.length)];
      if (shopper !== undefined) this.#visitors.push({ shopper, events: this.#world.visit(shopper, now) });
    }
    const place = this.#random.below(this.#visitors.length);
    const visitor = this.#visitors[place];
    const event = visitor?.events.shift();
    if (visitor === undefined || event === undefined) {
      this.#visitors.splice(place, 1);
      return;
    }
    await this.send([{ ...event, timestamp: new Date(now).toISOString() }]);
    if (this.#random.chance(0.2)) await this.show(visitor.shopper, event, now);
  }

  /** Decides for a shopper, and says back what they saw and did. */
  async show(shopper: Shopper, { messageId, context }: WorldEvent, now: number): Promise<void> {
    const answer = await this.decide({ userId: shopper.subject, limit: 5 });
    const first = answer.items[0];
    if (answer.mode !== 'personal' || first === undefined) return;
    const said = { type: 'track', userId: shopper.subject, timestamp: new Date(now).toISOString(), context } as const;
    const seen = { decisionId: answer.decisionId, item: first.item };
    const events: WorldEvent[] = [{ ...said, event: 'Decision Shown', messageId: `${messageId}-seen`, properties: seen }];
    if (this.#random.chance(0.3))
      events.push({ ...said, event: 'Decision Outcome', messageId: `${messageId}-clicked`, properties: { ...seen, kind: 'click' } });
    await this.send(events);
  }
}
