// A rig with the travel pack and a small city. No test of its own.
import type { PlanRequest } from '../model/plan.js';
import type { Item } from '../model/item.js';
import { travel } from '../packs/travel.js';
import { combine } from '../pack/combined.js';
import { surroundings } from './surroundings.js';
import { shopTypes } from './shop-types.js';
import { Rig } from './rig.suite.js';

export const hour = 3_600_000;
export const day = 24 * hour;

const {
  eventTypes,
  definitions: defined,
  points,
  planPoints,
  guardrails,
} = combine([travel], {
  ...surroundings,
  eventTypes: shopTypes,
  decisionPoints: [],
});
export const definitions = defined;
const pack = { eventTypes, points, planPoints, guardrails };

export class TripRig extends Rig {
  static override async open(): Promise<TripRig> {
    const rig = new TripRig();
    rig.definitions = defined;
    await rig.start();
    await rig.engine.upsertItems(places);
    return rig;
  }

  override start(): Promise<void> {
    return super.start(points, pack);
  }

  async said(subject: string, type: string, properties: Record<string, unknown>, occurredAt = this.clock.now()): Promise<void> {
    const { id, source } = this.view(subject, 'x');
    const done = await this.send({ id, subject, type, occurredAt, source, properties });
    if (done.accepted !== 1) throw new Error(done.codes.join());
  }

  get morning(): number {
    return Math.ceil(this.clock.now() / day) * day + day + 9 * hour;
  }

  request(more: Partial<PlanRequest> = {}): PlanRequest {
    return { point: 'itinerary', windows: [{ from: this.morning, until: this.morning + 8 * hour }], start: 'hotel', end: 'hotel', ...more };
  }

  async plan(more: Partial<PlanRequest> = {}) {
    const done = await this.engine.planning.plan(this.request(more));
    if (!done.ok) throw new Error(`${done.code} ${done.field ?? ''}`);
    return done.value;
  }
}

export function place(id: string, at: number, price: number, hours = '09:00-18:00', minutes = 60): Item {
  const attributes = { latitude: 55.94 + (at % 3) / 200, longitude: -3.2 + at / 200, opening_hours: hours, visit_minutes: minutes };
  return { id, title: id.toUpperCase(), category: 'place', price, currency: 'EUR', attributes };
}

export const places: readonly Item[] = [
  place('castle', 1, 1900, '09:30-16:00', 90),
  place('museum', 2, 0),
  place('zoo', 6, 2400, '10:00-17:00', 120),
  place('park', 3, 0, '24/7', 45),
  place('tower', 4, 800, '12:00-14:00', 30),
  place('gallery', 5, 1200, '10:00-18:00'),
  place('vault', 2, 500, 'by appointment'),
  { id: 'hotel', category: 'stay', attributes: { latitude: 55.945, longitude: -3.19 } },
];

export const itemsOf = ({ stops }: { readonly stops: readonly { readonly item: string }[] }): string[] => stops.map(({ item }) => item);
