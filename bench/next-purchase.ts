// Does this customer buy within the next seven days? Asked of everybody who has bought before, on each of a row of days seven apart.
// Invariant: a row looks back only; its label looks ahead from its day, and training labels end before the unseen time begins.
import { plattLine } from 'ethogram/internal/predict/propensity/calibration';
import { Logistic } from 'ethogram/internal/predict/propensity/logistic';
import type { FeatureSpec } from 'ethogram/internal/predict/propensity/feature-row';
import { Propensity, propensitySettings, shareOf, type TimedRow } from 'ethogram/internal/predict/propensity/propensity';
import type { Fault } from './fault.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import { auroc, calibrationError, type Judged } from './quality.js';
import { SeededRandom } from './seeded-random.js';
import type { InvoiceLine } from './shop.js';

export const horizonDays = 7;
/** Rows look back on at least so many days of the file. */
const historyDaysMin = 56;
/** Weeks before the day asked about whose outcomes set the level. */
const levelWeeks = 4;
const windows = [7, 14, 28, 56, 112] as const;

const specs: readonly FeatureSpec[] = [
  ...['recency', 'purchases', 'age', 'spent', 'items', 'gap', 'recency in gaps', 'gap spread', 'spent a purchase', 'last spent'].map(
    (name) => ({ name, kind: 'number' }) as const,
  ),
  ...windows.map((days) => ({ name: `purchases in ${days} days`, kind: 'number' }) as const),
  { name: 'country', kind: 'category' },
];

interface PurchaseDay {
  readonly day: number;
  readonly value: number;
  readonly lines: number;
}

/** Days with a purchase by customer, oldest first. */
export function purchaseDays(lines: readonly InvoiceLine[]): Map<string, PurchaseDay[]> {
  const sums = new Map<string, Map<number, { value: number; lines: number }>>();
  for (const { customer, day, value } of lines) {
    if (customer === null) continue;
    let days = sums.get(customer);
    if (days === undefined) sums.set(customer, (days = new Map<number, { value: number; lines: number }>()));
    const sum = days.get(day) ?? { value: 0, lines: 0 };
    days.set(day, { value: sum.value + value, lines: sum.lines + 1 });
  }
  return new Map([...sums].map(([id, days]) => [id, [...days].map(([day, sum]) => ({ day, ...sum })).sort((a, b) => a.day - b.day)]));
}

interface PurchaseRow extends TimedRow {
  readonly baseline: readonly number[];
}

export function nextPurchase(
  lines: readonly InvoiceLine[],
  unseenFrom: number,
  fault: Fault | null,
): { baseline_auroc: number; auroc: number; ece: number } {
  const people = purchaseDays(lines);
  const countries = new Map(lines.map(({ customer, country }) => [customer ?? '', country]));
  const days = lines.map(({ day }) => day);
  const first = days.reduce((a, b) => Math.min(a, b), Infinity) + historyDaysMin;
  const end = days.reduce((a, b) => Math.max(a, b), 0) + 1;
  const rowsOn = (day: number): PurchaseRow[] =>
    [...people].flatMap(([id, history]) => rowOf(id, history, countries.get(id) ?? null, day) ?? []);
  const known: PurchaseRow[] = [];
  for (let day = unseenFrom - horizonDays; day >= first; day -= horizonDays) known.push(...rowsOn(day));
  const asked: PurchaseRow[] = [];
  for (let day = unseenFrom; day + horizonDays <= end; day += horizonDays) asked.push(...rowsOn(day));

  const model = Propensity.fit(specs, known, {
    ...propensitySettings,
    boost: { ...propensitySettings.boost, trees: 80, leavesMax: 12, curvatureMin: 20 },
  });
  const judged = judgedWeekByWeek(model, known, asked, fault);
  if (fault === 'shuffle-ranking') {
    const shuffled = new SeededRandom(3).shuffle(judged.map(({ probability }) => probability));
    judged.forEach((one, at) => (one.probability = shuffled[at] ?? 0));
  }
  const baseline = Logistic.fit(
    ['log recency', 'log purchases'],
    known.map(({ baseline: values, label }) => ({ values, label })),
  );
  const still = asked.map(({ values, label }) => ({ probability: model.probability(values), label }));
  const base: Judged[] = asked.map((row) => ({ probability: shareOf(baseline.score(row.baseline)), label: row.label }));
  const rate = (rows: readonly { readonly label: number }[]): string =>
    (rows.reduce((sum, { label }) => sum + label, 0) / rows.length).toFixed(4);
  say(
    `next purchase: ${known.length} rows (${rate(known)} yes) known, ${asked.length} (${rate(asked)}) asked; ece with a level that does not follow ${calibrationError(still).toFixed(4)}, of the baseline ${calibrationError(base).toFixed(4)}; trees weigh ${model.treeWeight}`,
  );
  return { baseline_auroc: rounded(auroc(base), 4), auroc: rounded(auroc(judged), 4), ece: rounded(calibrationError(judged), 4) };
}

/**
 * Probabilities for the asked rows, day by day. Bins, trees, weights and the shape of the calibration come from before the unseen time; only
 * its level, one number, follows what has come to pass: it is fitted on the rows of the weeks before whose seven days are over.
 */
function judgedWeekByWeek(
  model: Propensity,
  known: readonly PurchaseRow[],
  asked: readonly PurchaseRow[],
  fault: Fault | null,
): { probability: number; label: 0 | 1 }[] {
  const days = [...new Set(asked.map(({ at }) => at))].sort((a, b) => a - b);
  const earliest = (days[0] ?? 0) - levelWeeks * horizonDays;
  const scored = [...known.filter(({ at }) => at >= earliest), ...asked].map((row) => ({
    at: row.at,
    label: row.label,
    score: fault === 'uncalibrated' ? model.raw(row.values) + 1 : model.score(row.values),
  }));
  return days.flatMap((day) => {
    const over = scored.filter(({ at }) => at + horizonDays <= day && at >= day - levelWeeks * horizonDays);
    const level = fault === 'uncalibrated' ? shareOf : plattLine(over, { slopeFixed: true });
    return scored.filter(({ at }) => at === day).map(({ score, label }) => ({ probability: level(score), label }));
  });
}

function rowOf(id: string, history: readonly PurchaseDay[], country: string | null, day: number): PurchaseRow | null {
  const past = history.filter((one) => one.day < day);
  const [first, last] = [past[0], past.at(-1)];
  if (first === undefined || last === undefined) return null;
  const recency = day - last.day;
  const gaps = past.slice(1).map((one, at) => one.day - (past[at]?.day ?? 0));
  const gap = gaps.length === 0 ? null : gaps.reduce((sum, one) => sum + one, 0) / gaps.length;
  const spread = gap === null ? null : Math.sqrt(gaps.reduce((sum, one) => sum + (one - gap) * (one - gap), 0) / gaps.length);
  const spent = past.reduce((sum, { value }) => sum + value, 0);
  const items = past.reduce((sum, one) => sum + one.lines, 0);
  return {
    id: `${id} ${day}`,
    at: day,
    label: history.some((one) => one.day >= day && one.day < day + horizonDays) ? 1 : 0,
    values: [
      recency,
      past.length,
      day - first.day,
      spent,
      items,
      gap,
      gap === null ? null : recency / gap,
      spread,
      spent / past.length,
      last.value,
      ...windows.map((days) => past.filter((one) => one.day >= day - days).length),
      country,
    ],
    baseline: [Math.log(recency), Math.log(past.length)],
  };
}
