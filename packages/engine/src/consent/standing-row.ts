// A standing as it is stored: numbers in one flat array. The gate asks for it at every event; as an object of objects with times in them it
// lay in eight places of the memory, here it lies in one or two.
//
// [epoch, restricted (1 or 0), then for each purpose that was ever chosen: its bit, choice, since, at, receivedAt, signal (1 or 0),
// refusedUntil (-1: none)].
// Invariant: `unpackStanding(packStanding(standing))` is `standing`.
import { must } from '../base/assert.js';
import { bitOf, isPurpose, purposes, type Purpose } from '../model/purpose.js';
import type { Held } from '../model/system-event.js';
import type { Stand, Standing } from './standing.js';

export type StandingRow = readonly number[];

const held: readonly Held[] = ['granted', 'denied', 'withdrawn', 'objected', 'lapsed'];
const granted = held.indexOf('granted');

const headNumbers = 2;
const standNumbers = 7;
const choiceField = 1;
const sinceField = 2;
const chosenField = 3;

export function packStanding({ epoch, stands, restricted }: Standing): StandingRow {
  const row = [epoch, restricted === true ? 1 : 0];
  for (const [purpose, stand] of Object.entries(stands)) {
    if (!isPurpose(purpose) || stand === undefined) continue;
    const { choice, since, at, receivedAt, signal, refusedUntil = -1 } = stand;
    row.push(bitOf(purpose), held.indexOf(choice), since, at, receivedAt, signal === true ? 1 : 0, refusedUntil);
  }
  return row;
}

export function unpackStanding(row: StandingRow): Standing {
  const stands: { [P in Purpose]?: Stand } = {};
  for (let place = headNumbers; place < row.length; place += standNumbers) {
    const purpose = must(purposes[31 - Math.clz32(row[place] ?? 0)], 'the bit of a purpose');
    const stand = standAt(row, place);
    if (stand !== undefined) stands[purpose] = stand;
  }
  return { epoch: row[0] ?? -1, stands, ...(isRestricted(row) ? { restricted: true } : {}) };
}

/** Position of the last change; -1: there was none. */
export function epochOf(row: StandingRow | undefined): number {
  return row?.[0] ?? -1;
}

export function isRestricted(row: StandingRow | undefined): boolean {
  return row?.[1] === 1;
}

/** Where a purpose stands in the row; -1: nothing was ever chosen for it. */
export function placeOf(row: StandingRow | undefined, purpose: Purpose): number {
  if (row === undefined) return -1;
  const bit = bitOf(purpose);
  for (let place = headNumbers; place < row.length; place += standNumbers) if (row[place] === bit) return place;
  return -1;
}

/** What stands at a place; undefined: nothing was ever chosen there. */
export function standAt(row: StandingRow | undefined, place: number): Stand | undefined {
  if (row === undefined || place < 0) return undefined;
  const choice = must(held[row[place + choiceField] ?? -1], 'a choice of the table');
  const [since = -1, at = 0, receivedAt = 0, signal = 0, refusedUntil = -1] = row.slice(place + sinceField, place + standNumbers);
  const until = refusedUntil < 0 ? {} : { refusedUntil };
  return { choice, since, at, receivedAt, ...(signal === 1 ? { signal: true } : {}), ...until };
}

export function isGrantedAt(row: StandingRow | undefined, place: number): boolean {
  return place >= 0 && row?.[place + choiceField] === granted;
}

/** Log position of the event that set it. */
export function sinceOf(row: StandingRow | undefined, place: number): number {
  return place < 0 ? -1 : (row?.[place + sinceField] ?? -1);
}

/** When the person chose, ms. */
export function chosenAt(row: StandingRow | undefined, place: number): number {
  return place < 0 ? Infinity : (row?.[place + chosenField] ?? Infinity);
}
