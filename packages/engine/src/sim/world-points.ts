// Points at which the simulated world's people are asked for, with all that choosing has: both learners, caps over both, a harm stop, an
// experiment with a covariate and groups, and lists that count as an address.
import type { Action, ChoicePoint } from '../model/choice.js';
import type { DecisionPoint } from '../model/decision-point.js';

const action = (id: string, more: Partial<Action> = {}): Action => ({ id, kind: 'nudge', channel: 'page', category: 'tea', ...more });

export const worldCap = { channels: ['page', 'push'], withinMs: 3_600_000, max: 4 } as const;

const nudge: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: [action('tea'), action('cup', { category: 'wine', ageMin: 18 }), action('call', { channel: 'push', perDayMax: 40 })],
  learner: 'thompson',
  features: [],
  halfLifeDays: 1,
  floorPpm: 20_000,
  uniformPpm: 50_000,
  holdoutPpm: 200_000,
  objective: { outcome: 'order', welfare: { outcome: 'opt_out', allowedPpm: 10_000 } },
  guardrails: { caps: [worldCap], fatigue: { ignoredMax: 6, pauseMs: 600_000 }, zones: ['UTC'], deny: [], vulnerable: [] },
  experiment: {
    name: 'learned',
    arms: [
      { name: 'learned', weight: 1, use: 'policy' },
      { name: 'uniform', weight: 1, use: 'uniform' },
    ],
    covariate: { trait: 'taught', of: ['item.viewed'], days: 7 },
    groups: ['x'],
  },
};

export const worldPoints: readonly ChoicePoint[] = [
  nudge,
  { ...nudge, name: 'ridge', learner: 'ridge', features: ['cart', 'evening'], halfLifeDays: null },
];

export const worldLists: readonly DecisionPoint[] = [
  { name: 'home', kind: 'rank', limit: 10, uniformPpm: 10_000 },
  { name: 'offers', kind: 'rank', limit: 3, uniformPpm: 10_000, countsAs: 'page' },
];
