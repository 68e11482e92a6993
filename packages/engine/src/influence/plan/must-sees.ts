// Can all must-sees be done, and in which orders? A dynamic programme over (must-sees done, last one): exact, since being earlier with no
// more stops in the same window is never worse (schedule.ts). At most limits.planMustSeesMax of them.
// Source: Held and Karp, 1962, with time windows as in Dumas, Desrosiers, Gelinas, Solomon, Operations Research 43, 1995.
import type { PlanCandidate } from '../../model/plan.js';
import type { Moment, Schedule } from './schedule.js';

interface Label {
  readonly now: Moment;
  readonly last: number;
  readonly before: Label | null;
}

/** Orders in which all of them fit, those that end earliest first, one for each last stop; empty: there is none. */
export function mustSeeOrders(schedule: Schedule, musts: readonly PlanCandidate[]): PlanCandidate[][] {
  if (musts.length === 0) return [[]];
  const begin: Label = { now: schedule.begin(), last: -1, before: null };
  /** By set of must-sees (bits), then by last one: those that no other is better than. */
  const sets: Label[][] = [[begin]];
  const full = (1 << musts.length) - 1;
  for (let set = 0; set < full; set += 1) {
    for (const label of sets[set] ?? []) {
      musts.forEach((candidate, last) => {
        const bit = 1 << last;
        if ((set & bit) !== 0) return;
        const visit = schedule.next(label.now, candidate);
        if (visit !== undefined) keep((sets[set | bit] ??= []), { now: schedule.after(label.now, visit), last, before: label });
      });
    }
  }
  const done = (sets[full] ?? []).sort((a, b) => a.now.window - b.now.window || a.now.at - b.now.at || a.last - b.last);
  return done.map((label) => orderOf(label, musts));
}

function keep(labels: Label[], label: Label): void {
  if (labels.some((other) => other.last === label.last && isNoWorse(other.now, label.now))) return;
  let kept = 0;
  for (const other of labels) {
    if (other.last !== label.last || !isNoWorse(label.now, other.now)) labels[kept++] = other;
  }
  labels.length = kept;
  labels.push(label);
}

function isNoWorse(one: Moment, other: Moment): boolean {
  return one.window < other.window || (one.window === other.window && one.at <= other.at && one.count <= other.count);
}

function orderOf(label: Label, musts: readonly PlanCandidate[]): PlanCandidate[] {
  const order: PlanCandidate[] = [];
  for (let at: Label | null = label; at !== null && at.last >= 0; at = at.before) {
    const candidate = musts[at.last];
    if (candidate !== undefined) order.push(candidate);
  }
  return order.reverse();
}
