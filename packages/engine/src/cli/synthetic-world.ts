// A made-up world of shoppers, the same for the same seed: plain events in the order in which they are sent, for the demo, tests, benches.
// Nobody in it exists: every id starts with "synthetic-" and every event carries the source "synthetic".
// It has what real streams have: people without consent, people who withdraw, events that come late, events that come twice.
import type { Item } from '../model/item.js';
import type { Purpose } from '../model/purpose.js';
import type { Choice } from '../model/system-event.js';
import { SeededRandom } from './seeded-random.js';
import { categories, SyntheticShop } from './synthetic-shop.js';

export interface WorldOptions {
  readonly seed: number;
  /** Part of every shopper's id: another world has other people. */
  readonly world: string;
  readonly shoppers: number;
  readonly items: number;
  readonly days: number;
  /** First moment of the world, ms since 1970. */
  readonly startAt: number;
  /** Shares in 0..1: of events that come hours late or twice, of shoppers who withdraw or never grant anything. */
  readonly lateShare: number;
  readonly duplicateShare: number;
  readonly withdrawShare: number;
  readonly ungrantedShare: number;
}

export const worldDefaults: Omit<WorldOptions, 'startAt'> = {
  seed: 1,
  world: '',
  shoppers: 200,
  items: 60,
  days: 3,
  lateShare: 0.03,
  duplicateShare: 0.02,
  withdrawShare: 0.05,
  ungrantedShare: 0.15,
};

/** An event as POST /v1/batch takes it. */
export interface WorldEvent {
  readonly type: 'track';
  readonly event: string;
  readonly userId: string;
  readonly messageId: string;
  readonly timestamp: string;
  readonly properties: { readonly [name: string]: unknown };
  readonly context: { readonly library: { readonly name: 'synthetic' } };
}

/** Something that is sent at `at` (ms). */
export type WorldAction =
  | { readonly kind: 'consent'; readonly at: number; readonly subject: string; readonly choices: { readonly [P in Purpose]?: Choice } }
  | { readonly kind: 'event'; readonly at: number; readonly event: WorldEvent };

export interface Shopper {
  readonly subject: string;
  /** Never grants anything. */
  readonly ungranted: boolean;
  /** Does not let others learn from them. */
  readonly private: boolean;
  /** When they withdraw everything, ms; null: they do not. */
  readonly withdrawsAt: number | null;
  /** Weight of each category. */
  readonly taste: readonly number[];
  readonly visitsPerDay: number;
}

const dayMs = 86_400_000;
const stepsMax = 12;

export class SyntheticWorld {
  readonly items: readonly Item[];
  readonly shoppers: readonly Shopper[];
  readonly #options: WorldOptions;
  readonly #random: SeededRandom;
  readonly #shop: SyntheticShop;
  #messages = 0;

