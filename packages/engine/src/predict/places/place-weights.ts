// How much each feature of a place counts, fitted from courses: a logistic model of "is this place one of the stops?" in which every
// course has a base rate of its own, set so that as many stops are expected as it has. Newton's method with a ridge on standardised features.
// Erasure class `rederived`: a function of the set of courses (their order does not matter beyond the last bits, so give them in a fixed one).
// Source: conditional likelihood of a matched design (Breslow and Day, 1980), with the fixed count met on average; ridge of Hoerl and
// Kennard, 1970.
import { solveSymmetric } from '../../base/linear-system.js';
import { exp } from '../../base/exact-math.js';

/** The candidates of one course, `isStop` beside each. */
export interface CourseRows {
  readonly rows: readonly { readonly values: Float64Array; readonly isStop: boolean }[];
}

/** Score of a place = sum over features of weight * (value - centre). */
export interface PlaceWeights {
  readonly weights: Float64Array;
  readonly centres: Float64Array;
}

const newtonStepsMax = 12;
const settled = 1e-7;
const baseSteps = 40;
const baseReach = 60;
const baseSettled = 1e-10;

/** `ridge`: strength of the pull towards 0 on standardised features; each course weighs 1. */
export function fitPlaceWeights(courses: readonly CourseRows[], features: number, ridge: number): PlaceWeights {
  const { centres, widths } = scales(courses, features);
  const standard = courses.map(({ rows }) => ({
    stops: rows.reduce((sum, { isStop }) => sum + (isStop ? 1 : 0), 0),
    rows: rows.map(({ values, isStop }) => ({
      isStop: isStop ? 1 : 0,
      values: values.map((value, at) => (value - (centres[at] ?? 0)) / (widths[at] ?? 1)),
    })),
  }));
  const weights = new Float64Array(features);
  for (let step = 0; step < newtonStepsMax; step++) {
    const gradient = weights.map((weight) => -ridge * weight);
    const curvature = Array.from({ length: features }, (_, at) => {
      const row = new Float64Array(features);
      row[at] = ridge;
      return row;
    });
    for (const course of standard) addCourse(course, weights, gradient, curvature);
    let largest = 0;
    solveSymmetric(curvature, gradient).forEach((change, at) => {
      weights[at] = (weights[at] ?? 0) + change;
      largest = Math.max(largest, Math.abs(change));
    });
    if (largest < settled) break;
  }
  return { weights: weights.map((weight, at) => weight / (widths[at] ?? 1)), centres };
}

function scales(courses: readonly CourseRows[], features: number): { readonly centres: Float64Array; readonly widths: Float64Array } {
  const centres = new Float64Array(features);
  const widths = new Float64Array(features);
  let count = 0;
  for (const { rows } of courses) {
    for (const { values } of rows) {
      count += 1;
      for (let at = 0; at < features; at++) centres[at] = (centres[at] ?? 0) + (values[at] ?? 0);
    }
  }
  for (let at = 0; at < features; at++) centres[at] = (centres[at] ?? 0) / Math.max(1, count);
  for (const { rows } of courses) {
    for (const { values } of rows) {
      for (let at = 0; at < features; at++) {
        const off = (values[at] ?? 0) - (centres[at] ?? 0);
        widths[at] = (widths[at] ?? 0) + off * off;
      }
    }
  }
  for (let at = 0; at < features; at++) widths[at] = Math.sqrt((widths[at] ?? 0) / Math.max(1, count)) || 1;
  return { centres, widths };
}

interface StandardCourse {
  readonly stops: number;
  readonly rows: readonly { readonly isStop: number; readonly values: Float64Array }[];
}

/** Adds the slope and the curvature of one course's likelihood, its base rate being fitted within. */
function addCourse(course: StandardCourse, weights: Float64Array, gradient: Float64Array, curvature: readonly Float64Array[]): void {
  const features = weights.length;
  const { rows, stops } = course;
  if (stops === 0 || stops === rows.length) return;
  const scores = rows.map(({ values }) => dot(weights, values));
  const base = baseFor(scores, stops);
  const mean = new Float64Array(features);
  let total = 0;
  const shares = scores.map((score) => 1 / (1 + exp(-score - base)));
  rows.forEach(({ values }, row) => {
    const share = shares[row] ?? 0;
    const spread = share * (1 - share);
    total += spread;
    for (let at = 0; at < features; at++) mean[at] = (mean[at] ?? 0) + spread * (values[at] ?? 0);
  });
  for (let at = 0; at < features; at++) mean[at] = (mean[at] ?? 0) / total;
  rows.forEach(({ values, isStop }, row) => {
    const share = shares[row] ?? 0;
    const spread = (share * (1 - share)) / stops;
    const missed = (isStop - share) / stops;
    for (let at = 0; at < features; at++) {
      const value = values[at] ?? 0;
      gradient[at] = (gradient[at] ?? 0) + missed * value;
      const off = spread * (value - (mean[at] ?? 0));
      const line = curvature[at] ?? mean;
      for (let other = 0; other <= at; other++) line[other] = (line[other] ?? 0) + off * ((values[other] ?? 0) - (mean[other] ?? 0));
    }
  });
}

/** The base rate at which as many stops are expected as there are: Newton's method, held within a bracket. */
function baseFor(scores: readonly number[], stops: number): number {
  let [low, high] = [-baseReach, baseReach];
  let base = 0;
  for (let step = 0; step < baseSteps; step++) {
    let [excess, slope] = [-stops, 0];
    for (const score of scores) {
      const share = 1 / (1 + exp(-score - base));
      excess += share;
      slope += share * (1 - share);
    }
    if (Math.abs(excess) < baseSettled) break;
    if (excess > 0) high = base;
    else low = base;
    const next = base - excess / slope;
    base = next > low && next < high ? next : (low + high) / 2;
  }
  return base;
}

function dot(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < weights.length; at++) sum += (weights[at] ?? 0) * (values[at] ?? 0);
  return sum;
}
