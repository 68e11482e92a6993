// What `Ethogram` promises, whoever stands behind it: each scenario is run in process and against a server, and the answers are compared.
import { expect } from 'vitest';
import type { Ethogram, IncomingEvent } from './ethogram.js';

export interface Scenario {
  readonly name: string;
  /** Calls, and what they answered. */
  readonly run: (ethogram: Ethogram, now: number) => Promise<readonly unknown[]>;
}

const view = (subject: string, item: string, now: number, more: Partial<IncomingEvent> = {}): IncomingEvent => ({
  id: `${subject}-${item}`,
  subject,
  type: 'item.viewed',
  occurredAt: now,
  source: 'test',
  properties: { product_id: item },
  ...more,
});
const yes = { choices: { personalise: 'granted', train: 'granted' }, origin: 'banner' } as const;
const things = ['tea', 'cup', 'pot', 'jam'].map((id) => ({
  id,
  title: `The ${id}`,
  price: 100,
  currency: 'EUR',
  attributes: { fair: true },
}));

/** Three places in a row, a kilometre apart, and one that nobody has placed. */
export const places = [
  ...['castle', 'museum', 'park'].map((id, at) => ({
    id,
    title: `The ${id}`,
    category: 'place',
    price: at === 0 ? 1900 : 0,
    currency: 'EUR',
    attributes: { latitude: 55.95, longitude: -3.2 + at / 60, opening_hours: '09:00-17:00', visit_minutes: 60 },
  })),
  { id: 'nowhere', category: 'place' },
];
/** The second of January 2026, from nine to five. */
const windows = [{ from: Date.UTC(2026, 0, 2, 9), until: Date.UTC(2026, 0, 2, 17) }];

