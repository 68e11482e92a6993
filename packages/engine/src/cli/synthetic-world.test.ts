// The synthetic world is the same for the same seed, and has in it what it says.
import { expect, test } from 'vitest';
import { SyntheticWorld, type WorldAction, type WorldOptions } from './synthetic-world.js';

const startAt = Date.parse('2026-03-01T00:00:00Z');
const actionsOf = (options: Partial<WorldOptions> = {}): WorldAction[] => [...new SyntheticWorld({ startAt, ...options }).actions()];

test('the same seed gives the same world, another seed another', () => {
  expect(actionsOf()).toEqual(actionsOf());
  expect(actionsOf({ seed: 2 })).not.toEqual(actionsOf());
});

test('actions come in the order of sending; everybody is badged', () => {
  const actions = actionsOf();
  for (const [index, { at }] of actions.entries()) expect(at).toBeGreaterThanOrEqual(actions[index - 1]?.at ?? 0);
  for (const action of actions) {
    expect(action.kind === 'event' ? action.event.userId : action.subject).toMatch(/^synthetic-/);
    if (action.kind === 'event') expect(action.event.context.library.name).toBe('synthetic');
  }
});

test('late events, duplicates, withdrawals and people without consent are there, and only when asked for', () => {
  const counts = (options: Partial<WorldOptions>) => {
    const actions = actionsOf({ shoppers: 300, ...options });
    const events = actions.flatMap((action) => (action.kind === 'event' ? [action] : []));
    const consents = actions.flatMap((action) => (action.kind === 'consent' ? [action] : []));
    const asked = new Set(consents.map(({ subject }) => subject));
    return {
      late: events.filter(({ at, event }) => at - Date.parse(event.timestamp) > 3_000_000).length / events.length,
      twice: 1 - new Set(events.map(({ event }) => event.messageId)).size / events.length,
      withdrew: consents.filter(({ choices }) => choices.personalise === 'withdrawn').length / 300,
      ungranted: 1 - asked.size / 300,
    };
  };
  const given = counts({ lateShare: 0.1, duplicateShare: 0.1, withdrawShare: 0.2, ungrantedShare: 0.3 });
  expect(given.late).toBeCloseTo(0.1, 1);
  expect(given.twice).toBeCloseTo(0.1 / 1.1, 1);
  expect(given.withdrew).toBeCloseTo(0.2 * 0.7, 1);
  expect(given.ungranted).toBeCloseTo(0.3, 1);
  expect(counts({ lateShare: 0, duplicateShare: 0, withdrawShare: 0, ungrantedShare: 0 })).toEqual({
    late: 0,
    twice: 0,
    withdrew: 0,
    ungranted: 0,
  });
});

test('people follow a structure: what is viewed next is far from uniform', () => {
  const views = new Map<string, string[]>();
  for (const action of actionsOf({ lateShare: 0, duplicateShare: 0, days: 10 })) {
    if (action.kind !== 'event' || action.event.event !== 'Product Viewed') continue;
    const { userId, properties } = action.event;
    views.set(userId, [...(views.get(userId) ?? []), String(properties['product_id'])]);
  }
  const followers = new Map<string, Map<string, number>>();
  for (const items of views.values()) {
    for (const [index, item] of items.slice(0, -1).entries()) {
      const row = followers.get(item) ?? new Map<string, number>();
      const next = items[index + 1] ?? '';
      followers.set(item, row.set(next, (row.get(next) ?? 0) + 1));
    }
  }
  let top = 0;
  let all = 0;
  for (const row of followers.values()) {
    top += Math.max(...row.values());
    for (const count of row.values()) all += count;
  }
  expect(top / all).toBeGreaterThan(0.25);
});
