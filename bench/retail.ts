// A shop: who buys next, which visits end with a purchase, what people will spend, what completes a basket. README.md defines the protocols.
// Invariant: what is asked about lies after everything that is learned from.
import { BasketCounts } from 'ethogram/internal/predict/baskets/basket-counts';
import { Propensity, propensitySettings } from 'ethogram/internal/predict/propensity/propensity';
import type { TimedRow } from 'ethogram/internal/predict/propensity/propensity';
import { Complaint, demand } from './complaint.js';
import type { Fault } from './fault.js';
import { lifetime } from './lifetime.js';
import { nextPurchase } from './next-purchase.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import { auroc, averagePrecision, calibrationError } from './quality.js';
import { SeededRandom } from './seeded-random.js';
import { makeInvoices, readInvoices, type InvoiceLine } from './shop.js';
import { makeShopVisits, monthsKnown, pageValues, readShopVisits, visitFeatures } from './shop-visits.js';

/** The last three months: thirteen weeks. */
const unseenDays = 91;
const answers = 10;

export async function retail(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  if (options.data === null && !options.small)
    throw new Complaint(2, 'retail needs --data DIR: a folder with online_retail.csv(.gz) and online_shoppers_intention.csv(.gz)');
  const { fault } = options;
  const made = options.small || options.data === null;
  const lines = made ? makeInvoices() : readInvoices(options.data);
  const visits = made ? makeShopVisits() : readShopVisits(options.data);
  const unseenFrom = lines.reduce((latest, { day }) => Math.max(latest, day), 0) + 1 - unseenDays;
  return {
    bench: 'retail',
    next_purchase: nextPurchase(lines, unseenFrom, fault),
    visit: { with_page_values: visitFigures(visits, true, fault), without: visitFigures(visits, false, fault) },
    ltv: lifetime(lines, unseenFrom, fault),
    basket_hr10: basketHits(lines, unseenFrom, fault),
  };
}

function visitFigures(visits: readonly TimedRow[], withPageValues: boolean, fault: Fault | null): { auroc: number; auprc: number } {
  const kept = visitFeatures.flatMap(({ name }, at) => (withPageValues || name !== pageValues ? [at] : []));
  const specs = visitFeatures.filter((_, at) => kept.includes(at));
  const rows = visits.map((row) => ({ ...row, values: kept.map((at) => row.values[at] ?? null) }));
  const known = rows.filter(({ at }) => at <= monthsKnown);
  const asked = rows.filter(({ at }) => at > monthsKnown);
  demand(known.length > 0 && asked.length > 0, 'there are visits before November and from then on');
  const model = Propensity.fit(specs, known, {
    ...propensitySettings,
    boost: { ...propensitySettings.boost, trees: 80, leavesMax: 8, curvatureMin: 10 },
  });
  const judged: { probability: number; label: 0 | 1 }[] = asked.map(({ values, label }) => ({
    probability: model.probability(values),
    label,
  }));
  if (fault === 'shuffle-ranking') {
    const shuffled = new SeededRandom(4).shuffle(judged.map(({ probability }) => probability));
    judged.forEach((one, at) => (one.probability = shuffled[at] ?? 0));
  }
  say(
    `visits ${withPageValues ? 'with' : 'without'} page values: ece ${calibrationError(judged).toFixed(4)}, trees weigh ${model.treeWeight}`,
  );
  return { auroc: rounded(auroc(judged), 4), auprc: rounded(averagePrecision(judged), 4) };
}

/** Of each basket of the unseen time the last line is asked for, given the others. */
function basketHits(lines: readonly InvoiceLine[], unseenFrom: number, fault: Fault | null): number {
  const baskets = new Map<string, { readonly day: number; readonly items: string[] }>();
  for (const { invoice, item, day } of lines) {
    const basket = baskets.get(invoice) ?? { day, items: [] };
    if (!basket.items.includes(item)) basket.items.push(item);
    baskets.set(invoice, basket);
  }
  const counts = new BasketCounts();
  for (const { day, items } of baskets.values()) if (day < unseenFrom) counts.learn(items);
  const random = new SeededRandom(6);
  let [asked, hits] = [0, 0];
  for (const { day, items } of baskets.values()) {
    const target = items.at(-1);
    if (day < unseenFrom || items.length < 2 || target === undefined) continue;
    asked += 1;
    const found = counts.best(items.slice(0, -1), fault === 'shuffle-ranking' ? 100 : answers);
    if (fault === 'shuffle-ranking') random.shuffle(found);
    if (found.slice(0, answers).includes(target)) hits += 1;
  }
  say(`baskets: ${asked} asked`);
  return rounded(hits / Math.max(1, asked), 4);
}
