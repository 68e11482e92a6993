// A plan: an ordered course through places, within windows of time, money, pace and opening hours. Asked for by one, for a group or nobody.
// Invariant: JSON through and through. Times are ms since 1970 UTC, durations whole minutes, money minor units of one currency: integers.
// The record of a plan names its asker alone. What other members of a group put in stands in events of their own (`plan.joined`), so that
// it goes with them.
import type { DecisionMode, DecisionRecord } from './decision.js';
import type { Ms } from './event.js';
import type { LawfulBasis } from './system-event.js';

export const paces = ['slow', 'normal', 'fast'] as const;
export type Pace = (typeof paces)[number];

export interface PlanPoint {
  readonly name: string;
  readonly kind: 'plan';
  /** Name of the model of kind `places` that knows how people go about. */
  readonly model: string;
  /** Categories of items that can be stops. */
  readonly categories: readonly string[];
}

/** An amount in minor units of a currency (ISO 4217). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** What somebody wishes of a plan: themselves, or whoever asks in the request. */
export interface Wishes {
  /** At most so much for one person, over the whole plan. */
  readonly budget?: Money;
  readonly pace?: Pace;
  readonly mustSee?: readonly string[];
  /** Places that must not be in it. */
  readonly avoid?: readonly string[];
}

/** A stretch of time in which stops may lie: mostly a day. */
export interface PlanWindow {
  readonly from: Ms;
  readonly until: Ms;
}

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** What has happened to an earlier plan. What changed in the catalogue (closed, dearer, sold out) needs no words here. */
export interface Disruption {
  /** Id of the plan that is to be changed. */
  readonly plan: string;
  /** Stops of it that have been visited, in their order. */
  readonly done: readonly string[];
  /** From when on it goes on; now if absent. */
  readonly at?: Ms;
  readonly delayMinutes?: number;
  /** Places that are closed now, whatever the catalogue says. Absent: those of the plan that is changed. */
  readonly closed?: readonly string[];
  /** Where they are: an item; at the last stop that was done if absent. */
  readonly here?: string;
}

export interface PlanRequest extends Wishes {
  readonly point: string;
  readonly subject?: string;
  /** Others who come along. */
  readonly group?: readonly string[];
  /** In order, apart. Those of the earlier plan if absent. */
  readonly windows?: readonly PlanWindow[];
  /** Items at which each window begins and ends: a hotel, a station. */
  readonly start?: string;
  readonly end?: string;
  /** What the clocks of the place show, against UTC; opening hours are local. */
  readonly utcOffsetMinutes?: number;
  readonly disruption?: Disruption;
  readonly gpc?: boolean;
}

/** What a group wishes together: the strictest of each. */
export interface Constraints {
  readonly budget: number | null;
  readonly currency: string | null;
  readonly pace: Pace;
  readonly mustSee: readonly string[];
  readonly avoid: readonly string[];
}

export type PlanReasonKind = 'usual' | 'with_these' | 'on_the_way' | 'of_a_kind' | 'own_interest' | 'group_interest';

/** The contributions of a stop's reasons sum to its score. `people`: who went there, from limits.evidencePeopleMin upwards. */
export interface PlanReason {
  readonly kind: PlanReasonKind;
  readonly contribution: number;
  readonly people?: number;
}

/** A place as the planner sees it. */
export interface PlanCandidate extends Position {
  readonly item: string;
  /** Minutes of a visit at a normal pace. */
  readonly minutes: number;
  /** Minor units; null: nobody knows. */
  readonly price: number | null;
  readonly currency: string | null;
  /** Stretches in which it is open, ms, ascending and apart. */
  readonly open: readonly (readonly [from: Ms, until: Ms])[];
  /** Log odds up to a constant of the query; the sum of the reasons. */
  readonly score: number;
  readonly reasons: readonly PlanReason[];
}

