// Why data may be used. A set of purposes is a bit mask of 16 bits, because it stands in every record header of the log (format v1).
// The bit of a purpose never changes; new ones are added at the end. The map to W3C DPV comes with receipts.

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

/** Set of purposes: bit i stands for purposes[i]. */
export type PurposeMask = number;

const bit: Record<Purpose, number> = {
  service: 1,
  analytics: 2,
  personalise: 4,
  train: 8,
  care: 16,
  fraud: 32,
  wellbeing: 64,
  fairness: 128,
  share: 256,
  research: 512,
};

export function bitOf(purpose: Purpose): PurposeMask {
  return bit[purpose];
}

export function maskOf(list: readonly Purpose[]): PurposeMask {
  let mask = 0;
  for (const purpose of list) mask |= bit[purpose];
  return mask;
}

export function purposesOf(mask: PurposeMask): Purpose[] {
  return purposes.filter((purpose) => (mask & bit[purpose]) !== 0);
}

export function isPurpose(value: unknown): value is Purpose {
  return typeof value === 'string' && Object.hasOwn(bit, value);
}
