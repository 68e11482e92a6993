// What lifetime models know of one person: how often, when last, since when, and how much. Days on which something was bought count once.

export interface PurchaseHistory {
  readonly id: string;
  /** Days with a purchase after the first one. */
  readonly repeats: number;
  /** Days from the first purchase to the last one, and to the day at which it is looked. */
  readonly lastAfterDays: number;
  readonly ageDays: number;
  /** Mean value of a repeat day, in the shop's currency; 0 without one. */
  readonly repeatValue: number;
}
