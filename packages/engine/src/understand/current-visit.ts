// The newest visit of a person: their newest items, back to the first idle gap. `rank` asks with it however old it is (better than
// nothing); what is said of the visit itself counts only while it goes on.
import { limits } from '../base/limits.js';
import type { ProfileRow } from './profile.js';
import { newestRun, stampsNewest, type Stamps } from './stamps.js';

/** Name of the sequence trait that holds the newest items. */
export const recentItems = 'recent_items';

/** Items of the newest visit, oldest first; empty when nothing is known. */
export function newestVisit(row: Readonly<ProfileRow> | undefined): string[] {
  const recent = recentOf(row);
  return recent === undefined ? [] : newestRun(recent, limits.visitIdleMs).filter((item) => typeof item === 'string');
}

/** The same while it goes on at `now`; empty when it is over. */
export function currentVisit(row: Readonly<ProfileRow> | undefined, now: number): string[] {
  const recent = recentOf(row);
  return recent === undefined || now - stampsNewest(recent) > limits.visitIdleMs ? [] : newestVisit(row);
}

function recentOf(row: Readonly<ProfileRow> | undefined): Stamps | undefined {
  return row?.traits[recentItems] as Stamps | undefined; // folded by the sequence trait of that name
}
