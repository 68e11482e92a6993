// The current visit: the newest items of a person, back to the first idle gap. What `rank` asks with.
import { limits } from '../base/limits.js';
import type { ProfileRow } from './profile.js';
import { newestRun, type Stamps } from './stamps.js';

/** Name of the sequence trait that holds the newest items. */
export const recentItems = 'recent_items';

/** Items of the newest visit, oldest first; empty when nothing is known. */
export function currentVisit(row: Readonly<ProfileRow> | undefined): string[] {
  const recent = row?.traits[recentItems] as Stamps | undefined; // folded by the sequence trait of that name
  return recent === undefined ? [] : newestRun(recent, limits.visitIdleMs).filter((item) => typeof item === 'string');
}
