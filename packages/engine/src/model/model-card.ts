// What a model says of itself: for people who have to answer for it (AI Act art. 11 and 13, GDPR art. 35).
import type { Purpose } from './purpose.js';

export interface ModelCard {
  readonly name: string;
  /** What it answers, in a sentence. */
  readonly answers: string;
  /** The purpose for which an event must have been kept to be learned from, and the one for which a person's own data are read to score. */
  readonly learnsFor: Purpose;
  readonly readsFor: Purpose;
  /** `exact`: holds nobody who was forgotten, at once. `rederived`: at its next publication. */
  readonly erasureClass: 'exact' | 'rederived';
  /** Event types that it may learn from. */
  readonly learnsFrom: readonly string[];
  /** What it holds now, in its own unit. `ofPeople`: the unit is people, so it is told as every count of them. */
  readonly holds: { readonly unit: string; readonly count: number; readonly ofPeople?: true };
  /** Names and values of what bounds it. */
  readonly bounds: Readonly<Record<string, number>>;
  /** What it is not for, in sentences. */
  readonly limits: readonly string[];
}