/** Why a place is not in the plan, in the order of asking. */
export type PlanRule =
  | 'closed'
  | 'retired'
  | 'out_of_stock'
  | 'not_valid'
  | 'guardrail'
  | 'unplaced'
  | 'avoided'
  | 'currency'
  | 'price_unknown'
  | 'hours_unreadable'
  | 'not_open_then'
  | 'not_known'
  | 'too_many'
  | 'over_budget'
  | 'no_time'
  | 'pace'
  | 'less_wanted';

export interface PlanStop {
  readonly item: string;
  readonly arriveAt: Ms;
  readonly leaveAt: Ms;
  /** Walked to it, minutes. */
  readonly walkMinutes: number;
  readonly price: number | null;
  readonly mustSee: boolean;
  readonly score: number;
  readonly reasons: readonly PlanReason[];
  /** Against the earlier plan, if there was one. */
  readonly state: 'done' | 'kept' | 'moved' | 'new';
}

export interface PlanChange {
  readonly item: string;
  readonly what: 'removed' | 'moved' | 'added';
  readonly because: PlanRule | 'disruption' | 'room';
}

/** Why there is no plan: the rule, and the must-sees that it stands against. */
export interface PlanRefusal {
  readonly rule: PlanRule;
  readonly items: readonly string[];
}

/** All that the planner goes by; with the candidates it gives the stops. */
export interface PlanProblem {
  readonly windows: readonly PlanWindow[];
  readonly start: Position | null;
  readonly end: Position | null;
  readonly candidates: readonly PlanCandidate[];
  readonly constraints: Constraints;
  /** Did request or asker name the pace? */
  readonly paceNamed: boolean;
  /** What has been done already, as it was planned. */
  readonly done: readonly PlanStop[];
  /** Where the rest begins in its first window, and how many stops that window has had. */
  readonly here: Position | null;
  readonly doneInWindow: number;
  /** The stops that were still to come, in their order, with the rule that takes one out. */
  readonly before: readonly Pick<PlanStop, 'item' | 'arriveAt'>[];
  /** What was asked for or planned before and is no candidate, with the rule that took it out. */
  readonly lost: readonly { readonly item: string; readonly rule: PlanRule }[];
}

export interface PlanRecord {
  readonly id: string;
  readonly point: string;
  readonly kind: 'plan';
  readonly mode: DecisionMode;
  readonly contextualBecause?: NonNullable<DecisionRecord['contextualBecause']>;
  /** Declared for personalising, on which it rests; absent: on the person's own grant, or on nothing of theirs. */
  readonly basis?: LawfulBasis;
  readonly subject: string | null;
  readonly epoch: number | null;
  readonly at: Ms;
  /** State was folded up to, not including, this position. */
  readonly position: number;
  readonly policy: string;
  readonly catalogueVersion: number;
  readonly model: string;
  /** Position of the publication of the model's weights, or null for those of the program. */
  readonly publishedAt: number | null;
  /** What the request said, without whom it named; windows as they were asked for. */
  readonly asked: Pick<PlanRequest, 'windows' | 'start' | 'end' | 'utcOffsetMinutes' | 'disruption'> & { readonly wishes: Wishes };
  /** What the asker had said before; null when nothing was known or nothing may be read. */
  readonly own: Wishes | null;
  /** Others whose wishes are in it, and others who were named and left out, because they have not granted it. */
  readonly members: number;
  readonly membersLeftOut: number;
  /** As the planner had it, but without what others than the asker put in. */
  readonly problem: PlanProblem;
  readonly stops: readonly PlanStop[];
  readonly total: Money | null;
  readonly leftOut: { readonly [R in PlanRule]?: number };
  /** Of the best candidates that are not in it, each with its rule. */
  readonly passedOver: readonly { readonly item: string; readonly rule: PlanRule }[];
  readonly refused: PlanRefusal | null;
  readonly changes: readonly PlanChange[];
}

/** Properties of `plan.joined`, in the stream of a member: what of theirs a plan for somebody else went by. */
export interface PlanJoined {
  readonly plan: string;
  readonly wishes: Wishes;
  /** Places that they had looked at lately, of those that were asked about. */
  readonly interests: readonly string[];
}
