// A portal for tests: the real door with one over a small shop, and somebody who has a past there. No test of its own.
import { sealedTickets } from '../adapters/sealed-tickets.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import type { ChoicePoint } from '../model/choice.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { EventType } from '../model/event-type.js';
import type { Item } from '../model/item.js';
import type { PlanRecord, PlanRequest } from '../model/plan.js';
import type { Accounts } from '../ports/accounts.js';
import { combine } from '../pack/combined.js';
import type { Pack } from '../pack/pack.js';
import { shopTypes } from '../runtime/shop-types.js';
import { surroundings } from '../runtime/surroundings.js';
import { Doorway } from './doorway.suite.js';

export const shopStartMs = Date.parse('2026-03-01T09:30:00Z');

/** A point at which one of four offers is chosen, one of which is not allowed. */
export const offers: ChoicePoint = {
  name: 'offer',
  kind: 'choose',
  actions: [
    { id: 'free-tea', kind: 'offer', channel: 'page', category: 'tea' },
    { id: 'second-cup', kind: 'offer', channel: 'page', category: 'tea' },
    { id: 'a-recipe', kind: 'message', channel: 'page', category: 'tea' },
    { id: 'night-cap', kind: 'offer', channel: 'page', category: 'alcohol' },
  ],
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 50_000,
  uniformPpm: 10_000,
  holdoutPpm: 100_000,
  objective: { outcome: 'order', welfare: { outcome: 'return', allowedPpm: 10_000 } },
  guardrails: { caps: [], deny: ['alcohol'], vulnerable: [] },
  experiment: {
    name: 'wording',
    arms: [
      { name: 'a', weight: 1, use: 'policy' },
      { name: 'b', weight: 1, use: 'uniform' },
    ],
  },
};

/** Ways in beside the link of the host, and what else there is in the shop. */
export interface Ways {
  readonly accounts?: (door: () => string) => Accounts;
  /** Beside the types of the shop. */
  readonly eventTypes?: readonly EventType[];
  readonly packs?: readonly Pack[];
}

export async function portalDoor({ accounts, eventTypes = [], packs = [] }: Ways = {}): Promise<Doorway> {
  const entropy = new SeededEntropy(21);
  const opened: { url: string } = { url: '' };
  const doorway = await Doorway.open(async (rig) => {
    rig.clock.set(shopStartMs);
    await rig.engine.close();
    // No uniform slice: what is told of a decision must not hang on its draw.
    const home: DecisionPoint = { name: 'home', kind: 'rank', limit: 10, uniformPpm: 0 };
    const around = { ...surroundings, eventTypes: [...shopTypes, ...eventTypes], decisionPoints: [home], choicePoints: [offers] };
    const { definitions, points, ...more } = combine(packs, around);
    if (packs.length > 0) rig.definitions = definitions;
    await rig.start(points, more);
    const tickets = sealedTickets(new Uint8Array(32).fill(3), 'portal', entropy);
    return { engine: rig.engine, portal: { tickets, entropy, accounts: accounts?.(() => opened.url) } };
  });
  opened.url = doorway.url;
  const { rig } = doorway;
  const ids = ['tea', 'cup', 'pot', 'coffee', 'mug', 'mill'];
  await rig.engine.upsertItems(ids.map((id) => ({ id, title: `The ${id}`, stock: 5 })));
  for (let n = 0; n < 6; n += 1) {
    for (const [who, ...items] of [
      [`t${n}`, 'tea', 'cup', 'pot'],
      [`c${n}`, 'coffee', 'mug', 'mill'],
    ] as const) {
      await rig.say(who, 'granted', 'personalise', 'train');
      await rig.visit(who, ...items);
    }
  }
  return doorway;
}

/** Ann allowed two purposes, looked at two things, and was answered. Resolves with the id of the decision. */
export async function annVisits({ rig }: Doorway): Promise<string> {
  await rig.say('ann', 'granted', 'personalise', 'train');
  await rig.visit('ann', 'coffee', 'tea');
  const decided = rig.engine.rank({ point: 'home', subject: 'ann', exclude: ['coffee', 'tea'] });
  if (!decided.ok) throw new Error(decided.code);
  await rig.engine.drain();
  return decided.value.id;
}

