// What a propensity is asked about: named features of one moment, numbers or categories, with a yes or no to learn from.

export interface FeatureSpec {
  readonly name: string;
  readonly kind: 'number' | 'category';
}

/** A value for each feature, in their order: a number for a number, a text for a category, null where nothing is known. */
export type FeatureRow = readonly (number | string | null)[];

export interface LabelledRow {
  /** Id of the event that the row was made of: it decides the order and the sample of a fit, never the arrival. */
  readonly id: string;
  readonly values: FeatureRow;
  readonly label: 0 | 1;
}
