// A decision, as it stands in the log: enough to say why, to check it, and to rebuild the answer from the record alone.
import type { Channel } from './choice.js';
import type { Ms } from './event.js';
import type { ItemFilter } from './item.js';
import type { LawfulBasis } from './system-event.js';

export type ExclusionRule = 'request' | 'out_of_stock' | 'not_valid' | 'retired' | 'filter';

export interface ScoredItem {
  readonly item: string;
  readonly score: number;
}

/**
 * One additive piece of evidence: the contributions of an item's reasons sum to its score. `people` is given only from
 * limits.evidencePeopleMin upwards.
 */
export interface Reason {
  readonly kind: 'visits_like_yours' | 'went_on_to' | 'further_on' | 'bought_with' | 'other' | 'popular' | 'in_catalogue' | 'pinned';
  /** The item of the current visit that the evidence rests on. */
  readonly item?: string;
  readonly contribution: number;
  readonly people?: number;
}

export interface RankedItem {
  readonly item: string;
  readonly score: number;
  /** Probability that this item stood here, given what stood before it, under the policy that really ran. */
  readonly propensity: number;
  readonly reasons: readonly Reason[];
}

export interface RankRequest {
  readonly point: string;
  readonly subject?: string;
  /** Items that the request itself carries, oldest first: the basis of a contextual decision. */
  readonly context?: { readonly items?: readonly string[] };
  readonly filter?: ItemFilter;
  readonly exclude?: readonly string[];
  readonly pins?: readonly string[];
  readonly limit?: number;
  /** The host's own consent signal for this very request; it may narrow, never widen. */
  readonly gpc?: boolean;
}

export type DecisionMode = 'personal' | 'contextual';

export interface DecisionRecord {
  readonly id: string;
  readonly point: string;
  readonly kind: 'rank';
  readonly mode: DecisionMode;
  /** Why no personal data was used: no grant, withdrawn in between, or nobody named. Absent when personal. */
  readonly contextualBecause?: 'no_subject' | 'no_grant' | 'superseded' | 'objection_signal';
  /** Declared for personalising, on which it rests; absent: on the person's own grant, or on nothing of theirs. */
  readonly basis?: LawfulBasis;
  readonly subject: string | null;
  /** Position of the subject's last change of consent; null when contextual. */
  readonly epoch: number | null;
  readonly at: Ms;
  /** State was folded up to, not including, this position. */
  readonly position: number;
  readonly policy: string;
  /** Name of the pack's model that scored it; absent: the next-item model. */
  readonly model?: string;
  readonly catalogueVersion: number;
  readonly inputs: readonly string[];
  readonly limit: number;
  readonly filter: ItemFilter;
  readonly exclude: readonly string[];
  readonly pins: readonly string[];
  /** Every pin of the request, in its order; absent when all of them stand in `pins`. */
  readonly pinsAsked?: readonly string[];
  /** How many candidates each rule left out. */
  readonly excluded: { readonly [R in ExclusionRule]?: number };
  readonly candidates: number;
  /** The best eligible candidates with their scores, at most limits.topScoresKept. */
  readonly top: readonly ScoredItem[];
  /** Share of decisions that are drawn uniformly from `top`, in parts per million. */
  readonly uniformPpm: number;
  /** The keyed draws of this decision, each a uint32: the first decides the slice, the rest the order. */
  readonly draws: readonly number[];
  readonly slice: 'policy' | 'uniform';
  /** The channel on which it counts as an address; absent: it counts nowhere. */
  readonly countsAs?: Channel;
  readonly answer: readonly RankedItem[];
}
