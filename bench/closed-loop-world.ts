// A made-up world in which influence has consequences: people of four kinds, six actions, and how likely each kind is to order after each.
// What suits one kind bothers another, one action tempts everybody a little, and every third addressing within a day costs goodwill.
// Nobody in it exists.
import type { Action, ChoicePoint } from 'ethogram/internal/model/choice';
import type { SeededRandom } from './seeded-random.js';

export const kinds = ['reader', 'hurried', 'thrifty', 'curious'] as const;
export const dayMs = 86_400_000;

const orders: Readonly<Record<string, readonly number[]>> = {
  guide: [0.16, 0.02, 0.05, 0.08],
  express: [0.03, 0.17, 0.03, 0.05],
  saver: [0.04, 0.03, 0.18, 0.05],
  novelty: [0.06, 0.04, 0.03, 0.15],
  bestseller: [0.09, 0.08, 0.09, 0.09],
  nothing_new: [0.01, 0.01, 0.01, 0.01],
};

/** Addressed so often within a day, a person orders half as readily and may opt out. */
const bearable = 3;

export const actionIds: readonly string[] = Object.keys(orders);

export function orderRate(kind: number, action: string | null, addressedToday: number): number {
  const rate = action === null ? 0.01 : (orders[action]?.[kind] ?? 0);
  return addressedToday > bearable ? rate / 2 : rate;
}

export function optOutRate(addressedToday: number): number {
  return addressedToday > bearable ? 0.02 : 0.001;
}

/** The point of one policy. `caps`: with the guardrail against addressing people more often than they bear. */
export function loopPoint(name: string, uniformPpm: number, caps: boolean): ChoicePoint {
  return {
    name,
    kind: 'choose',
    actions: actionIds.map((id): Action => ({ id, kind: 'nudge', channel: 'page', category: 'shop' })),
    learner: 'thompson',
    features: [],
    halfLifeDays: null,
    floorPpm: 20_000,
    uniformPpm,
    holdoutPpm: 50_000,
    objective: { outcome: 'order' },
    guardrails: { caps: caps ? [{ channels: ['page'], withinMs: dayMs, max: bearable }] : [], deny: [], vulnerable: [] },
  };
}

/** Mean over people and half its 95 % interval. */
export interface Rate {
  readonly rate: number;
  readonly ci: readonly [low: number, high: number];
}

/** Wins per request, with an interval over people (their requests go together). */
export function rateOf(wins: readonly number[], requests: readonly number[]): Rate {
  const all = requests.reduce((sum, each) => sum + each, 0);
  const rate = wins.reduce((sum, each) => sum + each, 0) / all;
  let squares = 0;
  wins.forEach((won, person) => {
    const deviation = won - rate * (requests[person] ?? 0);
    squares += deviation * deviation;
  });
  const half = (1.96 * Math.sqrt((squares * wins.length) / (wins.length - 1))) / all;
  const round = (value: number): number => Number(value.toFixed(4));
  return { rate: round(rate), ci: [round(rate - half), round(rate + half)] };
}

export function drawKind(random: SeededRandom): number {
  return random.below(kinds.length);
}
