// Choosing one action: the point as the tenant declares it, what is asked, and the decision as it stands in the log: enough to say why, to
// check it, and to draw it again from the record alone.
import type { BehaviourEvent, Ms } from './event.js';
import type { DecisionMode, DecisionRecord } from './decision.js';
import type { Template } from './template.js';
import type { LawfulBasis } from './system-event.js';

/** Where an action reaches a person. The host sends; the engine only says what. `page` waits for them to come, the others go to them. */
export type Channel = 'page' | 'email' | 'push' | 'sms';

/** An offer changes the terms, a nudge the moment or the words, a message only informs. */
export type ActionKind = 'offer' | 'nudge' | 'message';

export interface Action {
  readonly id: string;
  readonly kind: ActionKind;
  readonly channel: Channel;
  /** What it is about: deny lists and vulnerability go by it. */
  readonly category: string;
  /** Only for people of at least this age, who have said so. */
  readonly ageMin?: number;
  /** How often at most on one UTC day, to everybody together; spent evenly over the day. */
  readonly perDayMax?: number;
  readonly template?: Template;
}

/** What the point learns to bring about, and what it must not bring about on the way. */
export interface Objective {
  /** The `kind` of the outcome that is a win. */
  readonly outcome: string;
  /** The guardrail: an outcome that is harm (an opt-out, a complaint, a return), and by how much its rate may rise against the holdout. */
  readonly welfare?: { readonly outcome: string; readonly allowedPpm: number };
}

export interface FrequencyCap {
  /** Counted together over all of these: a person has one attention. */
  readonly channels: readonly Channel[];
  readonly withinMs: number;
  readonly max: number;
}

export interface GuardrailRules {
  readonly caps: readonly FrequencyCap[];
  /** After so many in a row that were shown and led to nothing, the person is left alone for a while. */
  readonly fatigue?: { readonly ignoredMax: number; readonly pauseMs: number };
  /** Hours of the day, 0..23, in the person's zone, in which nothing goes to them; `until` may lie before `from`. */
  readonly quiet?: { readonly from: number; readonly until: number };
  /** Zones in which people live whom the tenant serves (IANA names): who has not said theirs may be in any. All zones if absent. */
  readonly zones?: readonly string[];
  readonly deny: readonly string[];
  /** Categories that are not for people who declared one of these about themselves. */
  readonly vulnerable: readonly { readonly declared: string; readonly categories: readonly string[] }[];
}

/** Arms of an experiment at a point; people are shared out by hash. */
export interface PointExperiment {
  readonly name: string;
  readonly arms: readonly { readonly name: string; readonly weight: number; readonly use: 'policy' | 'uniform' }[];
  /**
   * What people did before they joined, which explains part of what they do later (CUPED): events of these types in so many days, by a
   * counter that is defined with the purpose `train`.
   */
  readonly covariate?: { readonly trait: string; readonly of: readonly string[]; readonly days: number };
  /** Segments of requests for which the effect is told apart. Named beforehand, so that looking at many of them can be corrected for. */
  readonly groups?: readonly string[];
}

export interface ChoicePoint {
  readonly name: string;
  readonly kind: 'choose';
  /**
   * A model of kind `propensity` or `lifetime` by which people are told apart: what is learned is counted for each band of its estimate
   * (log odds, or spending to come) between these cuts, ascending. Nothing of it is read without a grant.
   */
  readonly model?: { readonly name: string; readonly cuts: readonly number[] };
  readonly actions: readonly Action[];
  readonly learner: 'thompson' | 'ridge';
  /** Names of what the request's `features` are, for ridge; at most 31. */
  readonly features: readonly string[];
  /** What was learned counts half after so many days; null: for good. */
  readonly halfLifeDays: number | null;
  /** Share of decisions that the floor takes at first, parts per million; it sinks with evidence. */
  readonly floorPpm: number;
  /** Share of decisions drawn uniformly for good. */
  readonly uniformPpm: number;
  /** Share of people whom nothing influences: at least 5 %. */
  readonly holdoutPpm: number;
  readonly objective: Objective;
  readonly guardrails: GuardrailRules;
  readonly experiment?: PointExperiment;
}

export interface ChoiceRequest {
  readonly point: string;
  readonly subject?: string;
  /** What the request itself says of the situation. */
  readonly segment?: string;
  /** Numbers in -1..1, in the order of the point's names. */
  readonly features?: readonly number[];
  /** Actions that the host can carry out now; all of the point's if absent. */
  readonly among?: readonly string[];
  /** Languages that the person reads, best first; any of the template's if absent. */
  readonly languages?: readonly string[];
  readonly gpc?: boolean;
}

/** What can stop an action, in the order of asking. */
export type GuardrailRule =
  | 'not_asked'
  | 'denied_category'
  | 'age'
  | 'vulnerability'
  | 'person_unknown'
  | 'quiet_hours'
  | 'frequency'
  | 'fatigue'
  | 'budget'
  | 'claim_untrue'
  | 'language_missing';

export interface Candidate {
  readonly action: string;
  /** The learner's estimate, on its own scale, and its standard deviation. */
  readonly mean: number;
  readonly deviation: number;
  /** Probability with which it was drawn. They sum to 1. */
  readonly probability: number;
}

export interface ChoiceRecord {
  readonly id: string;
  readonly point: string;
  readonly kind: 'choose';
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
  readonly learner: ChoicePoint['learner'];
  readonly segment: string;
  /** The band of the model's estimate, 0 the lowest, by the name of the model; absent: nothing was known. */
  readonly band?: { readonly model: string; readonly at: number; readonly estimate: number };
  /** Quantised, the constant first; empty when the learner goes by counts. */
  readonly features: readonly number[];
  readonly halfLifeDays: number | null;
  /** Calendar bucket to which what follows is counted. */
  readonly bucket: number;
  /** How often the point has been started again after harm. */
  readonly era: number;
  readonly objective: Objective;
  readonly candidates: readonly Candidate[];
  /** Each action that a rule stopped, with the first rule that did. */
  readonly excluded: readonly { readonly action: string; readonly rule: GuardrailRule }[];
  readonly floorPpm: number;
  readonly uniformPpm: number;
  /** Trials that the floor goes by. */
  readonly trials: number;
  /** The keyed draw, a uint32. */
  readonly draw: number;
  /** null: nothing is done; `held` says why. */
  readonly action: string | null;
  readonly held: 'holdout' | 'harm_stop' | 'nothing_left' | null;
  readonly channel: Channel | null;
  /** What the person is told, claims filled in; null: the action has no text. */
  readonly text: string | null;
  readonly propensity: number;
  /** `group`: the segment of the request. `before`: the covariate as it was; absent where the experiment has none. */
  readonly experiment: { readonly name: string; readonly arm: string; readonly group?: string; readonly before?: number } | null;
}

/** The record of a choice, from its event. */
export function choiceIn({ properties }: Pick<BehaviourEvent, 'properties'>): ChoiceRecord {
  return properties['choice'] as ChoiceRecord; // written by Choosing
}