/** An invoice, which a law obliges to keep for ten years once `annOwes` has declared it. */
export const invoice: EventType = {
  name: 'invoice.issued',
  category: 'transactional',
  purposes: { service: 'declared' },
  properties: { total: { type: 'number' } },
  retentionDays: 400,
};
export const invoiceLaw = 'Commercial code, section 257: <accounting> records';

/** Ann has two invoices, and a hold is on her. Resolves with the id of the hold. */
export async function annOwes({ rig }: Doorway): Promise<string> {
  const declared = { eventType: invoice.name, purpose: 'service', basis: 'legal_obligation', reason: invoiceLaw, keepDays: 3652 } as const;
  if (!(await rig.engine.declareBasis(declared)).ok) throw new Error('not declared');
  for (const id of ['i1', 'i2']) {
    const event = { id, subject: 'ann', type: invoice.name, occurredAt: rig.clock.now(), source: 'till', properties: { total: 12 } };
    if ((await rig.send(event)).accepted !== 1) throw new Error('not accepted');
  }
  const held = await rig.engine.kept.hold('ann', { by: 'Kim Adams', reason: 'a claim of hers about a broken pot' });
  if (!held.ok) throw new Error(held.code);
  return held.value.hold;
}

/** A town, in which Ann has looked at the museum and wishes to go slowly, and Bob wishes to avoid the park. */
export async function annTravels({ rig }: Doorway): Promise<void> {
  const place = (id: string, longitude: number, price: number): Item => ({
    id,
    title: `The ${id}`,
    category: 'place',
    price,
    currency: 'EUR',
    attributes: { latitude: 55.95, longitude, opening_hours: '09:00-17:00', visit_minutes: 60 },
  });
  await rig.engine.upsertItems([
    place('castle', -3.2, 1900),
    place('museum', -3.19, 0),
    place('opera', -3.185, 9000),
    place('park', -3.18, 0),
  ]);
  await rig.say('ann', 'granted', 'personalise', 'train');
  await rig.say('bob', 'granted', 'personalise');
  const about = { occurredAt: rig.clock.now(), source: 'app' };
  const done = await rig.send(
    { ...about, id: 'pv', subject: 'ann', type: 'place.viewed', properties: { place_id: 'museum' } },
    { ...about, id: 'tp', subject: 'ann', type: 'trip.planned', properties: { trip_id: 't', budget: 3000, currency: 'EUR', pace: 'slow' } },
    { ...about, id: 'tb', subject: 'bob', type: 'trip.planned', properties: { trip_id: 't', avoid: ['park'] } },
  );
  if (done.accepted !== 3) throw new Error(done.codes.join());
}

/** A day there for Ann, and for Bob who comes along; the clocks of the place are an hour ahead. */
export async function annPlans({ rig }: Doorway, more: Partial<PlanRequest> = {}): Promise<PlanRecord> {
  const windows = [{ from: Date.parse('2026-03-02T08:00:00Z'), until: Date.parse('2026-03-02T16:00:00Z') }];
  const asked = { point: 'itinerary', subject: 'ann', group: ['bob'], windows, utcOffsetMinutes: 60, mustSee: ['castle'] };
  const planned = await rig.engine.planning.plan({ ...asked, ...more });
  if (!planned.ok) throw new Error(planned.code);
  await rig.engine.drain();
  return planned.value;
}

/** A page without the marks that keep the directions of texts apart. */
export function unmarked(page: string): string {
  return page.replaceAll(/[\u2068\u2069]/gu, '');
}

export interface Visit {
  readonly cookie: string;
  readonly token: string;
}

/** A visit of somebody, by a link of the host. */
export async function enterAs(doorway: Doorway, subject: string): Promise<Visit> {
  const ticket = new URL(await linkFor(doorway, subject)).searchParams.get('ticket') ?? '';
  const entered = await fetch(`${doorway.url}/me/enter`, { method: 'POST', body: new URLSearchParams({ ticket }), redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const page = await (await fetch(`${doorway.url}/me`, { headers: { cookie } })).text();
  return { cookie, token: /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '' };
}

/** The address of a fresh link for somebody, as the host gets it. */
export async function linkFor(doorway: Doorway, subject: string): Promise<string> {
  const reply = await fetch(`${doorway.url}/v1/subjects/${subject}/portal-link`, { method: 'POST' });
  const { path }: { path: string } = JSON.parse(await reply.text());
  return doorway.url + path;
}
