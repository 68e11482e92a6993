// The purposes a person may be asked for, as the engine names them, and what a choice about them looks like in the browser.
// Invariant: the same list, in the same order, as the engine's; a test compares the two.

export const purposes = [
  'service',
  'analytics',
  'personalise',
  'train',
  'care',
  'fraud',
  'wellbeing',
  'fairness',
  'share',
  'research',
] as const;

export type Purpose = (typeof purposes)[number];

/** What a person chose: true allows, false refuses. A purpose that is absent was not asked for, and is refused. */
export type Choices = { readonly [P in Purpose]?: boolean };
