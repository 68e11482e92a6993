// Guardrails as properties over random histories, against plain restatements of each rule; and known answers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action, Channel, GuardrailRules } from '../../model/choice.js';
import { isSpent, stopped } from './guardrail.js';
import type { PersonState } from './person.js';
import { hourIn, isQuiet } from './quiet-hours.js';

const hour = 3_600_000;
const day = 24 * hour;
const noon = Date.UTC(2026, 5, 1, 12);
const rules: GuardrailRules = {
  caps: [
    { channels: ['page', 'email', 'push', 'sms'], withinMs: day, max: 3 },
    { channels: ['push', 'sms'], withinMs: 7 * day, max: 2 },
  ],
  fatigue: { ignoredMax: 2, pauseMs: 2 * day },
  quiet: { from: 22, until: 8 },
  deny: ['gambling'],
  vulnerable: [{ declared: 'debt', categories: ['credit'] }],
};
const action = (channel: Channel, more: Partial<Action> = {}): Action => ({ id: 'x', kind: 'message', channel, category: 'news', ...more });
/** In June. */
const offsets: Record<string, number> = { UTC: 0, 'Asia/Tokyo': 9, 'America/New_York': -4 };
const nobody: PersonState = { declared: [{ zone: 'UTC' }], done: [] };
const channels: readonly Channel[] = ['page', 'email', 'push', 'sms'];

