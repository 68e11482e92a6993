// Weights of the features of places for a deployment that has published none of its own: fitted once by place-weights.ts (ridge 3) on 1,188
// courses of Edinburgh, Glasgow and Melbourne, the cities of `bench itinerary`, and rounded to three digits. In the order of placeFeatures.
// Numbers of the program: they rest on no person of any deployment.
import type { PlaceWeights } from '../places/place-weights.js';

export const defaultPlaceWeights: PlaceWeights = {
  weights: Float64Array.of(
    0.105, // stop share
    0.243, // trip share
    0.704, // course share
    -0.0245, // after the first
    0.264, // with the first
    -0.133, // before the last
    0.17, // with the last
    0.194, // step from the first
    0.245, // step to the last
    0.519, // far from the first
    -0.47, // far from the last
    -0.331, // detour
    0.052, // category of the first
    -0.0151, // category of the last
    -3.83, // far from the first, short course
    -0.925, // stop share, short course
    -1.38, // starts courses
    -2.71, // ends courses
  ),
  centres: Float64Array.of(
    -4.99,
    -4.33,
    -3.46,
    -1.8,
    -1.03,
    -1.81,
    -1.05,
    -1.34,
    -1.34,
    0.415,
    0.432,
    0.54,
    0.153,
    0.152,
    0.109,
    -1.31,
    0.177,
    0.191,
  ),
};
