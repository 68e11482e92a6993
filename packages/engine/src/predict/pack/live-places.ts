// The model of places over a live catalogue: numbers of places are made of the items that have a position now, the counts of the trips that
// may be learned from. Built when it is asked for and kept up from then on; a catalogue that changed builds it anew.
// Erasure class of the counts `exact`; the weights are those of the program (default-place-weights.ts) or of the newest publication.
// A trip: what one person visited on one calendar day (UTC), each place once, in the order of time.
import { dayOf } from '../../base/day.js';
import { limits } from '../../base/limits.js';
import type { Item } from '../../model/item.js';
import { byteOrder } from '../../ports/tables.js';
import { placeFeatures } from '../places/place-features.js';
import { PlaceModel } from '../places/place-model.js';
import { fitPlaceWeights, type PlaceWeights } from '../places/place-weights.js';
import { courseLengthMin } from '../places/trip-counts.js';
import type { Act } from './acts.js';
import { defaultPlaceWeights } from './default-place-weights.js';

/** Courses (trips of three places or more) from which weights are fitted at least. */
export const coursesMin = 50;
const ridge = 3;

export type ItemTrip = readonly string[];

interface Built {
  /** The places, as text: what changes nothing about them builds nothing anew. */
  readonly key: string;
  readonly catalogueVersion: number;
  readonly model: PlaceModel;
  readonly numbers: ReadonlyMap<string, number>;
  readonly items: readonly string[];
}

export interface PlaceScore {
  readonly item: string;
  readonly score: number;
  /** By feature, in the order of placeFeatures. */
  readonly parts: readonly number[];
}

export interface PlaceCatalogue {
  readonly version: number;
  readonly ids: () => readonly string[];
  readonly get: (id: string) => { readonly item: Item; readonly retired: boolean } | undefined;
}

export class LivePlaces {
  readonly #categories: readonly string[];
  readonly #catalogue: PlaceCatalogue;
  /** Everybody's acts. */
  readonly #all: () => Iterable<readonly Act[]>;
  #weights: PlaceWeights = defaultPlaceWeights;
  #built: Built | null = null;
  /** People by item. */
  readonly #people = new Map<string, number>();

  constructor(categories: readonly string[], catalogue: PlaceCatalogue, all: () => Iterable<readonly Act[]>) {
    this.#categories = categories;
    this.#catalogue = catalogue;
    this.#all = all;
  }

  /** Takes a publication; null: the weights of the program. */
  adopt(weights: PlaceWeights | null): void {
    this.#weights = weights ?? defaultPlaceWeights;
    this.#built?.model.adopt(this.#weights);
  }

