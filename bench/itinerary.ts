// Which places, and in which order, between a first and a last one? Leave-one-out over the courses of each city: the trip that is asked about is
// forgotten, the question is asked, the trip is learned again. README.md defines the protocol and each field.
// Invariant: nothing that answers a question has seen its trip: neither the counts, nor the weights, nor the choice of settings.
import { PlaceModel } from 'ethogram/internal/predict/places/place-model';
import { placeFeatures } from 'ethogram/internal/predict/places/place-features';
import { fitPlaceWeights, type CourseRows, type PlaceWeights } from 'ethogram/internal/predict/places/place-weights';
import { courseOf, inOrder, stopsOf, type RouteWeights } from 'ethogram/internal/predict/places/route';
import { courseLengthMin, type Trip } from 'ethogram/internal/predict/places/trip-counts';
import { Complaint, demand } from './complaint.js';
import type { Fault } from './fault.js';
import { rounded } from './percentile.js';
import { Progress, say } from './progress.js';
import { SeededRandom } from './seeded-random.js';
import { makeCities, readCities, type City } from './trips.js';

const folds = 10;
const innerFolds = 3;
const ridges = [0.3, 3, 30];
const routes: readonly RouteWeights[] = [
  { distance: 1, habit: 0 },
  { distance: 1, habit: 1 },
  { distance: 0, habit: 1 },
];

interface Settings {
  readonly ridge: number;
  readonly route: RouteWeights;
}

interface Course {
  readonly trip: Trip;
  readonly query: { readonly from: number; readonly to: number; readonly length: number };
}

const noWeights: PlaceWeights = {
  weights: new Float64Array(placeFeatures.length),
  centres: new Float64Array(placeFeatures.length),
};

export async function itinerary(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  if (options.data === null && !options.small)
    throw new Complaint(2, 'itinerary needs --data DIR: a folder with poi-X.csv and traj-X.csv(.gz) for each city X');
  const cities = options.small || options.data === null ? makeCities() : readCities(options.data);
  const figures = cities.map((city) => [city.name, measure(city, options.fault)] as const);
  return { bench: 'itinerary', cities: Object.fromEntries(figures) };
}

function measure(city: City, fault: Fault | null): { readonly queries: number; readonly f1: number; readonly pairs_f1: number } {
  const courses = city.trips.filter((trip) => trip.length >= courseLengthMin).map(courseFrom);
  demand(
    courses.length >= folds,
    `${city.name} has ${courses.length} trips of ${courseLengthMin} places or more: too few to leave any out`,
  );
  const model = new PlaceModel(city.places, noWeights);
  for (const trip of city.trips) model.learn(trip);
  const before = dumpOf(model);
  const progress = new Progress(city.name, folds);
  const random = new SeededRandom(5);
  let [f1, pairsF1] = [0, 0];
  for (let fold = 0; fold < folds; fold++) {
    const asked = courses.filter((_, at) => at % folds === fold);
    const known = courses.filter((_, at) => at % folds !== fold);
    for (const { trip } of asked) model.forget(trip);
    const settings = chooseSettings(model, known);
    const weights = fitPlaceWeights(rowsOf(model, known), placeFeatures.length, settings.ridge);
    for (const { trip } of asked) model.learn(trip);
    model.adopt(weights);
    for (const { trip, query } of asked) {
      if (fault !== 'forgotten-trip') model.forget(trip);
      const answer = fault === 'shuffle-ranking' ? anyCourse(city, query, random) : courseOf(model, query, settings.route);
      model.learn(trip);
      f1 += placesF1(answer, trip);
      pairsF1 += orderedPairsF1(answer, trip);
    }
    model.adopt(noWeights);
    progress.at(fold);
  }
  progress.end();
  demand(dumpOf(model) === before, 'trips that were forgotten and learned again left something behind');
  const figures = { queries: courses.length, f1: rounded(f1 / courses.length, 4), pairs_f1: rounded(pairsF1 / courses.length, 4) };
  say(`${city.name}: ${JSON.stringify(figures)}`);
  return figures;
}

function courseFrom(trip: Trip): Course {
  return { trip, query: { from: trip[0] ?? 0, to: trip.at(-1) ?? 0, length: trip.length } };
}

function dumpOf(model: PlaceModel): string {
  return [...model.dump()].join('\n');
}

/** What the model knows about the candidates of each course, the course itself left out. */
function rowsOf(model: PlaceModel, courses: readonly Course[]): CourseRows[] {
  return courses.map(({ trip, query }) => {
    model.forget(trip);
    const rows = model.features.rows(query).map(({ place, values }) => ({ values, isStop: trip.includes(place) }));
    model.learn(trip);
    return { rows };
  });
}

/** The settings whose answers for courses that are left out of a fit have the best pairs-F1; the first of those that are level. */
function chooseSettings(model: PlaceModel, courses: readonly Course[]): Settings {
  const rows = rowsOf(model, courses);
  const sums = ridges.map(() => routes.map(() => 0));
  for (let fold = 0; fold < innerFolds; fold++) {
    const known = rows.filter((_, at) => at % innerFolds !== fold);
    for (const [r, ridge] of ridges.entries()) {
      model.adopt(fitPlaceWeights(known, placeFeatures.length, ridge));
      for (const { trip, query } of courses.filter((_, at) => at % innerFolds === fold)) {
        model.forget(trip);
        const stops = stopsOf(model, query);
        for (const [at, route] of routes.entries()) {
          const line = sums[r] ?? [];
          line[at] = (line[at] ?? 0) + orderedPairsF1(inOrder(model, query, stops, route), trip);
        }
        model.learn(trip);
      }
    }
  }
  let best: Settings & { readonly sum: number } = { ridge: ridges[0] ?? 1, route: routes[0] ?? { distance: 1, habit: 0 }, sum: -1 };
  for (const [r, ridge] of ridges.entries()) {
    for (const [at, route] of routes.entries()) {
      const sum = sums[r]?.[at] ?? 0;
      if (sum > best.sum) best = { ridge, route, sum };
    }
  }
  return best;
}

function anyCourse(city: City, query: Course['query'], random: SeededRandom): number[] {
  const others = random.shuffle([...city.places.keys()].filter((place) => place !== query.from && place !== query.to));
  return [query.from, ...others.slice(0, query.length - 2), query.to];
}

/** Twice the shared places over all places of both. */
export function placesF1(answer: readonly number[], truth: readonly number[]): number {
  const shared = answer.filter((place) => truth.includes(place)).length;
  return (2 * shared) / (answer.length + truth.length);
}

/** Twice the pairs that stand in the same order in both, over all pairs of both. */
export function orderedPairsF1(answer: readonly number[], truth: readonly number[]): number {
  const places = new Map(truth.map((place, at) => [place, at]));
  let shared = 0;
  answer.forEach((place, at) => {
    const first = places.get(place);
    if (first === undefined) return;
    for (const later of answer.slice(at + 1)) if ((places.get(later) ?? -1) > first) shared += 1;
  });
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  return (2 * shared) / (pairs(answer.length) + pairs(truth.length));
}
