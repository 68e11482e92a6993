// Definitions: what a deployment adds to the fold beside the built-in parts, as plain data: traits, segments and cut points. They stand in
// the log (`definitions.changed`), so that whoever opens the folder folds the same, with or without the code that wrote them.
// Invariant: JSON through and through; two definitions are the same when their canonical texts are.
import type { Purpose } from './purpose.js';

/** A trait as data. Each sees only events that were kept for its purpose. */
export type TraitSpec = { readonly name: string; readonly purpose: Purpose } & (
  | { readonly kind: 'counter' | 'recency' }
  /** A number property per event type and calendar day, summed in integers: `scale` parts of one (100: cents). */
  | { readonly kind: 'sum'; readonly property: string; readonly scale: number }
  /** Events per type and hour of the newest `days` days. */
  | { readonly kind: 'hours'; readonly days: number }
  /** The newest `max` values; of `property`, or the item acted on, or (`types`) the event type itself. */
  | { readonly kind: 'sequence'; readonly max: number; readonly property?: string; readonly types?: boolean }
  | { readonly kind: 'window'; readonly days: number; readonly property?: string }
  | { readonly kind: 'last_value'; readonly property: string }
);

type Scalar = string | number | boolean;

/** `atLeast` and `atMost` are inclusive; without either, at least one. */
export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * A condition on one person's traits. Every leaf looks back over `days` calendar days (UTC), today included, at most
 * limits.segmentDaysMax of them.
 */
export type Predicate =
  | { readonly all: readonly Predicate[] }
  | { readonly any: readonly Predicate[] }
  | { readonly not: Predicate }
  /** How often events of these types came, by a counter; or what they add up to, by a sum. */
  | ({ readonly count: string; readonly of: readonly string[]; readonly days: number } & Bounds)
  /** The newest event of one of these types lies within `days`, by a recency trait. */
  | { readonly seen: string; readonly of: readonly string[]; readonly days: number }
  /** How often a value occurred, by a window. */
  | ({ readonly times: string; readonly value: string; readonly days: number } & Bounds)
  /** The last value is one of these, or a number within bounds. */
  | ({ readonly last: string; readonly days: number; readonly oneOf?: readonly Scalar[] } & Bounds)
  /** These values occurred in this order, with others between them or not, by a sequence. */
  | { readonly sequence: string; readonly contains: readonly string[]; readonly days: number }
  /** The band, 1 (lowest) upwards, in which a measure lies by published cut points; 0 when there is no measure. */
  | ({ readonly band: string; readonly measure: string } & Bounds);

export interface SegmentSpec {
  readonly name: string;
  /** Why it is kept. All its traits have this purpose, so it rests on nothing that was kept for another. */
  readonly purpose: Purpose;
  readonly title?: string;
  readonly when: Predicate;
}

export interface MeasureSpec {
  readonly name: string;
  /** `count` and `sum`: more is a higher band; `recency`: fewer days since is. */
  readonly as: 'count' | 'sum' | 'recency';
  readonly trait: string;
  readonly of: readonly string[];
}

/** A population is divided into `bands` of equal size by each measure over `days`; where it is divided is published as an event. */
export interface CutPointSpec {
  readonly name: string;
  readonly purpose: Purpose;
  readonly days: number;
  readonly bands: number;
  readonly measures: readonly MeasureSpec[];
}

/**
 * A model of a pack, by the name that its decision points use. All learn under `train`, from events of the types in `learnsFrom`, and
 * forget exactly; what must be fitted is published (`model.published`).
 */
export type ModelSpec = { readonly name: string; readonly learnsFrom: readonly string[] } &
  /** How people go from place to place, from the items that events name; places are items of these categories that have a position. */
  (
    | { readonly kind: 'places'; readonly categories: readonly string[] }
    /** What goes with what, from a list property; `id`: where the item's id stands in each entry. */
    | { readonly kind: 'baskets'; readonly list: string; readonly id: string }
    /** How likely a visit ends in an event of type `target`, which stands in `learnsFrom` too. */
    | { readonly kind: 'propensity'; readonly target: string }
    /** What a person will spend in `days`, from a number property. */
    | { readonly kind: 'lifetime'; readonly value: string; readonly days: number }
  );

export interface Definitions {
  readonly traits: readonly TraitSpec[];
  readonly segments: readonly SegmentSpec[];
  readonly cutPoints: readonly CutPointSpec[];
  /** Absent when there are none. */
  readonly models?: readonly ModelSpec[];
}

/** Properties of `cutpoints.published`. */
export interface PublishedCuts {
  readonly name: string;
  /** People they were computed from. */
  readonly people: number;
  /** By measure, ascending: how many of them a value exceeds says its band. */
  readonly cuts: { readonly [measure: string]: readonly number[] };
}

export const noDefinitions: Definitions = { traits: [], segments: [], cutPoints: [] };
