// Where a bench's visits come from, in one text that child processes take as an argument: a folder, `made` or `made-small`.
import { say } from './progress.js';
import { makeVisits, readVisits, type Visits } from './visits.js';

export function visitSource(data: string | null, small: boolean): string {
  if (small) return 'made-small';
  if (data !== null) return data;
  say('no --data: using made-up visits of about the same number as Diginetica');
  return 'made';
}

export function visitsFrom(source: string): Visits {
  if (source === 'made-small') return makeVisits({ train: 600, test: 60, items: 400, seed: 1 });
  if (source === 'made') return makeVisits({ train: 180_000, test: 15_000, items: 43_000, seed: 1 });
  return readVisits(source);
}
