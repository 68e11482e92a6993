// What would change a decision: the fewest removals after which something else would stand in first place, found by deciding it anew and
// never by reasoning about scores. Removals are of what the decision started from: an item of the visit ("had you not viewed X"), a pin, a
// part of the filter, an exclusion; single ones first, then pairs, then the whole visit. Only when none of these changes anything is the
// winner itself taken out, which always does, and says what came next.
//
// Invariant: what is said was decided twice in one turn of the event loop, unchanged and changed, under a permit, against the same state;
// nothing is appended, and no other person is read but through the counts of the model. It is computed when somebody asks: a decision that
// nobody asks about costs nothing. Source of the notion: Wachter, Mittelstadt, Russell, Harv. J. Law & Tech. 31 (2018) 841.
import { limits } from '../base/limits.js';
import { ok, type Result } from '../base/result.js';
import type { RankParameters } from '../influence/rank.js';
import type { DecisionRecord } from '../model/decision.js';
import type { ItemFilter } from '../model/item.js';

/** One thing taken away. `name`: the item, or the part of the filter; '' for the whole visit. */
export interface Removal {
  readonly kind: 'input' | 'pin' | 'filter' | 'exclusion' | 'inputs' | 'candidate';
  readonly name: string;
}

export interface Counterfactual {
  /** What stands in first place when it is decided anew, unchanged; null when nothing does. */
  readonly first: string | null;
  /** Whether that is what the record says: the state has moved on where not. */
  readonly asRecorded: boolean;
  /** What is taken away; empty when nothing that was tried changes the first place. */
  readonly without: readonly Removal[];
  /** What would stand there then; null when nothing would. */
  readonly instead: string | null;
  /** State reflected the log up to here when both were decided. */
  readonly position: number;
  /** How many changes were decided in the search. */
  readonly tried: number;
}

type Again = (record: DecisionRecord, changed: Partial<RankParameters>) => Result<DecisionRecord>;

/** Fails with no_grant when what the decision started from may be read no more. `pause` lets others have a turn. */
export async function counterfactual(record: DecisionRecord, again: Again, pause: () => Promise<void>): Promise<Result<Counterfactual>> {
  // The draws of a uniform order depend on how many places there are; elsewhere one place is enough, and cheaper.
  const limit = record.slice === 'uniform' ? record.limit : 1;
  const decide = (without: readonly Removal[]): Result<DecisionRecord> => again(record, { ...withoutThese(record, without), limit });
  let tried = 0;
  let unchanged = decide([]);
  if (!unchanged.ok) return unchanged;
  for (const without of candidatesFor(record, firstOf(unchanged.value))) {
    if (tried > 0) await pause();
    tried += 1;
    const changed = decide(without);
    if (!changed.ok) return changed;
    if (firstOf(changed.value) === firstOf(unchanged.value)) continue;
    // In one turn: whatever happened while others had theirs, both are decided against the same state.
    unchanged = decide([]);
    if (!unchanged.ok) return unchanged;
    if (firstOf(changed.value) !== firstOf(unchanged.value)) return ok(told(record, unchanged.value, without, changed.value, tried));
  }
  return ok(told(record, unchanged.value, [], unchanged.value, tried));
}

function told(
  record: DecisionRecord,
  unchanged: DecisionRecord,
  without: readonly Removal[],
  changed: DecisionRecord,
  tried: number,
): Counterfactual {
  const first = firstOf(unchanged);
  return { first, asRecorded: first === firstOf(record), without, instead: firstOf(changed), position: unchanged.position, tried };
}

function firstOf({ answer }: DecisionRecord): string | null {
  return answer[0]?.item ?? null;
}

/** What is tried, the smallest first; the newest item of the visit before older ones. */
function* candidatesFor(record: DecisionRecord, first: string | null): Iterable<readonly Removal[]> {
  const single = singleRemovals(record);
  let left: number = limits.counterfactualTriesMax;
  for (const without of smallRemovals(single)) {
    if (left === 0) break;
    left -= 1;
    yield without;
  }
  if (new Set(record.inputs).size > 2) yield [{ kind: 'inputs', name: '' }];
  if (first !== null) yield [{ kind: 'candidate', name: first }];
}

function* smallRemovals(single: readonly Removal[]): Iterable<readonly Removal[]> {
  for (const one of single) yield [one];
  for (const [at, one] of single.entries()) for (const other of single.slice(at + 1)) yield [one, other];
}

function singleRemovals({ inputs, pins, pinsAsked = pins, filter, exclude }: DecisionRecord): Removal[] {
  return [
    ...[...new Set(inputs.toReversed())].map((name): Removal => ({ kind: 'input', name })),
    ...[...new Set(pinsAsked)].map((name): Removal => ({ kind: 'pin', name })),
    ...partsOf(filter).map((name): Removal => ({ kind: 'filter', name })),
    ...exclude.map((name): Removal => ({ kind: 'exclusion', name })),
  ];
}

const attribute = 'attributes/';

function partsOf({ attributes, ...rest }: ItemFilter): string[] {
  return [...Object.keys(rest), ...Object.keys(attributes ?? {}).map((name) => attribute + name)];
}

/** The parameters of a decision with these things taken away: every view of the item, not the last one only. */
function withoutThese(record: RankParameters & Pick<DecisionRecord, 'pinsAsked'>, without: readonly Removal[]): RankParameters {
  const named = (kind: Removal['kind']): ReadonlySet<string> =>
    new Set(without.filter((each) => each.kind === kind).map(({ name }) => name));
  const [inputs, pins, parts, exclusions] = [named('input'), named('pin'), named('filter'), named('exclusion')];
  const { attributes, ...rest } = record.filter;
  const left = Object.fromEntries(Object.entries(attributes ?? {}).filter(([name]) => !parts.has(attribute + name)));
  const kept: ItemFilter = Object.fromEntries(Object.entries(rest).filter(([name]) => !parts.has(name)));
  return {
    inputs: without.some(({ kind }) => kind === 'inputs') ? [] : record.inputs.filter((item) => !inputs.has(item)),
    pins: (record.pinsAsked ?? record.pins).filter((item) => !pins.has(item)),
    filter: Object.keys(left).length === 0 ? kept : { ...kept, attributes: left },
    exclude: [...record.exclude.filter((item) => !exclusions.has(item)), ...named('candidate')],
    limit: record.limit,
  };
}
