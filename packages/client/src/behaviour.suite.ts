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
    name: 'what is not there',
    run: async (ethogram) => [
      await ethogram.rank({ point: 'nowhere' }),
      await ethogram.why('d_none'),
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
