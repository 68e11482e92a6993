// Visits of a shop's site with the label "bought", for the bench `retail`: read from online_shoppers_intention.csv(.gz), or made up.
// The columns are totals of whole visits, and PageValues is computed from what was bought later in visits over the same pages: so the figures are
// given with and without it, and neither is a propensity *during* a visit.
import type { FeatureSpec } from 'ethogram/internal/predict/propensity/feature-row';
import type { TimedRow } from 'ethogram/internal/predict/propensity/propensity';
import { demand } from './complaint.js';
import { readCsv } from './csv-table.js';
import { SeededRandom } from './seeded-random.js';

export const pageValues = 'PageValues';

/** Not Month: the months that are asked about do not occur among those that are known. */
export const visitFeatures: readonly FeatureSpec[] = [
  ...[
    'Administrative',
    'Administrative_Duration',
    'Informational',
    'Informational_Duration',
    'ProductRelated',
    'ProductRelated_Duration',
  ].map((name) => ({ name, kind: 'number' }) as const),
  ...['BounceRates', 'ExitRates', pageValues, 'SpecialDay'].map((name) => ({ name, kind: 'number' }) as const),
  ...['OperatingSystems', 'Browser', 'Region', 'TrafficType', 'VisitorType', 'Weekend'].map(
    (name) => ({ name, kind: 'category' }) as const,
  ),
];

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'June', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const monthsKnown = 10;

export function readShopVisits(folder: string): TimedRow[] {
  const table = readCsv(folder, 'online_shoppers_intention.csv');
  const columns = visitFeatures.map(({ name, kind }) => ({ at: table.column(name), kind }));
  const [month, label] = [table.column('Month'), table.column('Revenue')];
  return table.rows.map((row, index) => {
    const number = months.findIndex((name) => name.slice(0, 3) === (row[month] ?? '').slice(0, 3)) + 1;
    demand(number > 0, `the month ${row[month]} is unknown`);
    return {
      id: `visit ${index}`,
      at: number,
      label: /^true$/i.test(row[label] ?? '') ? 1 : 0,
      values: columns.map(({ at, kind }) => (row[at] === '' ? null : kind === 'number' ? Number(row[at]) : (row[at] ?? null))),
    };
  });
}

export function makeShopVisits(): TimedRow[] {
  const random = new SeededRandom(41);
  return Array.from({ length: 3_000 }, (_, index) => {
    const value = random.share() < 0.3 ? random.gap(20) : 0;
    const pages = Math.floor(random.gap(30));
    const label = random.share() < 1 / (1 + Math.exp(3.5 - value / 8 - pages / 20)) ? 1 : 0;
    const values = visitFeatures.map(({ name, kind }) => {
      if (name === pageValues) return value;
      if (name === 'ProductRelated') return pages;
      return kind === 'number' ? random.below(5) : `${random.below(4)}`;
    });
    return { id: `visit ${index}`, at: 1 + Math.floor(index / 250), label, values };
  });
}