describe('guardrails', () => {
  it('hold for 100,000 random histories', () => {
    const breaches: unknown[] = [];
    const demand = (holds: boolean, ...what: unknown[]): void => {
      if (!holds) breaches.push(what);
    };
    const done = fc.record({
      at: fc.integer({ min: noon - 10 * day, max: noon + hour }),
      channel: fc.constantFrom(...channels),
      shown: fc.boolean(),
      won: fc.boolean(),
    });
    const declared = fc.record(
      {
        zone: fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York', 'nowhere'),
        bornYear: fc.integer({ min: 1930, max: 2020 }),
        vulnerable: fc.subarray(['debt', 'illness']),
      },
      { requiredKeys: [] },
    );
    const subject = fc.record({
      person: fc.option(fc.record({ declared: fc.array(declared, { maxLength: 2 }), done: fc.array(done, { maxLength: 8 }) })),
      channel: fc.constantFrom(...channels),
      category: fc.constantFrom('news', 'gambling', 'credit'),
      ageMin: fc.option(fc.constant(18), { nil: undefined }),
      at: fc.integer({ min: noon - day, max: noon + day }),
    });
    let through = 0;
    fc.assert(
      fc.property(subject, ({ person, channel, category, ageMin, at }) => {
        const stop = stopped(action(channel, { category, ...(ageMin === undefined ? {} : { ageMin }) }), rules, person, at);
        if (stop !== undefined) return;
        through += 1;
        demand(category !== 'gambling', 'deny list', at);
        const own = person?.declared ?? [];
        if (ageMin !== undefined) {
          const years = own.flatMap(({ bornYear }) => bornYear ?? []);
          demand(years.length > 0 && years.every((year) => new Date(at).getUTCFullYear() - year > ageMin), 'age', years, at);
        }
        if (category === 'credit') demand(!own.some(({ vulnerable }) => vulnerable?.includes('debt')), 'vulnerability', own);
        if (person === null) return demand(channel === 'page', 'a person unknown', channel);
        if (channel !== 'page') {
          // Never without a zone that is one: somewhere it is always night.
          const hours = own.flatMap(({ zone }) => zone ?? []).map((zone) => new Date(at + (offsets[zone] ?? NaN) * hour).getUTCHours());
          demand(hours.length > 0 && hours.every((local) => local >= 8 && local < 22), 'quiet hours', own, at);
        }
        const newer = person.done.filter((each) => each.at > at - day);
        demand(newer.length < 3, 'cap over all channels', newer);
        const loud = person.done.filter((each) => each.at > at - 7 * day && (each.channel === 'push' || each.channel === 'sms'));
        demand(channel === 'page' || channel === 'email' || loud.length < 2, 'cap of push and sms', loud);
      }),
      { numRuns: 100_000, seed: 7 },
    );
    expect(breaches).toEqual([]);
    expect(through).toBeGreaterThan(5_000);
  }, 120_000);

  it('fatigue leaves people alone after what they ignored, and ends', () => {
    const shown = (at: number, won = false): PersonState['done'][number] => ({ at, channel: 'page', shown: true, won });
    const state = (...done: PersonState['done']): PersonState => ({ ...nobody, done });
    expect(stopped(action('page'), rules, state(shown(noon - hour), shown(noon - 30 * hour)), noon)).toBe('fatigue');
    expect(stopped(action('page'), rules, state(shown(noon - hour, true), shown(noon - 30 * hour)), noon)).toBeUndefined();
    expect(stopped(action('page'), rules, state(shown(noon - 3 * day), shown(noon - 4 * day)), noon)).toBeUndefined();
  });

  it('each stop names its rule', () => {
    expect(stopped(action('page', { category: 'gambling' }), rules, nobody, noon)).toBe('denied_category');
    expect(stopped(action('page', { ageMin: 18 }), rules, nobody, noon)).toBe('age');
    expect(stopped(action('page', { ageMin: 18 }), rules, { declared: [{ bornYear: 2007 }], done: [] }, noon)).toBeUndefined();
    expect(stopped(action('page', { ageMin: 18 }), rules, { declared: [{ bornYear: 2008 }], done: [] }, noon)).toBe('age');
    expect(stopped(action('page', { category: 'credit' }), rules, { declared: [{ vulnerable: ['debt'] }], done: [] }, noon)).toBe(
      'vulnerability',
    );
    expect(stopped(action('email'), rules, null, noon)).toBe('person_unknown');
    expect(stopped(action('page'), rules, null, noon)).toBeUndefined();
    expect(stopped(action('email'), rules, { declared: [], done: [] }, noon)).toBe('quiet_hours');
    expect(stopped(action('email'), rules, nobody, noon)).toBeUndefined();
  });

  it('an unknown zone is the strictest of those that are served', () => {
    const served = { ...rules, zones: ['Europe/Berlin', 'Europe/London'] };
    expect(isQuiet(served, [], noon)).toBe(false);
    expect(isQuiet(served, [], Date.UTC(2026, 5, 1, 6, 30))).toBe(true); // 07:30 in London
    expect(isQuiet(rules, [], noon)).toBe(true);
    expect(isQuiet(rules, ['Europe/Berlin', 'Asia/Tokyo'], Date.UTC(2026, 5, 1, 14))).toBe(true); // 23:00 in Tokyo
    // Night in Tokyo, where one id says they are; the other says nothing that can be read.
    expect(isQuiet(served, ['Asia/Tokyo', 'nowhere'], Date.UTC(2026, 5, 1, 14))).toBe(true);
    expect(isQuiet(served, ['Asia/Tokyo', 'nowhere'], Date.UTC(2026, 5, 1, 9))).toBe(false);
    expect(hourIn('Europe/Berlin', Date.UTC(2026, 0, 1, 23))).toBe(0);
    expect(hourIn('Mars/Olympus', noon)).toBeUndefined();
  });

  it('a budget is spent over the day, never beyond its end', () => {
    const budgeted = action('page', { perDayMax: 100 });
    const midnight = Date.UTC(2026, 5, 1);
    expect(isSpent(budgeted, 9, midnight)).toBe(false);
    expect(isSpent(budgeted, 10, midnight)).toBe(true);
    expect(isSpent(budgeted, 59, noon)).toBe(false);
    expect(isSpent(budgeted, 60, noon)).toBe(true);
    expect(isSpent(budgeted, 100, midnight + day - 1)).toBe(true);
  });
});
