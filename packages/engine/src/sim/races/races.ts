// The race suite as a whole: the listed schedules, then drawn ones until there are as many as were asked for; and how soon planted bugs
// are caught.
import { casts, drawn, listed, type Found } from './schedules.js';
import type { RaceMutant } from './stage.js';

export interface RaceReport {
  readonly schedules: number;
  /** Schedules whose order of steps no other one had. */
  readonly interleavings: number;
  /** What was found, each with the schedule that shows it. */
  readonly violations: readonly string[];
}

export interface RaceOptions {
  readonly schedules: number;
  readonly seed: number;
  /** Of each listed cast so many schedules at most; by default a tenth of all. */
  readonly listedMax?: number;
  readonly onProgress?: (line: string) => void;
}

/** Schedules per line of progress. */
const progressEvery = 1_000;
const violationsMax = 20;

export async function races({ schedules, seed, listedMax = Math.floor(schedules / 10), onProgress }: RaceOptions): Promise<RaceReport> {
  const seen = new Set<string>();
  const violations: string[] = [];
  let done = 0;
  const note = ({ problems, trace }: Found, schedule: string): void => {
    done += 1;
    seen.add(trace);
    const [problem] = problems;
    if (problem !== undefined) violations.push(`${schedule}: ${problem}`);
    if (done % progressEvery === 0) onProgress?.(`${done} schedules, ${seen.size} of them different, ${violations.length} violations`);
  };
  for (const cast of casts) {
    const { schedules: run, complete } = await listed(cast, listedMax, (found, path) => note(found, `${cast.name}, order ${path}`));
    onProgress?.(`${cast.name}: ${complete ? 'all' : 'the first'} ${run} orders`);
  }
  for (let next = seed; done < schedules && violations.length < violationsMax; next += 1) note(await drawn(next), `seed ${next}`);
  return { schedules: done, interleavings: seen.size, violations };
}

/** After how many drawn schedules the planted bug is caught, and by what; null: not within `max`. */
export async function caught(
  mutant: RaceMutant,
  seed: number,
  max: number,
): Promise<{ readonly after: number; readonly problem: string } | null> {
  for (let after = 1; after <= max; after += 1) {
    const [problem] = (await drawn(seed + after - 1, mutant)).problems;
    if (problem !== undefined) return { after, problem };
  }
  return null;
}
