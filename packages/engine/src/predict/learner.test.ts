// Every model of the engine under the laws of learner.suite.ts.
import { BasketCounts } from './baskets/basket-counts.js';
import { LifetimeValue } from './lifetime/lifetime-value.js';
import type { PurchaseHistory } from './lifetime/purchase-history.js';
import type { Learner } from './learner.js';
import { learnerSuite } from './learner.suite.js';
import { placeFeatures } from './places/place-features.js';
import { PlaceModel } from './places/place-model.js';
import { Popular } from './popular.js';
import { BinnedCounts } from './propensity/binned-counts.js';
import { BoostedTrees, boostSettings } from './propensity/boosted-trees.js';
import { FeatureBins } from './propensity/feature-bins.js';
import type { FeatureRow, FeatureSpec, LabelledRow } from './propensity/feature-row.js';
import { Ftrl } from './propensity/ftrl.js';
import { Logistic } from './propensity/logistic.js';
import { Propensity, propensitySettings, type TimedRow } from './propensity/propensity.js';
import { Rederived } from './rederived.js';
import { VisitIndex } from './visits/visit-index.js';

let state = 7;
const below = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 4_294_967_296) * n);
};
const some = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

const specs: readonly FeatureSpec[] = [
  { name: 'days', kind: 'number' },
  { name: 'spent', kind: 'number' },
  { name: 'channel', kind: 'category' },
];
const rows: readonly TimedRow[] = some(600, (index) => {
  const days = below(100);
  const channel = `c${below(4)}`;
  const isYes = below(100) < days * (channel === 'c1' ? 0.9 : 0.4);
  return { id: `e${index}`, at: index, label: isYes ? 1 : 0, values: [days, below(9) === 0 ? null : below(1000) / 10, channel] };
});
const asked: readonly FeatureRow[] = [...rows.slice(0, 20).map(({ values }) => values), [null, null, null], [1e9, -5, 'new']];
const publish =
  <Example>(from: readonly Example[]) =>
  (learner: unknown, left: readonly Example[]): void => {
    // The log gives examples in its own order, whatever order a test learned them in.
    if (learner instanceof Rederived) learner.publish(from.filter((example) => left.includes(example)));
  };

const bins = FeatureBins.train(specs, rows);
learnerSuite<LabelledRow, FeatureRow>({
  name: 'binned counts',
  make: () => new BinnedCounts(bins),
  examples: rows,
  queries: asked,
  bytesMax: 20_000,
  fingerprint: '3309feee3e6fccd1',
});
learnerSuite<TimedRow, FeatureRow>({
  name: 'boosted trees',
  make: () =>
    new Rederived({
      fit: (sample: readonly TimedRow[]) => BoostedTrees.train(FeatureBins.train(specs, sample), sample, { ...boostSettings, trees: 12 }),
      sampleMax: 500,
    }),
  publish: publish(rows.toReversed()),
  examples: rows,
  queries: asked,
  bytesMax: 100_000,
  fingerprint: '04bb282a860c4f2c',
});
learnerSuite<TimedRow, FeatureRow>({
  name: 'follow the regularised leader',
  make: () =>
    new Rederived({ fit: (sample: readonly TimedRow[]) => Ftrl.train(FeatureBins.train(specs, sample), sample), sampleMax: 1_000 }),
  publish: publish(rows),
  examples: rows,
  queries: asked,
  bytesMax: 20_000,
  fingerprint: '760593f4934b931c',
});
learnerSuite<TimedRow, FeatureRow>({
  name: 'propensity',
  make: () =>
    new Rederived({
      fit: (sample: readonly TimedRow[]) =>
        Propensity.train(specs, sample, { ...propensitySettings, boost: { ...boostSettings, trees: 8, curvatureMin: 3 } }),
      sampleMax: 1_000,
    }),
  publish: publish(rows),
  examples: rows,
  queries: asked,
  bytesMax: 200_000,
  fingerprint: 'cbbd765ee9e7ab44',
});
learnerSuite<TimedRow, readonly number[]>({
  name: 'logistic regression',
  make: () =>
    new Rederived({
      fit: (sample: readonly TimedRow[]) =>
        Logistic.train(
          ['days'],
          sample.map(({ values, label }) => ({ values: [Number(values[0])], label })),
        ),
      sampleMax: 1_000,
    }),
  publish: publish(rows),
  examples: rows,
  queries: [[0], [50], [100]],
  bytesMax: 1_000,
  fingerprint: '0da2cbb8a07d7a13',
});

