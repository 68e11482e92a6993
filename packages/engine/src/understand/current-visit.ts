// The current visit: the newest items of a person, back to the first idle gap. What `rank` asks with.
import { limits } from '../base/limits.js';
import type { ProfileRow } from './profile.js';
import type { Stamped } from './trait.js';

/** Name of the sequence trait that holds the newest items. */
export const recentItems = 'recent_items';

/** Items of the newest visit, oldest first; empty when nothing is known. */
export function currentVisit(row: Readonly<ProfileRow> | undefined): string[] {
  const list = (row?.traits[recentItems] ?? []) as readonly Stamped<string>[]; // folded by the sequence trait of that name
  let from = Math.max(0, list.length - 1);
  for (; from > 0; from -= 1) {
    const here = list[from];
    const before = list[from - 1];
    if (here === undefined || before === undefined || here[0] - before[0] > limits.visitIdleMs) break;
  }
  return list.slice(from).map(([, , item]) => item);
}
