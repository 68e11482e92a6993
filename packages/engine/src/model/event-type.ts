// A registered event type: what may be sent, what it is, why it may be used, how long it is kept. Undeclared does not exist.
import type { Purpose } from './purpose.js';

export type DataCategory = 'behavioural' | 'transactional' | 'location' | 'health' | 'biometric' | 'emotion' | 'financial' | 'preference';

/** What a property tells of the person, where the law asks. */
export type PersonalMeaning = 'emotion' | 'race' | 'political_opinions' | 'trade_union_membership' | 'beliefs' | 'sex_life';

export interface PropertyRule {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'strings' | 'object' | 'objects';
  readonly required?: boolean;
  /** Plausible range of a number, in the unit that `unit` names. */
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  /** Set where the value tells, or stands for, something about the person that the law protects: law gates look at it. */
  readonly means?: PersonalMeaning;
}

export interface EventType {
  readonly name: string;
  /** Other names under which clients send it (e.g. Segment's "Product Viewed"). */
  readonly aliases?: readonly string[];
  readonly category: DataCategory;
  /** Why it may be used; `consent` needs the person's grant, `declared` a basis that the deployment declares in the log. */
  readonly purposes: { readonly [P in Purpose]?: 'consent' | 'declared' };
  readonly properties: { readonly [name: string]: PropertyRule };
  /** Which property names the item that was acted on, if any. */
  readonly item?: string;
  /** Evidence of interest in the item, for the visit (views, carts, purchases). */
  readonly counts?: boolean;
  readonly retentionDays: number;
}
