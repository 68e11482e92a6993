// The search on made-up visits: better on what is held out, the same each time, and the same after an interruption.
import { expect, test } from 'vitest';
import { tuneVisits, type TuneStep } from './tune-visits.js';
import { visitSettings, visitSettingsOf } from './visit-settings.js';

let state = 9;
const below = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 4_294_967_296) * n);
};
// People walk through a ring of items and turn round now and then.
const visits = Array.from({ length: 300 }, (_, at) => {
  let item = below(60);
  const items = Array.from({ length: 3 + below(4) }, () => `i${(item = (item + (below(10) < 7 ? 1 : 59)) % 60)}`);
  return { items, atMs: at * 3_600_000 };
});
const poor = { ...visitSettings, transitions: 0, back: 0, onward: 0, atPlace: 8, fadePlace: 1 };

test('finds better settings than it started from, without clock or chance', () => {
  const steps = [...tuneVisits(visits, poor, [1, 2])];
  const [first, last] = [steps[0], steps.at(-1)];
  expect(last?.ended).toBe(true);
  const worth = (step: TuneStep | undefined): number => (step?.hr20 ?? 0) + (step?.mrr20 ?? 0) / 4;
  expect(worth(last)).toBeGreaterThan(worth(first) + 0.005);
  expect(visitSettingsOf(last?.settings)).toEqual(last?.settings);
  const again = [...tuneVisits(visits, poor, [7, 8])];
  expect(again.at(-1)?.settings).toEqual(last?.settings);
});

test('a search that is broken off anywhere goes on to the same end', () => {
  const whole = [...tuneVisits(visits, poor, [1, 2])];
  const broken = whole[Math.floor(whole.length / 3)];
  const rest = [...tuneVisits(visits, broken ?? poor, [1, 2])];
  expect(rest.at(-1)).toEqual(whole.at(-1));
});

test('nothing to ask about: it ends at once with what it was given', () => {
  const steps = [...tuneVisits([], visitSettings, [1, 2])];
  expect(steps.at(-1)).toMatchObject({ settings: visitSettings, questions: 0, ended: true });
});

test('what is no settings value is none', () => {
  expect(visitSettingsOf({ ...visitSettings, onward: NaN })).toBeUndefined();
  expect(visitSettingsOf({ ...visitSettings, strengthQuarters: 2.5 })).toBeUndefined();
  expect(visitSettingsOf({ fadeQuery: 0.5 })).toBeUndefined();
  expect(visitSettingsOf(null)).toBeUndefined();
  expect(visitSettingsOf({ ...visitSettings, later: 1 })).toEqual(visitSettings);
});
