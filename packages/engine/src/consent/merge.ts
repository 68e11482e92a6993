// What linking ids does to consent. Each id keeps a standing of its own, folded from its own stream, so that erasing one changes no other.
// What a link or a later choice means for the person's other ids is therefore written into their streams, as changes: these functions say
// which. Strictness, per purpose: objected, withdrawn, denied, nothing said (or lapsed), granted.
// Laws (sim/merges.test.ts): linking is commutative, associative and idempotent, and never widens; a split gives nothing back; only a grant
// that was given after the link widens, and then for the whole person.
import type { Held, PlacedChange } from '../model/system-event.js';
import { isPurpose, purposes, type Purpose } from '../model/purpose.js';
import type { Standing } from './standing.js';

const strictness: Record<Held, number> = { granted: 0, lapsed: 1, denied: 2, withdrawn: 3, objected: 4 };
const nothingSaid = strictness.lapsed;

export type Standings = ReadonlyMap<string, Standing | undefined>;

/** By id, in order of ids: what brings everybody down to the strictest of them. Empty when all are as strict. */
export function levelled(standings: Standings): Map<string, PlacedChange> {
  const changes = new Map<string, PlacedChange>();
  const all = [...standings.values()];
  const strictest = new Map(purposes.map((purpose) => [purpose, strictestOf(all, purpose)]));
  const restricted = all.some((standing) => standing?.restricted === true);
  for (const id of [...standings.keys()].sort()) {
    const standing = standings.get(id);
    const choices: { [P in Purpose]?: Held } = {};
    for (const [purpose, choice] of strictest) {
      const own = strictnessOf(standing, purpose);
      if (own < strictness[choice]) choices[purpose] = choice;
    }
    const freezes = restricted && standing?.restricted !== true;
    if (Object.keys(choices).length === 0 && !freezes) continue;
    changes.set(id, { choices, origin: 'identity.linked', ...(freezes ? { restricted } : {}) });
  }
  return changes;
}

/**
 * The part of a choice that holds for a person of these standings: grants go that were given before the link, or before somebody's last
 * refusal was received. `stale`: some went.
 */
export function forAll(
  change: PlacedChange,
  standings: Standings,
  linkedAt: number,
  occurredAt: number,
): { readonly change: PlacedChange; readonly stale: boolean } {
  const choices: { [P in Purpose]?: Held } = {};
  let stale = false;
  for (const [purpose, choice] of Object.entries(change.choices)) {
    if (!isPurpose(purpose) || choice === undefined) continue;
    // [C45]
    const isLate = choice === 'granted' && (occurredAt < linkedAt || someLaterIn(standings, purpose, occurredAt));
    if (isLate) stale = true;
    else choices[purpose] = choice;
  }
  return { change: { ...change, choices }, stale };
}

function someLaterIn(standings: Standings, purpose: Purpose, occurredAt: number): boolean {
  for (const standing of standings.values()) {
    const stand = standing?.stands[purpose];
    if (stand !== undefined && stand.choice !== 'granted' && occurredAt < stand.receivedAt) return true;
  }
  return false;
}

function strictestOf(all: readonly (Standing | undefined)[], purpose: Purpose): Held {
  let strictest: Held = 'granted';
  for (const standing of all) {
    const choice = standing?.stands[purpose]?.choice ?? 'lapsed';
    if (strictness[choice] > strictness[strictest]) strictest = choice;
  }
  return strictest;
}

function strictnessOf(standing: Standing | undefined, purpose: Purpose): number {
  const choice = standing?.stands[purpose]?.choice;
  return choice === undefined ? nothingSaid : strictness[choice];
}
