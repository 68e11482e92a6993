// People drawn by a seed for insights: with planted patterns, a change, a favourite weekday and a correlation; or with nothing but noise.
// What is planted is known, so what is found can be counted as right or wrong.
//
// Planted: two people in three who touch `a` touch `b` next, and half of those `c` right after it; `offer.opened` doubles after five weeks;
// `gym.visited` likes Mondays; who reads much shares much. Everything else is independent of everything.
import { dayOf } from '../base/day.js';
import { SeededRandom } from './seeded-random.js';

export interface DrawnEvent {
  readonly type: string;
  readonly occurredAt: number;
  readonly item: string;
}

export interface InsightWorldOptions {
  readonly seed: number;
  readonly people: number;
  readonly planted: boolean;
  /** Midnight after the last day. */
  readonly untilMs: number;
  readonly days: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const monday = 0;

/** A true finding's name, as `found` in sim/fdr.ts writes them. */
export const plantedFindings: ReadonlySet<string> = new Set([
  'pattern a>b',
  'pattern b>c',
  'pattern a>c',
  'pattern a>b>c',
  'change offer.opened',
  'day_of_week gym.visited',
  'correlation article.read article.shared',
]);

/** Findings that are true consequences of what is planted, though nobody planted them: neither right nor wrong. */
export const impliedFindings: ReadonlySet<string> = new Set(['hour_of_week gym.visited']);

/** The events of each person, oldest first. */
export function drawPeople({ seed, people, planted, untilMs, days }: InsightWorldOptions): DrawnEvent[][] {
  const random = new SeededRandom(seed);
  return Array.from({ length: people }, () => {
    const events: DrawnEvent[] = [];
    const at = (day: number): number => untilMs - (days - day) * dayMs + random.int(24) * hourMs;
    const add = (type: string, day: number, item = ''): void => void events.push({ type, occurredAt: at(day), item });
    steps(random, planted).forEach((item, index) => {
      events.push({ type: 'item.viewed', occurredAt: untilMs - dayMs + index * 60_000, item });
    });
    for (let day = 0; day < days; day += 1) {
      const weekday = (dayOf(untilMs) - days + day + 3) % 7;
      const offers = planted && day >= 35 ? 0.2 : 0.1;
      if (random.chance(offers)) add('offer.opened', day);
      if (random.chance(planted && weekday === monday ? 0.25 : 0.1)) add('gym.visited', day);
    }
    const reads = random.int(8);
    const shares = planted && random.chance(0.5) ? reads : random.int(8);
    for (let n = 0; n < reads; n += 1) add('article.read', random.int(days));
    for (let n = 0; n < shares; n += 1) add('article.shared', random.int(days));
    return events.sort((one, other) => one.occurredAt - other.occurredAt);
  });
}

/** Eight to sixteen items; copies of b and c stand where chance put them, or behind what they follow. */
function steps(random: SeededRandom, planted: boolean): string[] {
  const length = 8 + random.int(9);
  const drawn = Array.from({ length }, () => items[random.int(items.length)] ?? 'a');
  if (!planted) return drawn;
  const out: string[] = [];
  for (const item of drawn.filter((each) => each !== 'b' && each !== 'c')) {
    out.push(item);
    if (item !== 'a' || !random.chance(0.67)) continue;
    out.push('b');
    if (random.chance(0.5)) out.push('c');
  }
  // As many again anywhere, so that having b or c does not mean having a.
  for (const item of ['b', 'c']) if (random.chance(0.5)) out.splice(random.int(out.length + 1), 0, item);
  return out;
}
