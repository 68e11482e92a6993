// Cities for the bench `itinerary`: read from pairs of `poi-X.csv` and `traj-X.csv(.gz)`, or made up by a seeded generator.
// The order of the columns differs by city and clocks lie (1864), so columns go by name and only the order of times is used.
import { readdirSync } from 'node:fs';
import type { Place } from 'ethogram/internal/predict/places/place';
import type { Trip } from 'ethogram/internal/predict/places/trip-counts';
import { Complaint } from './complaint.js';
import { readCsv } from './csv-table.js';
import { SeededRandom } from './seeded-random.js';

export interface City {
  readonly name: string;
  readonly places: readonly Place[];
  readonly trips: readonly Trip[];
}

export function readCities(folder: string): City[] {
  const names = readdirSync(folder)
    .map((file) => /^poi-(.+)\.csv(?:\.gz)?$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .toSorted();
  if (names.length === 0) throw new Complaint(2, `there is no poi-X.csv in ${folder}`);
  return names.map((name) => readCity(folder, name));
}

function readCity(folder: string, name: string): City {
  const table = readCsv(folder, `poi-${name}.csv`);
  const [id, category, latitude, longitude] = ['poiID', 'poiCat', 'poiLat', 'poiLon'].map((column) => table.column(column));
  const places: Place[] = table.rows.map((row) => ({
    id: row[id ?? 0] ?? '',
    category: row[category ?? 0] ?? '',
    latitude: degrees(row[latitude ?? 0]),
    longitude: degrees(row[longitude ?? 0]),
  }));
  const numbers = new Map(places.map((place, at) => [place.id, at]));
  const visits = readCsv(folder, `traj-${name}.csv`);
  const [trip, place, start] = ['trajID', 'poiID', 'startTime'].map((column) => visits.column(column));
  const byTrip = new Map<string, { readonly place: number; readonly start: number }[]>();
  for (const row of visits.rows) {
    const of = row[place ?? 0] ?? '';
    let number = numbers.get(of);
    if (number === undefined) {
      // A place that only the visits know: it may be learned, though nothing is known of where it lies.
      number = places.push({ id: of, category: '', latitude: null, longitude: null }) - 1;
      numbers.set(of, number);
    }
    const key = row[trip ?? 0] ?? '';
    const known = byTrip.get(key) ?? [];
    known.push({ place: number, start: Number(row[start ?? 0]) });
    byTrip.set(key, known);
  }
  // Sorting is stable: visits of the same second stay as they stand in the file. A place that comes again is not a new stop.
  const trips = [...byTrip.values()].map((stops) => [...new Set(stops.sort((a, b) => a.start - b.start).map((stop) => stop.place))]);
  return { name, places, trips };
}

function degrees(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(value) ? null : value;
}

/** Two small made-up cities: people start at a liked place and go on to liked places that are near. */
export function makeCities(): City[] {
  return ['Here', 'There'].map((name, at) => makeCity(name, new SeededRandom(17 + at)));
}

function makeCity(name: string, random: SeededRandom): City {
  const places: Place[] = Array.from({ length: 14 }, (_, number) => ({
    id: `p${number}`,
    category: `c${number % 4}`,
    latitude: 48 + random.share() * 0.05,
    longitude: 9 + random.share() * 0.05,
  }));
  const likedness = places.map((_, number) => 1 / (1 + number));
  const draw = (weights: readonly number[]): number => {
    let left = random.share() * weights.reduce((sum, weight) => sum + weight, 0);
    return Math.max(
      0,
      weights.findIndex((weight) => (left -= weight) < 0),
    );
  };
  const trips = Array.from({ length: 160 }, () => {
    const stops = [draw(likedness)];
    const length = 1 + random.below(5);
    while (stops.length < length) {
      const here = places[stops.at(-1) ?? 0];
      const pull = places.map((place, number) => {
        if (stops.includes(number)) return 0;
        const apart = Math.abs((place.latitude ?? 0) - (here?.latitude ?? 0)) + Math.abs((place.longitude ?? 0) - (here?.longitude ?? 0));
        return ((likedness[number] ?? 0) + 0.02) / (0.002 + apart * apart * 20);
      });
      stops.push(draw(pull));
    }
    return stops;
  });
  return { name, places, trips };
}
