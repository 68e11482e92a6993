// The calls that a host makes, the same against a server (`connect`) and in process (`inProcess`). Times are ms since 1970 UTC.
import type { Choice, ErrorCode, Health, Item, ItemFilter, Profile, Purpose, Why } from './api.js';
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
  profile(subject: string): Promise<Result<Profile>>;
  /**
   * Erases people; resolves when state and log are as if they had never been, and what they captured before is refused. Their bytes and
   * keys are destroyed soon after.
   */
  erase(subjects: readonly string[]): Promise<Result<{ readonly events: number }>>;
  health(): Promise<Result<Health>>;
}
