// Places of a city and how far they lie from one another. Distances are features of scores, so they are computed in exact operations: on the
// plane that touches the earth between the two, which for a city is within metres of the great circle.

export interface Place {
  readonly id: string;
  readonly category: string;
  /** Degrees; null where nobody knows. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

const kmPerDegree = 111.194927; // 6371.009 km (mean radius, IUGG) * pi / 180
const radiansPerDegree = 0.017453292519943295;
const cosineTerms = 10;

/** Cosine of an angle of at most 90 degrees, by its series: the error is below 1e-13. */
function cosineOf(degrees: number): number {
  const square = degrees * radiansPerDegree * (degrees * radiansPerDegree);
  let sum = 1;
  for (let n = cosineTerms; n >= 1; n--) sum = 1 - (sum * square) / (2 * n * (2 * n - 1));
  return sum;
}

/** Kilometres between two places, or null when the position of one is not known. */
export function kmBetween(a: Place, b: Place): number | null {
  if (a.latitude === null || a.longitude === null || b.latitude === null || b.longitude === null) return null;
  const north = (a.latitude - b.latitude) * kmPerDegree;
  const apart = Math.abs(a.longitude - b.longitude);
  const east = Math.min(apart, 360 - apart) * kmPerDegree * cosineOf((a.latitude + b.latitude) / 2);
  return Math.sqrt(north * north + east * east);
}

/** All distances, row by row. Where a position is not known: the mean of the known ones, so that it speaks for nothing. */
export function distanceTable(places: readonly Place[]): Float64Array {
  const count = places.length;
  const table = new Float64Array(count * count);
  const unknown: number[] = [];
  let sum = 0;
  let known = 0;
  places.forEach((a, from) => {
    places.forEach((b, to) => {
      if (from === to) return;
      const km = kmBetween(a, b);
      if (km === null) return unknown.push(from * count + to);
      table[from * count + to] = km;
      sum += km;
      known += 1;
    });
  });
  for (const at of unknown) table[at] = known > 0 ? sum / known : 1;
  return table;
}
