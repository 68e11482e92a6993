// Many races: first all orders of one withdrawal, one batch and one decision on a grid of times, then as many drawn ones as are asked for.
import { narrowings, Race, type Narrowing, type RaceMutant } from './race.js';

export interface RacesReport {
  readonly schedules: number;
  /** Distinct orders of steps among them. */
  readonly interleavings: number;
  readonly violations: readonly { readonly seed: number; readonly narrowing: Narrowing; readonly sentence: string }[];
}

const gridMs = [0, 1, 3, 7];
const gridSyncMs = [0.5, 4];

/** `onProgress` hears of every hundredth. Ends early at the first violation when `untilFirst`. */
export async function runRaces(options: {
  readonly schedules: number;
  readonly seed: number;
  readonly mutant?: RaceMutant;
  readonly untilFirst?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}): Promise<RacesReport> {
  const orders = new Set<string>();
  const violations: { seed: number; narrowing: Narrowing; sentence: string }[] = [];
  let done = 0;
  for (const at of plan(options.schedules)) {
    const seed = options.seed * 1_000_000 + done;
    const narrowing = narrowings[done % narrowings.length] ?? 'withdrawn';
    const mutant = options.mutant === undefined ? {} : { mutant: options.mutant };
    const report = await new Race({ seed, narrowing, ...mutant, ...(at === undefined ? {} : { at }) }).run();
    orders.add(`${narrowing} ${report.order}`);
    for (const sentence of report.violations) violations.push({ seed, narrowing, sentence });
    done += 1;
    if (done % 100 === 0) options.onProgress?.(done, options.schedules);
    if (options.untilFirst === true && violations.length > 0) break;
  }
  return { schedules: done, interleavings: orders.size, violations };
}

type Times = { readonly narrow: number; readonly ingest: number; readonly prepare: number; readonly emit: number; readonly sync: number };

/** The grid, each point for every way of narrowing, as far as half of the schedules go; then what the seeds draw. */
function* plan(schedules: number): Iterable<Times | undefined> {
  const points: Times[] = [];
  for (const narrow of gridMs)
    for (const ingest of gridMs)
      for (const prepare of gridMs)
        for (const emit of gridMs) for (const sync of gridSyncMs) points.push({ narrow, ingest, prepare, emit, sync });
  let left = schedules;
  const gridded = Math.min(points.length * narrowings.length, Math.floor(schedules / 2));
  const stride = (points.length * narrowings.length) / gridded;
  for (let count = 0; count < gridded; count += 1, left -= 1) yield points[Math.floor((count * stride) / narrowings.length)];
  for (; left > 0; left -= 1) yield undefined;
}
