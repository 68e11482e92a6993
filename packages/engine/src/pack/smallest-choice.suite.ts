// A choice point of a pack with no more than it needs. No test of its own.

export const smallestChoice = {
  name: 'offer',
  kind: 'choose',
  actions: [{ id: 'a', kind: 'offer', channel: 'page', category: 'tea' }],
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 0,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order' },
  guardrails: { caps: [], deny: [], vulnerable: [] },
} as const;
