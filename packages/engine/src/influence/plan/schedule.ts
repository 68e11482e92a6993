// When is each stop of a given order? As early as it can be: in the window at hand if it fits there whole (open, the count of stops,
// the way to where the window ends), else in the next. That is the best schedule of an order: whoever is earlier can do whatever the
// later can.
// Invariant: no stop outside the opening hours, no window with more stops than the pace allows, times in whole minutes.
import type { PlanCandidate, PlanProblem, Position } from '../../model/plan.js';
import { kmBetween } from '../../predict/places/place.js';
import { paceRules, type PaceRule } from './constraints.js';

const minuteMs = 60_000;
/** What streets add to the straight line: a usual figure, ours. */
const detour = 1.3;

/** Where somebody is, and when. */
export interface Moment {
  readonly window: number;
  readonly at: number;
  readonly place: Position | null;
  /** Stops of this window so far. */
  readonly count: number;
}

export interface Timed {
  readonly candidate: PlanCandidate;
  readonly window: number;
  readonly arriveAt: number;
  readonly leaveAt: number;
  readonly walkMinutes: number;
}

export function walkMinutes(from: Position | null, to: Position | null, pace: PaceRule): number {
  if (from === null || to === null) return 0;
  const place = (at: Position): { id: string; category: string; latitude: number; longitude: number } => ({ id: '', category: '', ...at });
  const km = kmBetween(place(from), place(to)) ?? 0;
  return Math.ceil((km * 1000 * detour) / pace.metresPerMinute);
}

export class Schedule {
  readonly problem: PlanProblem;
  readonly pace: PaceRule;
  /** Minutes by where from and where to: places are the objects of the problem, so they are their own keys. */
  readonly #walks = new Map<Position, Map<Position, number>>();

  constructor(problem: PlanProblem) {
    this.problem = problem;
    this.pace = paceRules[problem.constraints.pace];
  }

  /** Where the rest of the plan begins. */
  begin(): Moment {
    const { windows, here, start, doneInWindow } = this.problem;
    return { window: 0, at: upToMinute(windows[0]?.from ?? 0), place: here ?? start, count: doneInWindow };
  }

  /** The earliest visit after a moment, or undefined: it fits nowhere. */
  next(now: Moment, candidate: PlanCandidate): Timed | undefined {
    const { windows, start, end } = this.problem;
    const minutes = this.minutes(candidate);
    for (let { window, at, place, count } = now; window < windows.length;) {
      const { from, until } = windows[window] ?? { from: 0, until: 0 };
      const walk = this.#walk(place, candidate);
      const arrive = Math.max(at, upToMinute(from)) + walk * minuteMs;
      const home = this.#walk(end, candidate) * minuteMs;
      if (count < this.pace.stopsMax) {
        for (const [opens, closes] of candidate.open) {
          const begins = Math.max(arrive, upToMinute(opens));
          const leaveAt = begins + minutes * minuteMs;
          if (leaveAt <= closes && begins >= from && leaveAt + home <= until)
            return { candidate, window, arriveAt: begins, leaveAt, walkMinutes: walk };
        }
      }
      window += 1;
      at = 0;
      place = start;
      count = 0;
    }
    return undefined;
  }

  after(now: Moment, { candidate, window, leaveAt }: Timed): Moment {
    return { window, at: leaveAt, place: candidate, count: window === now.window ? now.count + 1 : 1 };
  }

  /** The whole order, or undefined: it does not fit. */
  of(order: readonly PlanCandidate[]): Timed[] | undefined {
    const timed: Timed[] = [];
    let now = this.begin();
    for (const candidate of order) {
      const visit = this.next(now, candidate);
      if (visit === undefined) return undefined;
      timed.push(visit);
      now = this.after(now, visit);
    }
    return timed;
  }

  minutes({ minutes }: PlanCandidate): number {
    return Math.ceil((minutes * this.pace.visitPercent) / 100);
  }

  #walk(from: Position | null, to: PlanCandidate): number {
    if (from === null) return 0;
    let walks = this.#walks.get(from);
    if (walks === undefined) this.#walks.set(from, (walks = new Map<Position, number>()));
    let walk = walks.get(to);
    if (walk === undefined) walks.set(to, (walk = walkMinutes(from, to, this.pace)));
    return walk;
  }
}

function upToMinute(ms: number): number {
  return Math.ceil(ms / minuteMs) * minuteMs;
}