  change(before: readonly Act[], after: readonly Act[]): void {
    for (const item of itemsIn(before)) this.#count(item, -1);
    for (const item of itemsIn(after)) this.#count(item, 1);
    if (this.#built === null) return;
    const { model, numbers } = this.#built;
    for (const trip of tripsIn(before)) model.forget(numbered(trip, numbers));
    for (const trip of tripsIn(after)) model.learn(numbered(trip, numbers));
  }

  /** How many people were there. */
  people(item: string): number {
    return this.#people.get(item) ?? 0;
  }

  /** A score for each place that may be a stop between two others; where one is not known, the place where most begin (or end). */
  scores(from: string | null, to: string | null, length: number): PlaceScore[] {
    const { model, numbers, items } = this.#current();
    if (items.length === 0) return [];
    const { starts, ends } = model.counts;
    const named = (item: string | null): number | undefined => (item === null ? undefined : numbers.get(item));
    const most = (counts: Int32Array, not: readonly number[]): number => {
      let best = -1;
      for (let place = 0; place < items.length; place += 1)
        if (!not.includes(place) && (best < 0 || (counts[place] ?? 0) > (counts[best] ?? 0))) best = place;
      return best;
    };
    const first = named(from) ?? most(starts, []);
    const last = named(to) ?? most(ends, []);
    const scored = this.#rows(model, items, first, last, length);
    const between = (not: readonly number[]): PlaceScore[] => this.#rows(model, items, most(starts, not), most(ends, not), length);
    // The places between which it is asked are scored between others; where there are none, between the one that there is beside it.
    const asked = [...new Set([first, last])];
    const others = items.length > asked.length ? between(asked) : null;
    for (const place of asked) {
      const rows = others ?? (items.length === 1 ? [] : between([place]));
      scored.push(rows.find(({ item }) => item === items[place]) ?? onlyPlace(items[place] ?? ''));
    }
    return scored.sort((a, b) => byteOrder(a.item, b.item));
  }

  /** Weights fitted from what may be learned now; undefined: too little. */
  fitWeights(): PlaceWeights | undefined {
    const { model, numbers } = this.#current();
    const courses = [...this.#all()].flatMap((acts) => tripsIn(acts).map((trip) => numbered(trip, numbers)));
    const known = courses.filter((trip) => trip.length >= courseLengthMin).sort((a, b) => byteOrder(a.join(' '), b.join(' ')));
    if (known.length < coursesMin) return undefined;
    const rows = known.map((trip) => {
      model.forget(trip);
      const query = { from: trip[0] ?? 0, to: trip.at(-1) ?? 0, length: trip.length };
      const course = model.features.rows(query).map(({ place, values }) => ({ values, isStop: trip.includes(place) }));
      model.learn(trip);
      return { rows: course };
    });
    return fitPlaceWeights(rows, placeFeatures.length, ridge);
  }

  *dump(): Iterable<string> {
    const { model, items } = this.#current();
    yield JSON.stringify(items);
    yield* model.counts.dump();
    for (const item of [...this.#people.keys()].sort()) yield `people\t${JSON.stringify(item)} ${this.#people.get(item)}`;
  }

  #rows(model: PlaceModel, items: readonly string[], from: number, to: number, length: number): PlaceScore[] {
    const { weights, centres } = this.#weights;
    return model.features.rows({ from, to, length }).map(({ place, values }) => {
      const parts = Array.from(values, (value, at) => (weights[at] ?? 0) * (value - (centres[at] ?? 0)));
      return { item: items[place] ?? '', score: parts.reduce((sum, part) => sum + part, 0), parts };
    });
  }

  #count(item: string, by: 1 | -1): void {
    const count = this.people(item) + by;
    if (count === 0) this.#people.delete(item);
    else this.#people.set(item, count);
  }

  #current(): Built {
    const { version } = this.#catalogue;
    if (this.#built?.catalogueVersion === version) return this.#built;
    const found = this.#catalogue.ids().flatMap((id) => {
      const row = this.#catalogue.get(id);
      return row !== undefined && this.#isPlace(row.item) ? [row.item] : [];
    });
    // Of more places than are held those that come first by id: which they are must not depend on when it is asked.
    const held = found.sort((a, b) => byteOrder(a.id, b.id)).slice(0, limits.planPlacesMax);
    const places = held.map((item) => ({ id: item.id, category: item.category ?? '', ...positionOf(item) }));
    const key = JSON.stringify(places);
    if (this.#built?.key === key) return (this.#built = { ...this.#built, catalogueVersion: version });
    const model = new PlaceModel(places, this.#weights);
    const numbers = new Map(places.map(({ id }, at) => [id, at]));
    for (const acts of this.#all()) for (const trip of tripsIn(acts)) model.learn(numbered(trip, numbers));
    this.#built = { key, catalogueVersion: version, model, numbers, items: places.map(({ id }) => id) };
    return this.#built;
  }

  #isPlace(item: Item): boolean {
    return item.category !== undefined && this.#categories.includes(item.category) && positionOf(item).latitude !== null;
  }
}

/** Where an item is, by its attributes `latitude` and `longitude` in degrees; null: nobody knows. */
export function positionOf({ attributes = {} }: Item): { latitude: number; longitude: number } | { latitude: null; longitude: null } {
  const { latitude, longitude } = attributes;
  const isThere = typeof latitude === 'number' && typeof longitude === 'number' && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isThere ? { latitude, longitude } : { latitude: null, longitude: null };
}

function itemsIn(acts: readonly Act[]): Set<string> {
  return new Set(acts.flatMap(({ items }) => items));
}

function tripsIn(acts: readonly Act[]): ItemTrip[] {
  const days = new Map<number, Set<string>>();
  for (const { at, items } of acts) {
    const trip = days.get(dayOf(at)) ?? new Set();
    for (const item of items) trip.add(item);
    days.set(dayOf(at), trip);
  }
  return [...days.values()].map((trip) => [...trip]);
}

function numbered(trip: ItemTrip, numbers: ReadonlyMap<string, number>): number[] {
  return trip.flatMap((item) => numbers.get(item) ?? []);
}

/** Nothing speaks for it or against it: there is no other. */
function onlyPlace(item: string): PlaceScore {
  return { item, score: 0, parts: placeFeatures.map(() => 0) };
}