  constructor(options: Partial<WorldOptions> & Pick<WorldOptions, 'startAt'>) {
    this.#options = { ...worldDefaults, ...options };
    this.#random = new SeededRandom(this.#options.seed);
    this.#shop = new SyntheticShop(this.#random, this.#options.items);
    this.items = this.#shop.items;
    this.shoppers = Array.from({ length: this.#options.shoppers }, (_, index) => this.#shopper(index));
  }

  /** The whole world in the order of sending: first what people choose, then their days. Memory holds one day. */
  *actions(): Iterable<WorldAction> {
    const { days, startAt } = this.#options;
    for (const shopper of this.shoppers) {
      if (shopper.ungranted) continue;
      const choices = shopper.private
        ? ({ personalise: 'granted', train: 'denied' } as const)
        : ({ personalise: 'granted', train: 'granted' } as const);
      yield { kind: 'consent', at: startAt, subject: shopper.subject, choices };
    }
    let later: WorldAction[] = [];
    for (let day = 0; day < days; day += 1) {
      const from = startAt + day * dayMs;
      const until = from + dayMs;
      const planned = [...later, ...this.shoppers.flatMap((shopper) => this.#day(shopper, from))].sort((a, b) => a.at - b.at);
      later = planned.filter(({ at }) => at >= until);
      yield* planned.slice(0, planned.length - later.length);
    }
    yield* later;
  }

  /** One visit of a shopper that starts at `at` (ms), each step up to two minutes after the one before. */
  visit(shopper: Shopper, at: number): WorldEvent[] {
    const random = this.#random;
    const events: WorldEvent[] = [];
    let now = at;
    let item = this.#shop.startIn(random.weighted(shopper.taste), random);
    const view = (): void => {
      events.push(this.#event(shopper, 'Product Viewed', now, { product_id: this.#id(item), price: this.#price(item) }));
      now += 15_000 + random.below(105_000);
    };
    view();
    for (let step = 1; step < stepsMax && random.chance(0.75); step += 1) {
      item = random.chance(0.8) ? this.#shop.after(item, random) : this.#shop.startIn(random.weighted(shopper.taste), random);
      view();
    }
    if (random.chance(0.3)) {
      events.push(this.#event(shopper, 'Product Added', now, { product_id: this.#id(item), price: this.#price(item), quantity: 1 }));
      now += 60_000;
      if (random.chance(0.6)) {
        events.push(
          this.#event(shopper, 'Order Completed', now, {
            order_id: `order-${this.#messages}`,
            total: this.#price(item),
            currency: 'EUR',
            products: [{ product_id: this.#id(item), quantity: 1 }],
          }),
        );
      }
    }
    return events;
  }

  #shopper(index: number): Shopper {
    const random = this.#random;
    const { ungrantedShare, withdrawShare, startAt, days } = this.#options;
    const favourite = random.below(categories.length);
    const second = random.below(categories.length);
    const ungranted = random.chance(ungrantedShare);
    return {
      subject: `synthetic-${this.#options.world}${(index + 1).toString().padStart(3, '0')}`,
      ungranted,
      private: random.chance(0.2),
      withdrawsAt: !ungranted && random.chance(withdrawShare) ? startAt + random.below(days * dayMs) : null,
      taste: categories.map((_, category) => (category === favourite ? 0.6 : category === second ? 0.25 : 0.04)),
      visitsPerDay: 0.5 + random.next() * 1.5,
    };
  }

  #day(shopper: Shopper, from: number): WorldAction[] {
    const random = this.#random;
    const { lateShare, duplicateShare } = this.#options;
    const actions: WorldAction[] = [];
    if (shopper.withdrawsAt !== null && shopper.withdrawsAt >= from && shopper.withdrawsAt < from + dayMs) {
      actions.push({
        kind: 'consent',
        at: shopper.withdrawsAt,
        subject: shopper.subject,
        choices: { personalise: 'withdrawn', train: 'withdrawn' },
      });
    }
    const visits = Math.floor(shopper.visitsPerDay) + (random.chance(shopper.visitsPerDay - Math.floor(shopper.visitsPerDay)) ? 1 : 0);
    for (let visit = 0; visit < visits; visit += 1) {
      const startAt = from + 7 * 3_600_000 + random.below(15 * 3_600_000);
      for (const event of this.visit(shopper, startAt)) {
        const occurredAt = Date.parse(event.timestamp);
        const at = random.chance(lateShare) ? occurredAt + 3_600_000 + random.below(12 * 3_600_000) : occurredAt + random.below(2_000);
        actions.push({ kind: 'event', at, event });
        if (random.chance(duplicateShare)) actions.push({ kind: 'event', at: at + 1_000 + random.below(60_000), event });
      }
    }
    return actions;
  }

  #event(shopper: Shopper, event: string, at: number, properties: WorldEvent['properties']): WorldEvent {
    this.#messages += 1;
    const messageId = `synthetic-${this.#options.seed}-${this.#messages}`;
    return {
      type: 'track',
      event,
      userId: shopper.subject,
      messageId,
      timestamp: new Date(at).toISOString(),
      properties,
      context: { library: { name: 'synthetic' } },
    };
  }

  #id(item: number): string {
    return this.items[item]?.id ?? '';
  }

  /** In whole units, as tracking clients send it; the catalogue counts minor ones. */
  #price(item: number): number {
    return (this.items[item]?.price ?? 0) / 100;
  }
}
