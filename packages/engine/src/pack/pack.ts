// A pack: one industry's vocabulary and rules, as data: event types, traits, segments, cut points, decision points, guardrails, texts of
// reasons. Data and not code, so that what it adds to the fold stands in the log, a folder can be opened without the pack, and
// `check-pack` can say everything that is wrong with it.
import type { ChoicePoint } from '../model/choice.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { Reason } from '../model/decision.js';
import type { CutPointSpec, ModelSpec, SegmentSpec, TraitSpec } from '../model/definitions.js';
import type { EventType } from '../model/event-type.js';
import type { ItemFilter } from '../model/item.js';
import type { PlanPoint } from '../model/plan.js';

/**
 * A model that the pack relies on, and the event types that it is to learn from: the engine's `next_item`, whose types count and may be
 * used for `train`; or one of the pack's own, of a kind that the engine has, which its decision points use by name.
 */
export type ModelUse = { readonly name: 'next_item'; readonly kind?: undefined; readonly learnsFrom: readonly string[] } | ModelSpec;

/** A list (`rank`), one action (`choose`), or a course (`plan`). */
export type PackPoint = DecisionPoint | ChoicePoint | PlanPoint;

/** A rule in code over the decisions of a point: what does not match is never shown, whatever the request asks for. Counted as `filter`. */
export interface Guardrail {
  readonly name: string;
  readonly point: string;
  readonly only: ItemFilter;
  /** Why, for whoever reads the rules. */
  readonly because: string;
}

/** `{item}`: the title of the item that the evidence rests on; `{people}`: how many, from five on. */
export type ReasonTexts = { readonly [K in Reason['kind']]?: string };

export interface Pack {
  /** Lower case, digits and underscores. */
  readonly name: string;
  /** Raised with every change of what it defines. */
  readonly version: number;
  readonly title: string;
  readonly eventTypes?: readonly EventType[];
  readonly traits?: readonly TraitSpec[];
  readonly segments?: readonly SegmentSpec[];
  readonly cutPoints?: readonly CutPointSpec[];
  readonly models?: readonly ModelUse[];
  readonly decisionPoints?: readonly PackPoint[];
  readonly guardrails?: readonly Guardrail[];
  readonly reasons?: ReasonTexts;
}

/** Gives a pack its type; checks nothing (checkPack does, and so does `open`). */
export function definePack<const P extends Pack>(pack: P): P {
  return pack;
}
