// The constants of the scoring formula that may differ from one shop to another, as one value. `ethogram tune` chooses them on held-out visits
// of the log itself; what it chose is a logged event, so that the fold stays deterministic and a decision can name what it was made with.
// Invariant: no setting changes how much a query reads (that is fixed in visit-formula.ts), so tuning cannot make it slow.

export interface VisitSettings {
  /** Weight of a query item by its distance from the end, and of a neighbour's item by its distance from a query item: base of a power. */
  readonly fadeQuery: number;
  readonly fadePlace: number;
  /** Weight of the place itself, and of places before it. */
  readonly atPlace: number;
  readonly before: number;
  /** Powers in quarters: of an item's rarity in the overlap, of the overlap in the strength, of the visit's length under it. */
  readonly rarityQuarters: number;
  readonly strengthQuarters: number;
  readonly lengthQuarters: number;
  readonly recencyDays: number;
  /** What an item keeps for each doubling of the visits that hold it. */
  readonly common: number;
  readonly transitions: number;
  /** Weight of the onward step, halved at so many matched visits, none from so many on. */
  readonly onward: number;
  readonly onwardHalf: number;
  readonly onwardBelow: number;
  /** Factors on the item before the last, and on the other items of the visit but the last. */
  readonly back: number;
  readonly seen: number;
}

/** Chosen by `tune`'s rule on the training visits of Diginetica (docs/decisions.md). */
export const visitSettings: VisitSettings = {
  fadeQuery: 0.78,
  fadePlace: 0.8,
  atPlace: 1.6,
  before: 0.7,
  rarityQuarters: 12,
  strengthQuarters: 7,
  lengthQuarters: 0,
  recencyDays: 80,
  common: 0.96,
  transitions: 0.08,
  onward: 0.64,
  onwardHalf: 100,
  onwardBelow: 640,
  back: 2,
  seen: 0.8,
};

export const visitSettingNames = Object.keys(visitSettings) as readonly (keyof VisitSettings)[]; // a literal has no other keys

/** What tuning may try: [least, most], the quarters being whole. A value outside is no setting. */
export const visitSettingRanges: Readonly<Record<keyof VisitSettings, readonly [least: number, most: number]>> = {
  fadeQuery: [0.3, 1],
  fadePlace: [0.3, 1],
  atPlace: [0, 8],
  before: [0, 2],
  rarityQuarters: [0, 16],
  strengthQuarters: [2, 12],
  lengthQuarters: [0, 4],
  recencyDays: [5, 2_000],
  common: [0.8, 1],
  transitions: [0, 4],
  onward: [0, 4],
  onwardHalf: [1, 1_000],
  onwardBelow: [0, 2_000],
  back: [0, 8],
  seen: [0, 8],
};

/** The settings that a logged value holds, or undefined when it is none: a fold must not stop at an event of another version. */
export function visitSettingsOf(value: unknown): VisitSettings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const given = new Map<string, unknown>(Object.entries(value));
  const settings = { ...visitSettings };
  for (const name of visitSettingNames) {
    const number = given.get(name);
    const [least, most] = visitSettingRanges[name];
    if (typeof number !== 'number' || !(number >= least && number <= most)) return undefined;
    if (name.endsWith('Quarters') && !Number.isInteger(number)) return undefined;
    settings[name] = number;
  }
  return settings;
}
