// Standing: what one person has chosen, per purpose, and since when. A pure fold of `consent.changed` events.
//
// Rules (docs/consent.md):
//  - A narrowing choice (denied, withdrawn, objected) always applies, whatever its own time says: a slow clock must not keep data flowing.
//  - A grant applies only if it was given after the last narrowing was received: a stale device cannot undo a withdrawal.
//  - Repeating what already holds changes nothing: not the epoch, not the grant.
import type { Held, PlacedChange } from '../model/system-event.js';
import { bitOf, isPurpose, type Purpose, type PurposeMask } from '../model/purpose.js';

export interface Stand {
  readonly choice: Held;
  /** Log position of the event that set it: tells a grant from the next one (revoked, then granted again). */
  readonly since: number;
  /** When the person chose, ms; an event captured earlier was not captured under this grant. */
  readonly at: number;
  /** When we learned of it, ms. */
  readonly receivedAt: number;
  /** The person's objection signal had been heard by then: a grant with it was given later than the signal, and outweighs it. */
  readonly signal?: true;
  /** Of a grant that ended a refusal, and of what follows it until the next: when it was given, ms. What was captured before is refused. */
  readonly refusedUntil?: number;
}

export interface Standing {
  /** Position of the last change: the subject's epoch. */
  readonly epoch: number;
  readonly stands: { readonly [P in Purpose]?: Stand };
  /** Everything is frozen until the person lifts it. */
  readonly restricted?: true;
}

export interface StandingChange {
  readonly standing: Standing;
  /** Purposes that held by consent before and no longer do. */
  readonly narrowed: PurposeMask;
  readonly changed: boolean;
  /** The restriction was set or lifted. */
  readonly turned: boolean;
  /** Grants that came too late: older than the withdrawal they would undo. */
  readonly stale: PurposeMask;
}

const empty: Standing = { epoch: -1, stands: {} };

/** Has the person said no? A grant that lapsed, though nobody refused, is none. */
export function isRefusal(choice: Held | undefined): boolean {
  return choice !== undefined && choice !== 'granted' && choice !== 'lapsed';
}

/** What would hold after `change`, appended at `position`. */
export function changeStanding(
  before: Standing | undefined,
  change: PlacedChange,
  position: number,
  occurredAt: number,
  receivedAt: number,
): StandingChange {
  const old = before ?? empty;
  const stands: { [P in Purpose]?: Stand } = { ...old.stands };
  let narrowed = 0;
  let stale = 0;
  let changed = false;
  for (const [purpose, choice] of Object.entries(change.choices)) {
    if (!isPurpose(purpose) || choice === undefined) continue;
    const stand = stands[purpose];
    const heard = stand?.signal === true || change.signal?.includes(purpose) === true;
    // The same grant, said again in the hearing of the signal: it goes on, and the signal takes it back no more.
    if (stand?.choice === 'granted' && choice === 'granted' && heard && stand.signal !== true) {
      stands[purpose] = { ...stand, signal: true };
      changed = true;
    }
    // [C6]
    if (stand?.choice === choice) continue;
    if (choice === 'granted') {
      // [C7]
      if (stand !== undefined && occurredAt < stand.receivedAt) {
        stale |= bitOf(purpose);
        continue;
      }
    } else {
      narrowed |= bitOf(purpose);
    }
    const refusedUntil = isRefusal(choice) ? undefined : isRefusal(stand?.choice) ? occurredAt : stand?.refusedUntil;
    const until = refusedUntil === undefined ? {} : { refusedUntil };
    stands[purpose] = { choice, since: position, at: occurredAt, receivedAt, ...(heard ? { signal: true } : {}), ...until };
    changed = true;
  }
  const wasRestricted = old.restricted === true;
  const restricted = change.restricted ?? wasRestricted;
  const turned = restricted !== wasRestricted;
  if (!changed && !turned) return { standing: old, narrowed: 0, changed: false, turned, stale };
  const standing: Standing = { epoch: position, stands, ...(restricted ? { restricted } : {}) };
  return { standing, narrowed, changed: true, turned, stale };
}

/** The part of `change` that would change something, or null: signals repeated on every request append nothing. */
export function effectiveChange(
  before: Standing | undefined,
  change: PlacedChange,
  occurredAt: number,
  receivedAt: number,
): { readonly change: PlacedChange | null; readonly stale: PurposeMask } {
  const after = changeStanding(before, change, 0, occurredAt, receivedAt);
  if (!after.changed) return { change: null, stale: after.stale };
  const choices: { [P in Purpose]?: Held } = {};
  for (const [purpose, stand] of Object.entries(after.standing.stands)) {
    if (isPurpose(purpose) && stand !== before?.stands[purpose]) choices[purpose] = stand.choice;
  }
  const turned = after.turned && change.restricted !== undefined ? { restricted: change.restricted } : {};
  const heard = change.signal?.filter((purpose) => choices[purpose] !== undefined) ?? [];
  const signal = heard.length === 0 ? {} : { signal: heard };
  const notice = change.notice === undefined ? {} : { notice: change.notice };
  return { change: { choices, origin: change.origin, ...turned, ...signal, ...notice }, stale: after.stale };
}
