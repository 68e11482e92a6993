// The calls that a host makes, the same against a server (`connect`) and in process (`inProcess`). Times are ms since 1970 UTC.
import type { Choice, ErrorCode, Health, Item, ItemFilter, PlanAnswer, PlanWhy, Profile, Purpose, Why } from './api.js';
import type { Result } from './result.js';

export interface ConsentChange {
  readonly choices: { readonly [P in Purpose]?: Choice };
  /** Where the person was asked. */
  readonly origin: string;
}

export interface IncomingEvent {
  /** The idempotency key within one subject: the same event sent again is counted once. */
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly source: string;
  readonly properties: { readonly [name: string]: unknown };
  /** Choices that come with the event; they stand in the log before it. */
  readonly consent?: ConsentChange;
}

export interface Rejection {
  /** Place in what was sent. */
  readonly index: number;
  readonly code: ErrorCode;
  readonly field?: string;
}

export interface WriteAnswer {
  readonly accepted: number;
  readonly rejections: readonly Rejection[];
}

export interface RankRequest {
  readonly point: string;
  readonly subject?: string;
  readonly context?: { readonly items?: readonly string[] };
  readonly filter?: Omit<ItemFilter, 'category'> & { readonly category?: readonly string[] };
  readonly exclude?: readonly string[];
  readonly pins?: readonly string[];
  readonly limit?: number;
  /** The person's objection signal for this very request. */
  readonly gpc?: boolean;
}

export interface Decision {
  readonly id: string;
  readonly mode: string;
  /** Why no personal data was used; absent when personal. */
  readonly contextualBecause?: string;
  readonly position: number;
  readonly epoch: number | null;
  readonly answer: readonly {
    readonly item: string;
    readonly score: number;
    readonly propensity: number;
    readonly reasons: readonly { readonly kind: string; readonly item?: string; readonly contribution: number; readonly people?: number }[];
  }[];
}

/** `POST /v1/plan/POINT`; docs/plans.md tells what each field means. */
export interface PlanRequest {
  readonly point: string;
  readonly subject?: string;
  /** Others who come along. */
  readonly group?: readonly string[];
  /** In order, apart, at most a day each. Those of the earlier plan if absent. */
  readonly windows?: readonly { readonly from: number; readonly until: number }[];
  /** Items at which each window begins and ends: a hotel, a station. */
  readonly start?: string;
  readonly end?: string;
  /** What the clocks of the place show, against UTC; opening hours are local. */
  readonly utcOffsetMinutes?: number;
  /** For one person, over the whole plan, in minor units. */
  readonly budget?: { readonly amount: number; readonly currency: string };
  readonly pace?: 'slow' | 'normal' | 'fast';
  readonly mustSee?: readonly string[];
  readonly avoid?: readonly string[];
  /** What has happened to an earlier plan, which this request changes. */
  readonly disruption?: PlanDisruption;
  /** The objection signal of this very request: the plan is made from nobody's data. */
  readonly gpc?: boolean;
}

export interface PlanDisruption {
  /** Id of the plan. */
  readonly plan: string;
  /** Stops of it that have been visited, in their order. */
  readonly done: readonly string[];
  /** From when on it goes on; now if absent. */
  readonly at?: number;
  readonly delayMinutes?: number;
  /** Places that are closed now, whatever the catalogue says. */
  readonly closed?: readonly string[];
  /** Where they are: an item; at the last stop that was done if absent. */
  readonly here?: string;
}

/** That there is no such plan is an answer too: `refused` says by which rule, and against which must-sees. */
export interface Plan extends Omit<PlanAnswer, 'planId' | 'because'> {
  readonly id: string;
  /** Why no personal data of whoever asks was used; absent when personal. */
  readonly contextualBecause?: string;
}

export interface BasisDeclaration {
  readonly eventType: string;
  readonly purpose: Purpose;
  readonly basis: 'contract' | 'legal_obligation' | 'vital_interests' | 'public_task' | 'legitimate_interests';
  readonly reason: string;
}

export interface Ethogram {
  /** Each event is on disk and folded, or listed with the code that refused it, when this resolves. */
  accept(events: readonly IncomingEvent[]): Promise<Result<WriteAnswer>>;
  /** Records a person's choices; they hold when this resolves. */
  choose(subject: string, change: ConsentChange, occurredAt?: number): Promise<Result<{ readonly epoch: number }>>;
  upsertItems(items: readonly Item[]): Promise<Result<WriteAnswer>>;
  /** Declares, with its reason, a lawful basis other than consent. */
  declareBasis(declaration: BasisDeclaration): Promise<Result<unknown>>;
  /** Decides; the record is in the log before this resolves. */
  rank(request: RankRequest): Promise<Result<Decision>>;
  why(id: string): Promise<Result<Why>>;
  /** Plans a course, or changes an earlier one (`disruption`); the record is on disk before this resolves. */
  plan(request: PlanRequest): Promise<Result<Plan>>;
  /** Why a plan is what it is, as it stands in its record. */
  whyPlan(id: string): Promise<Result<PlanWhy>>;
  profile(subject: string): Promise<Result<Profile>>;
  /**
   * Erases people; resolves when state and log are as if they had never been, and what they captured before is refused. Their bytes and
   * keys are destroyed soon after.
   */
  erase(subjects: readonly string[]): Promise<Result<{ readonly events: number }>>;
  health(): Promise<Result<Health>>;
}