export const scenarios: readonly Scenario[] = [
  {
    name: 'items, consent, events, decision, why, profile, erasure',
    run: async (ethogram, now) => {
      const said: unknown[] = [await ethogram.upsertItems(things), await ethogram.choose('ann', yes, now - 1000)];
      said.push(await ethogram.accept([view('ann', 'tea', now), view('ann', 'cup', now)]));
      const decision = await ethogram.rank({ point: 'home', subject: 'ann', limit: 3, exclude: ['pot'] });
      said.push(decision);
      if (decision.ok) said.push(await ethogram.why(decision.value.id));
      said.push(await ethogram.profile('ann'), await ethogram.erase(['ann', 'nobody']), await ethogram.profile('ann'));
      if (decision.ok) said.push(await ethogram.why(decision.value.id));
      return said;
    },
  },
  {
    name: 'events refused one by one, each under its code and place',
    run: async (ethogram, now) => [
      await ethogram.choose('ann', yes, now - 1000),
      await ethogram.accept([
        view('bob', 'tea', now),
        view('ann', 'tea', now),
        view('ann', 'tea', now),
        view('ann', 'cup', now, { type: 'no.such.type' }),
        view('ann', 'pot', now, { properties: {} }),
        view('ann', 'pot', now, { properties: { product_id: 'pot', price: -1 } }),
        view('ann', 'jam', 5),
      ]),
    ],
  },
  {
    name: 'consent that comes with an event, and leaves with one',
    run: async (ethogram, now) => [
      await ethogram.accept([view('ann', 'tea', now, { consent: yes })]),
      await ethogram.rank({ point: 'home', subject: 'ann' }),
      await ethogram.accept([
        view('ann', 'cup', now, { consent: { choices: { personalise: 'withdrawn', train: 'withdrawn' }, origin: 'banner' } }),
      ]),
      await ethogram.rank({ point: 'home', subject: 'ann' }),
    ],
  },
  {
    name: 'contextual decisions: nobody, a stranger, an objection',
    run: async (ethogram) => [
      await ethogram.upsertItems(things),
      await ethogram.choose('ann', yes),
      await ethogram.rank({ point: 'home', context: { items: ['tea'] }, pins: ['jam'], limit: 2 }),
      await ethogram.rank({ point: 'home', subject: 'bob', filter: { attributes: { fair: true }, category: [] } }),
      await ethogram.rank({ point: 'home', subject: 'ann', gpc: true }),
    ],
  },
  {
    name: 'a plan with a group, its why, a plan that changes it, and one that cannot be',
    run: async (ethogram) => {
      const said: unknown[] = [await ethogram.upsertItems(places), await ethogram.choose('ann', yes), await ethogram.choose('bob', yes)];
      const asked = { point: 'itinerary', subject: 'ann', group: ['bob', 'eve'], utcOffsetMinutes: 0, pace: 'slow' } as const;
      const budget = { amount: 2000, currency: 'EUR' };
      const plan = await ethogram.plan({ ...asked, windows, start: 'park', end: 'park', mustSee: ['castle'], avoid: ['park'], budget });
      said.push(plan);
      if (!plan.ok) return said;
      expect(plan.value).toMatchObject({ mode: 'personal', members: 1, membersLeftOut: 1, total: { amount: 1900, currency: 'EUR' } });
      expect(plan.value.stops.map(({ title }) => title).sort()).toEqual(['The castle', 'The museum']);
      said.push(await ethogram.whyPlan(plan.value.id));
      const at = Date.UTC(2026, 0, 2, 9, 30);
      const disruption = { plan: plan.value.id, done: [], at, delayMinutes: 10, closed: ['museum'], here: 'castle' };
      const changed = await ethogram.plan({ ...asked, disruption });
      expect(changed).toMatchObject({ ok: true, value: { changes: expect.arrayContaining(['The museum is out: it is closed.']) } });
      const first = changed.ok ? changed.value.stops[0] : undefined;
      expect(first?.arriveAt).toBeGreaterThanOrEqual(at + 10 * 60_000);
      const dear = await ethogram.plan({ point: 'itinerary', windows, mustSee: ['castle'], budget: { ...budget, amount: 5 } });
      expect(dear).toMatchObject({
        ok: true,
        value: { contextualBecause: 'no_subject', refused: { rule: 'over_budget', items: ['castle'] } },
      });
      const objecting = await ethogram.plan({ ...asked, windows, gpc: true });
      expect(objecting).toMatchObject({ ok: true, value: { contextualBecause: 'objection_signal', members: 0 } });
      const gone = await ethogram.erase(['ann']);
      return [...said, changed, dear, objecting, gone, await ethogram.whyPlan(plan.value.id)];
    },
  },
  {
    name: 'what is not there',
    run: async (ethogram) => [
      await ethogram.rank({ point: 'nowhere' }),
      await ethogram.why('d_none'),
      await ethogram.plan({ point: 'nowhere', windows }),
      await ethogram.plan({ point: 'itinerary' }),
      await ethogram.plan({ point: 'itinerary', windows, start: 'nowhere' }),
      await ethogram.plan({ point: 'itinerary', disruption: { plan: 'd_none', done: [] } }),
      await ethogram.whyPlan('d_none'),
      await ethogram.profile('nobody'),
      await ethogram.erase(['nobody']),
      await ethogram.declareBasis({ eventType: 'no.such.type', purpose: 'train', basis: 'contract', reason: 'x' }),
      await ethogram.declareBasis({ eventType: 'item.viewed', purpose: 'train', basis: 'contract', reason: 'x' }),
      await ethogram.health(),
    ],
  },
];

/** An answer without what chance, time and place give: ids, positions, and the sentence that goes with a code. */
export function plain(said: readonly unknown[]): unknown {
  const text = JSON.stringify(said, (key, value: unknown) => {
    if (key === 'detail' || key === 'id' || key === 'position' || key === 'draws' || key === 'origin') return undefined;
    return value;
  });
  expect(text).not.toContain('internal');
  return JSON.parse(text);
}

/** Of each answer only what both sides promise: a decision's record says more in process, a basis says less over HTTP. */
export function promised(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('value' in answer) || typeof answer.value !== 'object' || answer.value === null)
    return answer;
  const { value } = answer;
  if (!('answer' in value)) return answer;
  const part = (name: string): unknown => Reflect.get(value, name);
  return { ok: true, value: { mode: part('mode'), epoch: part('epoch'), because: part('contextualBecause'), answer: value.answer } };
}
