// Will a booking be cancelled? Trained on arrivals to 2016, asked about those of 2017. README.md defines the protocol and each field.
// Invariant: nothing of the last year is seen before it is asked about: no bin, weight, blend or calibration.
import { Logistic } from 'ethogram/internal/predict/propensity/logistic';
import { Propensity, shareOf } from 'ethogram/internal/predict/propensity/propensity';
import { bookingFeatures, makeBookings, readBookings, type Booking } from './bookings.js';
import { Complaint, demand } from './complaint.js';
import type { Fault } from './fault.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import { auroc, averagePrecision, calibrationError } from './quality.js';
import { SeededRandom } from './seeded-random.js';

const testYear = 2017;
const baselineNames = ['lead_time', 'deposit_non_refund', 'deposit_refundable'];

export async function travel(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  if (options.data === null && !options.small) throw new Complaint(2, 'travel needs --data DIR: a folder with hotel_bookings.csv(.gz)');
  const bookings = options.small || options.data === null ? makeBookings() : readBookings(options.data);
  const known = bookings.filter(({ year }) => year < testYear);
  const asked = bookings.filter(({ year }) => year >= testYear);
  demand(known.length > 0 && asked.length > 0, 'there are bookings before 2017 and in it');
  const fromMs = performance.now();
  const model = Propensity.fit(bookingFeatures, known);
  say(`fitted on ${known.length} bookings in ${((performance.now() - fromMs) / 1000).toFixed(1)} s; trees weigh ${model.treeWeight}`);
  const judged = asked.map(({ values, label }) => ({ probability: probability(model, values, options.fault), label }));
  if (options.fault === 'shuffle-ranking') {
    const shuffled = new SeededRandom(9).shuffle(judged.map((one) => one.probability));
    judged.forEach((one, at) => (one.probability = shuffled[at] ?? 0));
  }
  const baseline = Logistic.fit(
    baselineNames,
    known.map((row) => ({ values: baselineValues(row), label: row.label })),
  );
  const base = asked.map((row) => ({ probability: shareOf(baseline.score(baselineValues(row))), label: row.label }));
  say(
    `average precision ${averagePrecision(judged).toFixed(4)}, baseline ${averagePrecision(base).toFixed(4)}; ece of the baseline ${calibrationError(base).toFixed(4)}`,
  );
  return {
    bench: 'travel',
    auroc: rounded(auroc(judged), 4),
    baseline_auroc: rounded(auroc(base), 4),
    ece: rounded(calibrationError(judged), 4),
  };
}

function probability(model: Propensity, values: Booking['values'], fault: Fault | null): number {
  return fault === 'uncalibrated' ? shareOf(2 * model.raw(values) + 1) : model.probability(values);
}

function baselineValues({ values }: Booking): number[] {
  const of = (name: string): number | string | null => values[bookingFeatures.findIndex((feature) => feature.name === name)] ?? null;
  return [Number(of('lead_time')), of('deposit_type') === 'Non Refund' ? 1 : 0, of('deposit_type') === 'Refundable' ? 1 : 0];
}
