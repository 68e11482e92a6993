// Orders of stops against trying all of them; distances against the great circle.
import { expect, test } from 'vitest';
import { kmBetween, type Place } from './place.js';
import { placeFeatures } from './place-features.js';
import { PlaceModel } from './place-model.js';
import { fitPlaceWeights } from './place-weights.js';
import { courseOf, inOrder, stopsOf } from './route.js';

let state = 5;
const share = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4_294_967_296;
};
const places: Place[] = Array.from({ length: 14 }, (_, at) => ({
  id: `${at}`,
  category: `${at % 3}`,
  latitude: 55 + share() / 10,
  longitude: -4 + share() / 10,
}));
const model = new PlaceModel(places, {
  weights: Float64Array.from(placeFeatures, () => 0.1),
  centres: new Float64Array(placeFeatures.length),
});
for (let n = 0; n < 60; n++) model.learn([...new Set(Array.from({ length: 6 }, () => Math.floor(share() * 14)))]);
const byDistance = { distance: 1, habit: 0 };

const permutations = (list: readonly number[]): number[][] =>
  list.length === 0 ? [[]] : list.flatMap((one) => permutations(list.filter((other) => other !== one)).map((rest) => [one, ...rest]));
const costOf = (order: readonly number[]): number =>
  order.slice(1).reduce((sum, place, at) => sum + Math.log(0.1 + model.features.km(order[at] ?? 0, place)), 0);

test('the order of up to six stops is the cheapest of all', () => {
  for (let length = 3; length <= 8; length++) {
    const query = { from: 0, to: 13, length };
    const stops = stopsOf(model, query);
    const best = Math.min(...permutations(stops).map((order) => costOf([0, ...order, 13])));
    expect(costOf(inOrder(model, query, stops, byDistance))).toBeCloseTo(best, 9);
  }
});

test('a course starts and ends where it should, with no place twice, and as long as asked', () => {
  for (const length of [2, 3, 8, 14]) {
    const course = courseOf(model, { from: 5, to: 2, length }, { distance: 1, habit: 1 });
    expect(course.length).toBe(length);
    expect(new Set(course).size).toBe(length);
    expect([course[0], course.at(-1)]).toEqual([5, 2]);
  }
});

test('distances within a city are those of the great circle to a thousandth', () => {
  const rad = Math.PI / 180;
  for (const a of places) {
    for (const b of places) {
      const [p, q] = [(a.latitude ?? 0) * rad, (b.latitude ?? 0) * rad];
      const h =
        Math.sin((p - q) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin((((a.longitude ?? 0) - (b.longitude ?? 0)) * rad) / 2) ** 2;
      const km = 2 * 6371.009 * Math.asin(Math.sqrt(h));
      expect(Math.abs((kmBetween(a, b) ?? 0) - km)).toBeLessThanOrEqual(0.001 * km + 1e-9);
    }
  }
});

test('weights find the feature that makes stops, and leave out one that says nothing', () => {
  const courses = Array.from({ length: 200 }, () => {
    const rows = Array.from({ length: 10 }, () => ({ values: Float64Array.of(share(), share(), 1), isStop: false }));
    const best = rows.toSorted((a, b) => (b.values[0] ?? 0) + share() - (a.values[0] ?? 0) - share()).slice(0, 3);
    return { rows: rows.map(({ values }) => ({ values, isStop: best.some((row) => row.values === values) })) };
  });
  const { weights } = fitPlaceWeights(courses, 3, 1);
  expect(weights[0]).toBeGreaterThan(1);
  expect(Math.abs(weights[1] ?? 9)).toBeLessThan(0.5);
  expect(weights[2]).toBeCloseTo(0, 9);
});