const histories: readonly PurchaseHistory[] = some(120, (index) => {
  const repeats = below(6);
  const ageDays = 50 + below(200);
  return {
    id: `p${index}`,
    repeats,
    ageDays,
    lastAfterDays: repeats === 0 ? 0 : below(ageDays),
    repeatValue: repeats === 0 ? 0 : 5 + below(90),
  };
});
learnerSuite<PurchaseHistory, PurchaseHistory>({
  name: 'lifetime value',
  make: () => new Rederived({ fit: (sample: readonly PurchaseHistory[]) => LifetimeValue.train(sample, 90), sampleMax: 1_000 }),
  publish: publish(histories),
  examples: histories,
  queries: histories.slice(0, 12),
  bytesMax: 1_000,
  fingerprint: '74449ee85d5e8975',
});

const baskets = some(60, (index) => [...new Set(some(2 + below(6), () => `i${below(25)}`)), `only ${index}`]);
learnerSuite({
  name: 'basket counts',
  make: () => new BasketCounts(),
  examples: baskets,
  queries: some(20, () => ({ basket: [`i${below(25)}`, `i${below(25)}`, 'unknown'], item: `i${below(25)}` })),
  bytesMax: 100_000,
  fingerprint: '202caf4f57973ea3',
});

const places = some(12, (number) => ({
  id: `p${number}`,
  category: `c${number % 3}`,
  latitude: number === 11 ? null : 48 + below(1000) / 10_000,
  longitude: number === 11 ? null : 9 + below(1000) / 10_000,
}));
const weights = Float64Array.from(placeFeatures, () => below(200) / 100 - 1);
learnerSuite({
  name: 'place model',
  make: () => new PlaceModel(places, { weights, centres: Float64Array.from(placeFeatures, () => 0.25) }),
  examples: some(80, () => [...new Set(some(1 + below(6), () => below(12)))]),
  queries: some(20, (stop) => ({ from: 3, to: 7, length: 5, stop: [0, 1, 2, 4, 5, 6, 8, 9, 10, 11][stop % 10] ?? 0 })),
  bytesMax: 20_000,
  fingerprint: '1ad98f9cd9ce992a',
});

interface HeldVisit {
  readonly key: number;
  readonly subject: string;
  readonly items: readonly string[];
}
const day = 86_400_000;

/** The next-item model under the same laws: a visit is an example, "how much for this item after these" a query. */
class VisitLearner implements Learner<HeldVisit, { readonly items: readonly string[]; readonly item: string }> {
  readonly erasure = 'exact';
  readonly #index = new VisitIndex({ hashKey: [1, 2] });

  learn({ key, subject, items }: HeldVisit): void {
    this.#index.replace(key, subject, items, key * day);
  }

  forget({ key, subject }: HeldVisit): void {
    this.#index.remove(key, subject);
  }

  score(query: { readonly items: readonly string[]; readonly item: string }): number {
    return this.#index.explain({ items: query.items, nowMs: 200 * day }, query.item).score;
  }

  explain(query: { readonly items: readonly string[]; readonly item: string }): ReturnType<Learner<HeldVisit, never>['explain']> {
    const { score, parts, rest } = this.#index.explain({ items: query.items, nowMs: 200 * day }, query.item);
    return {
      score,
      parts: [...parts.map(({ component, item, amount }) => ({ name: `${component} ${item}`, amount })), { name: 'rest', amount: rest }],
    };
  }

  dump(): Iterable<string> {
    return this.#index.dump();
  }

  bytes(): number {
    return this.#index.bytes();
  }
}
learnerSuite({
  name: 'next item',
  make: () => new VisitLearner(),
  examples: some(90, (key) => ({ key, subject: `s${below(30)}`, items: some(2 + below(6), () => `i${below(20)}`) })),
  queries: some(20, () => ({ items: [`i${below(20)}`, `i${below(20)}`], item: `i${below(20)}` })),
  bytesMax: 2_000_000,
  fingerprint: '2eb27636e6497a5e',
});

/** Popularity of an item on day 10. */
class PopularLearner implements Learner<{ readonly item: string; readonly day: number }, string> {
  readonly erasure = 'exact';
  readonly #popular = new Popular();
  #held = 0;

  learn(seen: { readonly item: string; readonly day: number }): void {
    this.#popular.add(seen.item, seen.day);
    this.#held += 1;
  }

  forget(seen: { readonly item: string; readonly day: number }): void {
    this.#popular.subtract(seen.item, seen.day);
    this.#held -= 1;
  }

  score(item: string): number {
    return this.#popular.score(item, 10);
  }

  explain(item: string): { readonly score: number; readonly parts: { readonly name: string; readonly amount: number }[] } {
    return { score: this.score(item), parts: [{ name: 'seen lately', amount: this.score(item) }] };
  }

  dump(): Iterable<string> {
    return this.#popular.dump();
  }

  bytes(): number {
    return 100 + this.#held * 100;
  }
}
learnerSuite({
  name: 'popularity',
  make: () => new PopularLearner(),
  examples: some(100, () => ({ item: `i${below(20)}`, day: 4 + below(7) })),
  queries: some(20, (item) => `i${item}`),
  bytesMax: 20_000,
  fingerprint: 'fb0bfe8bb468c598',
});
