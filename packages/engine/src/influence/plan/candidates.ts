// From the live catalogue and the model of places to what the planner chooses among: each place with its hours, price, score and
// reasons; each that is out of the question with the rule that says so.
import { limits } from '../../base/limits.js';
import type { Item, ItemFilter } from '../../model/item.js';
import type { PlanCandidate, PlanReason, PlanReasonKind, PlanRule, PlanWindow } from '../../model/plan.js';
import { positionOf, type LivePlaces, type PlaceScore } from '../../predict/pack/live-places.js';
import { placeFeatures } from '../../predict/places/place-features.js';
import type { Catalogue } from '../../understand/catalogue.js';
import { openWithin, parseHours } from './opening-hours.js';

/** Minutes of a visit to a place of which nobody says how long it takes. */
const visitMinutes = 60;

/** Which kind of reason each feature of the model belongs to. */
const kindOf: Readonly<Record<(typeof placeFeatures)[number], PlanReasonKind>> = {
  'stop share': 'usual',
  'trip share': 'usual',
  'course share': 'usual',
  'after the first': 'with_these',
  'with the first': 'with_these',
  'before the last': 'with_these',
  'with the last': 'with_these',
  'step from the first': 'with_these',
  'step to the last': 'with_these',
  'far from the first': 'on_the_way',
  'far from the last': 'on_the_way',
  detour: 'on_the_way',
  'category of the first': 'of_a_kind',
  'category of the last': 'of_a_kind',
  'far from the first, short course': 'on_the_way',
  'stop share, short course': 'usual',
  'starts courses': 'usual',
  'ends courses': 'usual',
};
const kinds = ['usual', 'with_these', 'on_the_way', 'of_a_kind'] as const;

export interface CandidateQuery {
  readonly catalogue: Catalogue;
  readonly places: LivePlaces;
  readonly categories: readonly string[];
  readonly filter: ItemFilter;
  readonly windows: readonly PlanWindow[];
  readonly utcOffsetMinutes: number;
  readonly start: string | null;
  readonly end: string | null;
  /** Stops that there may be. */
  readonly length: number;
  readonly closed: readonly string[];
  /** These are candidates whatever their score, if they can be. */
  readonly named: readonly string[];
}

export interface Found {
  readonly candidates: PlanCandidate[];
  /** Of the named ones. */
  readonly lost: { readonly item: string; readonly rule: PlanRule }[];
  readonly rules: Map<string, PlanRule>;
}

export function candidatesFor(query: CandidateQuery): Found {
  const { places, start, end, length, named } = query;
  const candidates: PlanCandidate[] = [];
  const rules = new Map<string, PlanRule>();
  const scored = places.scores(start, end, length + 2).sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1));
  for (const place of scored) {
    const made = candidateOf(query, place);
    if (typeof made === 'string') rules.set(place.item, made);
    else if (named.includes(place.item) || candidates.length < limits.planCandidatesMax) candidates.push(made);
    else rules.set(place.item, 'less_wanted');
  }
  const held = new Set(candidates.map(({ item }) => item));
  const lost = [...new Set(named)].flatMap((item) =>
    held.has(item) ? [] : [{ item, rule: rules.get(item) ?? unknownBecause(query, item) }],
  );
  for (const { item, rule } of lost) rules.set(item, rule);
  candidates.sort((a, b) => (a.item < b.item ? -1 : 1));
  return { candidates, lost, rules };
}

function candidateOf(query: CandidateQuery, place: PlaceScore): PlanCandidate | PlanRule {
  const { catalogue, filter, windows, utcOffsetMinutes, closed, places } = query;
  const row = catalogue.get(place.item);
  if (row === undefined) return 'not_known';
  const { item } = row;
  const position = positionOf(item);
  if (position.latitude === null) return 'unplaced';
  if (closed.includes(item.id)) return 'closed';
  const offered = whileValid(windows, item);
  const excluded = catalogue.excludes(item.id, filter, offered[0]?.from ?? windows[0]?.from ?? 0);
  if (excluded !== undefined) return excluded === 'filter' || excluded === 'request' ? 'guardrail' : excluded;
  const { opening_hours: hours, visit_minutes: minutes } = item.attributes ?? {};
  const week = hours === undefined ? parseHours('24/7') : typeof hours === 'string' ? parseHours(hours) : undefined;
  if (week === undefined) return 'hours_unreadable';
  const reasons = reasonsOf(place, places.people(item.id));
  return {
    item: item.id,
    ...position,
    minutes: typeof minutes === 'number' && minutes > 0 && minutes <= 24 * 60 ? Math.ceil(minutes) : visitMinutes,
    price: item.price ?? null,
    currency: item.currency ?? null,
    open: offered.flatMap((window) => openWithin(week, window, utcOffsetMinutes)),
    score: reasons.reduce((sum, { contribution }) => sum + contribution, 0),
    reasons,
  };
}

/** What is left of the windows while an item is on offer, [validFrom, validUntil). */
function whileValid(windows: readonly PlanWindow[], { validFrom = -Infinity, validUntil = Infinity }: Item): PlanWindow[] {
  return windows
    .map(({ from, until }) => ({ from: Math.max(from, validFrom), until: Math.min(until, validUntil) }))
    .filter(({ from, until }) => from < until);
}

function reasonsOf({ parts }: PlaceScore, people: number): PlanReason[] {
  return kinds.map((kind) => {
    let contribution = 0;
    placeFeatures.forEach((feature, at) => {
      if (kindOf[feature] === kind) contribution += parts[at] ?? 0;
    });
    return { kind, contribution, ...(kind === 'usual' && people >= limits.evidencePeopleMin ? { people } : {}) };
  });
}

function unknownBecause({ catalogue, categories }: CandidateQuery, item: string): PlanRule {
  const row = catalogue.get(item)?.item;
  if (row === undefined || row.category === undefined || !categories.includes(row.category)) return 'not_known';
  return positionOf(row).latitude === null ? 'unplaced' : 'not_known';
}
